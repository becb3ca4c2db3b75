import { AppError } from '../../api/errors.ts';
import type { EditOp } from '../edit-op.ts';
import type { EditContext } from './context.ts';
import type { Draft } from './draft.ts';
import { joinOverlaps } from './join.ts';
import { checkedName, freeColour, freeName, nextOrder } from './speaker-names.ts';
import { durationInWords, namesInWords, segmentsInWords, totalSec } from './words.ts';

type Op<Name extends EditOp['op']> = Extract<EditOp, { op: Name }>;

export function addSpeaker(draft: Draft, op: Op<'speaker.add'>, { newId }: EditContext): string {
  const speakers = draft.speakers();
  const name =
    op.name === undefined ? freeName(new Set(speakers.map((speaker) => speaker.name))) : checkedName(op.name, speakers);
  const colour = freeColour(new Set(speakers.map((speaker) => speaker.colour)));
  draft.put({ kind: 'speaker', id: newId(), name, colour, order: nextOrder(speakers), origin: 'human' });
  return `Added the speaker ${name}`;
}

export function renameSpeaker(draft: Draft, op: Op<'speaker.rename'>): string {
  const speaker = draft.speaker(op.speakerId);
  const others = draft.speakers().filter(({ id }) => id !== speaker.id);
  const name = checkedName(op.name, others);
  if (name !== speaker.name) draft.put({ ...speaker, name, origin: 'human' });
  return `Renamed ${speaker.name} to ${name}`;
}

export function mergeSpeakers(draft: Draft, op: Op<'speaker.merge'>): string {
  const into = draft.speaker(op.intoId);
  const from = [...new Set(op.fromIds)].filter((id) => id !== into.id).map((id) => draft.speaker(id));
  if (from.length === 0) {
    throw new AppError('bad-input', `${into.name} cannot be merged into itself.`, { fix: 'Choose another speaker.' });
  }
  const fromIds = new Set(from.map(({ id }) => id));
  const moved = draft.segments().filter(({ speakerId }) => fromIds.has(speakerId));
  // Who made a segment and how sure it is stays: merging says something of the speakers, not of each segment.
  for (const segment of moved) draft.put({ ...segment, speakerId: into.id });
  for (const track of draft.tracks()) {
    if (track.speakerId !== null && fromIds.has(track.speakerId)) draft.put({ ...track, speakerId: into.id });
  }
  for (const id of fromIds) draft.remove(id);
  joinOverlaps(draft, into.id, new Set(moved.map(({ id }) => id)));
  const names = namesInWords(from.map(({ name }) => name));
  return `Merged ${names} into ${into.name} (${durationInWords(totalSec(moved))})`;
}

export function deleteSpeaker(draft: Draft, op: Op<'speaker.delete'>): string {
  const speaker = draft.speaker(op.speakerId);
  const segments = draft.segments(speaker.id);
  for (const { id } of segments) draft.remove(id);
  for (const track of draft.tracks()) {
    if (track.speakerId === speaker.id) draft.put({ ...track, speakerId: null });
  }
  draft.remove(speaker.id);
  if (segments.length === 0) return `Deleted the speaker ${speaker.name}`;
  return `Deleted ${speaker.name} with ${segmentsInWords(segments.length)} (${durationInWords(totalSec(segments))})`;
}
