import { VoiceGroups } from '../cluster/voice-groups.ts';
import type { FaceEvidence, FaceLane, TalkingTrack } from './face-evidence.ts';
import type { SpeechFrames } from './speech-frames.ts';
import { windowLabels } from './voice-model.ts';
import type { RegionWindows } from './voice-model.ts';

/** Windows a track must confirm to be heard by itself. */
const MIN_WINDOWS = 2;
/** Standard errors by which two voices must fall short of the likeness of one: the face says that they are one. */
const VETO_ERRORS = 2;

export interface VetoInput {
  steps: SpeechFrames;
  evidence: FaceEvidence;
  tracks: readonly TalkingTrack[];
  /** Lane that is surely seen to speak at each step, −1 = none. */
  sure: Int32Array;
  coarse: RegionWindows;
  /** Share of a window's steps that must be one track's. */
  purity: number;
  /** Likeness from which two groups of windows are one voice. */
  sameVoice: number;
}

/**
 * Splits face identities that the voices contradict: tracks that are one person by their looks, but are surely seen to speak
 * with voices that are clearly two. Tracks of an identity whose voices may be one stay together, most alike first; a track
 * that is not heard enough stays where most of its identity's speech is.
 * @returns the evidence with a lane for each person; the same object where none is split
 */
export function splitByVoice(input: VetoInput): FaceEvidence {
  const { evidence } = input;
  const parts = partsOfLanes(input);
  if (parts.every((tracks) => tracks.length < 2)) return evidence;
  let identity = evidence.lanes.reduce((most, lane) => Math.max(most, lane.identity ?? -1), -1);
  const lanes: FaceLane[] = [];
  const laneOfTrackId = new Map<number, number>();
  evidence.lanes.forEach((lane, k) => {
    const own = parts[k]!.length > 1 ? parts[k]! : [lane.trackIds];
    own.forEach((trackIds, part) => {
      for (const id of trackIds) laneOfTrackId.set(id, lanes.length);
      lanes.push({ identity: part === 0 ? lane.identity : ++identity, trackIds: [...trackIds] });
    });
  });
  const lane = Int32Array.from(evidence.track, (track) => laneOfTrackId.get(input.tracks[track]!.id)!);
  return { ...evidence, lanes, lane };
}

/** Ids of the tracks of each person that a lane turns out to be; empty or one list where there is nothing to split. */
function partsOfLanes({ steps, evidence, tracks, sure, coarse, purity, sameVoice }: VetoInput): number[][][] {
  const labels = windowLabels(
    coarse,
    steps,
    tracksOfSteps(evidence, sure),
    new Int32Array(steps.count).fill(-1),
    purity,
  );
  const windowsOf = new Map<number, number>();
  for (const track of labels) if (track >= 0) windowsOf.set(track, (windowsOf.get(track) ?? 0) + 1);
  const heard = [...windowsOf].flatMap(([track, count]) => (count >= MIN_WINDOWS ? [track] : []));
  const index = new Map(heard.map((track, k) => [track, k]));
  const groups = new VoiceGroups(
    coarse,
    labels.map((track) => index.get(track) ?? -1),
    heard.length,
  );
  const laneOfTrackId = new Map(evidence.lanes.flatMap(({ trackIds }, lane) => trackIds.map((id) => [id, lane])));
  const laneOf = (group: number): number => laneOfTrackId.get(tracks[heard[group]!]!.id)!;
  for (;;) {
    const mayBeOne = groups
      .pairs()
      .filter(({ a, b }) => laneOf(a) === laneOf(b))
      .filter(({ likeness, error }) => likeness + VETO_ERRORS * error >= sameVoice)
      .reduce<{ a: number; b: number; likeness: number } | null>(
        (best, pair) => (best && best.likeness >= pair.likeness ? best : pair),
        null,
      );
    if (!mayBeOne) break;
    groups.join(mayBeOne.a, mayBeOne.b);
  }
  return evidence.lanes.map(({ trackIds }, lane) => {
    const sizes = new Map<number, number>();
    const groupOfTrack = new Map<number, number>();
    groups.labels.forEach((group, window) => {
      if (group < 0 || laneOf(group) !== lane) return;
      sizes.set(group, (sizes.get(group) ?? 0) + 1);
      groupOfTrack.set(tracks[labels[window]!]!.id, group);
    });
    const largest = [...sizes].reduce((a, b) => (a[1] >= b[1] ? a : b), [-1, 0])[0];
    return [...Map.groupBy(trackIds, (id) => groupOfTrack.get(id) ?? largest).values()];
  });
}

/** The track that shows the lane which surely speaks. */
function tracksOfSteps(evidence: FaceEvidence, sure: Int32Array): Int32Array {
  return sure.map((lane, t) => {
    if (lane < 0) return -1;
    for (let e = evidence.offsets[t]!; e < evidence.offsets[t + 1]!; e++) {
      if (evidence.lane[e] === lane) return evidence.track[e]!;
    }
    return -1;
  });
}
