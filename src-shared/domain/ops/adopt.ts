import { AppError } from '../../api/errors.ts';
import { assignAtLeastCost } from '../../math/hungarian.ts';
import type { HypothesisSegment } from '../hypothesis.ts';
import type { Speaker } from '../records.ts';
import type { AdoptedHypothesis, AdoptedPicture, EditContext } from './context.ts';
import type { Draft } from './draft.ts';
import { joinOverlaps } from './join.ts';
import { distinctName, freeColour, freeName, isDefaultName, nextOrder, writable } from './speaker-names.ts';
import { sharedSpeech } from './shared-speech.ts';
import { counted, segmentsInWords } from './words.ts';

/**
 * Share of the shorter of two speakers' speech that must coincide before they count as the same person. Below it the
 * best match is a coincidence (two people talking across each other), and a name given to one must not slip to the other.
 */
const minSharedShare = 0.1;

/**
 * Replaces the curated segments with a hypothesis (docs/adr/0011). Its speakers are matched one-to-one with the present
 * ones by the time they speak together, best total first; a matched speaker keeps id, name, colour and place. The file's
 * own precision is kept: nothing snaps here.
 */
export function adoptHypothesis(draft: Draft, hypothesisId: string, context: EditContext): string {
  const hypothesis = context.hypothesis;
  if (!hypothesis) {
    throw new AppError('not-found', `There is no hypothesis ${hypothesisId} of this file; it may have been removed.`, {
      fix: 'Choose another lane.',
    });
  }
  const spoken = hypothesis.segments.filter(({ startSec, endSec }) => endSec > startSec);
  const idByLabel = settleSpeakers(draft, spoken, hypothesis, context);

  for (const { id } of draft.segments()) draft.remove(id);
  const ids = new Set<string>();
  for (const { startSec, endSec, speaker, confidence } of spoken) {
    const id = context.newId();
    ids.add(id);
    draft.put({
      kind: 'segment',
      id,
      speakerId: idByLabel.get(speaker)!,
      startSec,
      endSec,
      confidence,
      review: 'unreviewed',
      origin: hypothesis.origin,
      hypothesisId,
    });
  }
  for (const speakerId of new Set(idByLabel.values())) joinOverlaps(draft, speakerId, ids);
  if (hypothesis.picture) adoptPicture(draft, hypothesis.picture, hypothesis.origin, idByLabel, context);
  const kept = draft.segments().length;
  const notes = [
    spoken.length > kept ? `${spoken.length - kept} joined with one they overlap` : '',
    hypothesis.segments.length > spoken.length
      ? `${hypothesis.segments.length - spoken.length} without length left out`
      : '',
  ].filter((note) => note !== '');
  const what = `${segmentsInWords(kept)}, ${counted(idByLabel.size, 'speaker', 'speakers')}`;
  return `Adopted ${hypothesis.label}: ${[what, ...notes].join('; ')}`;
}

function adoptPicture(
  draft: Draft,
  { tracks, cutsSec }: AdoptedPicture,
  origin: AdoptedHypothesis['origin'],
  idByLabel: ReadonlyMap<string, string>,
  { newId }: EditContext,
): void {
  for (const { id } of [...draft.tracks(), ...draft.cuts()]) draft.remove(id);
  for (const { startSec, endSec, speaker, boxesArtifact } of tracks) {
    if (!(endSec > startSec)) continue;
    const speakerId = speaker === null ? null : (idByLabel.get(speaker) ?? null);
    draft.put({ kind: 'track', id: newId(), startSec, endSec, speakerId, boxesArtifact, origin });
  }
  for (const timeSec of new Set(cutsSec)) if (timeSec > 0) draft.put({ kind: 'cut', id: newId(), timeSec, origin });
}

/** Speaker id of each label of the hypothesis; speakers of the file come and go as needed. */
function settleSpeakers(
  draft: Draft,
  spoken: readonly HypothesisSegment[],
  hypothesis: AdoptedHypothesis,
  { newId }: EditContext,
): Map<string, string> {
  const old = draft.speakers();
  const labels = [...new Set(spoken.toSorted((a, b) => a.startSec - b.startSec).map(({ speaker }) => speaker))];
  const matched = matchSpeakers(draft, old, labels, spoken);
  const keptIds = new Set([...matched.values()].map(({ id }) => id));
  const speechless = speechlessIds(draft, old);
  const stay = old.filter(({ id }) => keptIds.has(id) || speechless.has(id));
  for (const { id } of old.filter((speaker) => !stay.includes(speaker))) {
    draft.remove(id);
    for (const track of draft.tracks()) if (track.speakerId === id) draft.put({ ...track, speakerId: null });
  }

  const names = new Set(stay.map(({ name }) => name));
  const colours = new Set(stay.map(({ colour }) => colour));
  let order = nextOrder(stay);
  const nameFor = (label: string): string => {
    const wanted = writable(label.trim());
    const name = hypothesis.origin === 'import' && wanted !== '' ? distinctName(wanted, names) : freeName(names);
    names.add(name);
    return name;
  };
  const idByLabel = new Map<string, string>();
  for (const label of labels) {
    const present = matched.get(label);
    if (present) {
      idByLabel.set(label, present.id);
      // A name out of a person's file says more than one the machine counted out.
      if (hypothesis.origin === 'import' && isDefaultName(present)) {
        names.delete(present.name);
        draft.put({ ...present, name: nameFor(label), origin: 'import' });
      }
      continue;
    }
    const colour = freeColour(colours);
    colours.add(colour);
    const id = newId();
    idByLabel.set(label, id);
    draft.put({ kind: 'speaker', id, name: nameFor(label), colour, order: order++, origin: hypothesis.origin });
  }
  return idByLabel;
}

/** label → the present speaker who speaks at the same times. */
function matchSpeakers(
  draft: Draft,
  old: readonly Speaker[],
  labels: readonly string[],
  spoken: readonly HypothesisSegment[],
): Map<string, Speaker> {
  const present = draft.segments().map(({ startSec, endSec, speakerId }) => ({ startSec, endSec, speaker: speakerId }));
  const speech = sharedSpeech(
    present,
    spoken,
    old.map(({ id }) => id),
    labels,
  );
  const cost = speech.sharedSec.map((row) => Float64Array.from(row, (sec) => -sec));
  const matched = new Map<string, Speaker>();
  for (const [row, column] of assignAtLeastCost(cost).entries()) {
    if (column < 0) continue;
    const shorterSec = Math.min(speech.leftSec[row]!, speech.rightSec[column]!);
    const share = speech.sharedSec[row]![column]! / shorterSec;
    if (share >= minSharedShare) matched.set(labels[column]!, old[row]!);
  }
  return matched;
}

/** Speakers put there without speech, to be used later: they stay when the speech is replaced. */
function speechlessIds(draft: Draft, speakers: readonly Speaker[]): Set<string> {
  const ids = new Set(speakers.filter(({ origin }) => origin === 'human').map(({ id }) => id));
  for (const { speakerId } of draft.segments()) ids.delete(speakerId);
  return ids;
}
