import { AppError } from '../../api/errors.ts';
import { boxesRef, parseBoxesRef } from '../boxes-ref.ts';
import type { EditOp } from '../edit-op.ts';
import type { FaceTrack } from '../records.ts';
import { snapSec } from './context.ts';
import type { EditContext } from './context.ts';
import type { Draft } from './draft.ts';
import { counted, durationInWords, namesInWords, timeInWords, totalSec } from './words.ts';

type Op<Name extends EditOp['op']> = Extract<EditOp, { op: Name }>;

/**
 * Tracks of one face may meet by so much: their ends are held for some frames, so that pieces of one face overlap a
 * little. What overlaps longer are two faces.
 */
const MAX_MEETING_SEC = 0.5;

/** The face goes to a speaker, or to nobody. Where it is so already, a person has confirmed it: the journal keeps that too. */
export function assignTracks(draft: Draft, op: Op<'track.assign'>): string {
  const speaker = op.speakerId === null ? null : draft.speaker(op.speakerId);
  const speakerId = speaker?.id ?? null;
  const tracks = draft.tracksById(op.trackIds);
  const moved = tracks.filter((track) => track.speakerId !== speakerId);
  for (const track of moved) draft.put({ ...track, speakerId, origin: 'human' });
  const what = tracksInWords(tracks);
  if (moved.length === 0) return `Confirmed ${what} as ${speaker?.name ?? 'nobody known'}`;
  return speaker ? `Gave ${what} to ${speaker.name}` : `Took ${what} from ${speakersInWords(draft, tracks)}`;
}

export function splitTrack(draft: Draft, op: Op<'track.split'>, context: EditContext): string {
  const track = draft.track(op.trackId);
  const atSec = snapSec(op.atSec);
  if (!(atSec > track.startSec && atSec < track.endSec)) {
    throw new AppError('bad-input', `The face cannot be split at ${timeInWords(atSec)}: it is not seen then.`, {
      fix: 'Put the playhead inside its track.',
    });
  }
  splitAt(draft, track, atSec, context);
  return `Split a face of ${durationInWords(totalSec([track]))} at ${timeInWords(atSec)}`;
}

/** Both halves keep speaker and boxes; each shows those inside its time. */
export function splitAt(draft: Draft, track: FaceTrack, atSec: number, { newId }: EditContext): void {
  draft.put({ ...track, endSec: atSec, origin: 'human' });
  draft.put({ ...track, id: newId(), startSec: atSec, origin: 'human' });
}

/** One track out of several of one face within a shot; it keeps id of the first and the speaker that any of them has. */
export function mergeTracks(draft: Draft, op: Op<'track.merge'>): string {
  const tracks = draft.tracksById(op.trackIds);
  const first = tracks[0]!;
  if (tracks.length < 2) {
    throw new AppError('bad-input', 'Merging needs two faces.', { fix: 'Select one more face.' });
  }
  const speakerIds = [...new Set(tracks.map(({ speakerId }) => speakerId).filter((id) => id !== null))];
  if (speakerIds.length > 1) {
    throw new AppError('bad-input', `Faces of ${speakersInWords(draft, tracks)} cannot become one.`, {
      fix: 'Give them to one speaker first.',
    });
  }
  const endSec = Math.max(...tracks.map((track) => track.endSec));
  requireApart(tracks);
  requireOneShot(draft, first.startSec, endSec);
  for (const { id } of tracks) draft.remove(id);
  const boxesArtifact = boxesRef(tracks.flatMap((track) => parseBoxesRef(track.boxesArtifact)));
  draft.put({ ...first, endSec, speakerId: speakerIds[0] ?? null, boxesArtifact, origin: 'human' });
  return `Merged ${tracksInWords(tracks)} into one`;
}

function requireApart(tracks: readonly FaceTrack[]): void {
  let until = tracks[0]!.endSec;
  for (const { startSec, endSec } of tracks.slice(1)) {
    const sharedSec = Math.min(until, endSec) - startSec;
    if (sharedSec > MAX_MEETING_SEC) {
      throw new AppError(
        'bad-input',
        `Both faces are seen from ${timeInWords(startSec)} on for ${durationInWords(sharedSec)}: they are two people.`,
        { fix: 'Delete the track that is wrong, or split it first.' },
      );
    }
    until = Math.max(until, endSec);
  }
}

function requireOneShot(draft: Draft, startSec: number, endSec: number): void {
  const between = draft.cuts().find(({ timeSec }) => timeSec > startSec && timeSec < endSec);
  if (!between) return;
  throw new AppError('bad-input', `There is a cut between the faces, at ${timeInWords(between.timeSec)}.`, {
    fix: 'Give both to one speaker, or delete the cut if it is none.',
  });
}

export function deleteTracks(draft: Draft, op: Op<'track.delete'>): string {
  const tracks = draft.tracksById(op.trackIds);
  for (const { id } of tracks) draft.remove(id);
  return `Deleted ${tracksInWords(tracks)}`;
}

const tracksInWords = (tracks: readonly FaceTrack[]): string =>
  `${counted(tracks.length, 'face', 'faces')} (${durationInWords(totalSec(tracks))})`;

function speakersInWords(draft: Draft, tracks: readonly FaceTrack[]): string {
  const ids = new Set(tracks.map(({ speakerId }) => speakerId).filter((id) => id !== null));
  return ids.size === 0 ? 'nobody' : namesInWords([...ids].map((id) => draft.speaker(id).name));
}
