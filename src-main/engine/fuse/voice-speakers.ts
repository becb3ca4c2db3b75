import { longRecordingSeeds } from '../cluster/long-recording.ts';
import { seedGroups, windowTree } from '../cluster/seed-groups.ts';
import { vectors } from '../cluster/vectors.ts';
import { VoiceGroups } from '../cluster/voice-groups.ts';
import type { GroupPair } from '../cluster/voice-groups.ts';
import type { TimedVectors } from '../cluster/voice-windows.ts';

export interface SpeakerWish {
  min: number;
  max: number;
  /** Likeness from which two groups of windows are one voice, see cluster/speaker-search.ts. */
  sameVoice: number;
  /** Likeness from which two faces that were never seen together are one person, by voice. */
  sameFaceVoice: number;
}

/** Where some windows' speaker is known by the picture. */
export interface Confirmed {
  /** Lane of each window, −1 = unconfirmed. */
  lanes: Int32Array;
  laneCount: number;
  /** `low × laneCount + high` of lanes that are two people. */
  seenTogether: ReadonlySet<number>;
  /** By how much (log-odds) the first lane looks more like talking than the second where the first is confirmed. */
  contrast: (lane: number, other: number) => number;
}

export interface VoiceSpeakers {
  /** Speaker of each window, −1 = in no group. */
  labels: Int32Array;
  count: number;
  /** Speaker of each lane; −1 = its face never confirmed any speech. */
  speakerOfLane: Int32Array;
}

/** As in cluster-windows.ts. */
const DENSE_WINDOWS = 1000;
const MIN_WINDOWS = 2;
const SEEDS_PER_SPEAKER = 2;
const WINDOWS_PER_SEED = 6;
const MIN_SEEDS = 10;
const SETTLE_ROUNDS = 4;
/** A face that talks where another one of the same voice is silent looks this much more like it (log-odds). */
const CLEAR_CONTRAST = 2.5;

/**
 * Speakers from windows whose speaker a face confirms and windows nobody is seen to speak in. Confirmed windows of a face
 * are one speaker from the start; the others are divided finer than the speakers, and groups are joined by the likeness of
 * their voices (docs/adr/0041), to a face or among themselves. Two faces are joined only if they were never seen together
 * and their voices are hardly to be told apart; of two that were seen together and share a voice only one speaks, unless
 * the picture tells them apart clearly.
 */
export function speakersFromVoices(
  windows: TimedVectors,
  given: Confirmed,
  wish: SpeakerWish,
  pause: () => void = () => undefined,
): VoiceSpeakers {
  const { laneCount, seenTogether } = given;
  const confirmed = withoutFalseSpeakers(windows, given, wish);
  const start = startGroups(windows, confirmed, laneCount, wish, pause);
  const groups = new VoiceGroups(windows, start.labels, start.count);
  /** Lanes in each group. */
  const lanes = start.lanes.map((lane) => (lane < 0 ? [] : [lane]));
  groups.settle(SETTLE_ROUNDS, (window) => confirmed[window]! >= 0);
  const apart = (a: number, b: number): boolean =>
    lanes[a]!.some((x) => lanes[b]!.some((y) => seenTogether.has(Math.min(x, y) * laneCount + Math.max(x, y))));
  const isSame = (pair: GroupPair): boolean => {
    const faces = lanes[pair.a]!.length > 0 && lanes[pair.b]!.length > 0;
    return faces ? pair.likeness - pair.error >= wish.sameFaceVoice : pair.likeness + pair.error >= wish.sameVoice;
  };
  while (groups.count > Math.max(1, wish.min)) {
    pause();
    const pairs = groups.pairs();
    const free = pairs.filter((pair) => !apart(pair.a, pair.b));
    let chosen = bestOf(free.filter(isSame), (pair) => pair.likeness + pair.error);
    // More voices than are wanted: what explains least goes, two faces seen together last of all.
    if (!chosen && groups.count > wish.max) chosen = bestOf(free.length > 0 ? free : pairs, (pair) => -pair.cost);
    if (!chosen) break;
    // The group with a face stays, so that its windows do.
    const [keep, gone] =
      lanes[chosen.a]!.length >= lanes[chosen.b]!.length ? [chosen.a, chosen.b] : [chosen.b, chosen.a];
    lanes[keep]!.push(...lanes[gone]!);
    lanes[gone] = [];
    groups.join(keep, gone);
    groups.settle(2, (window) => confirmed[window]! >= 0);
  }
  return numbered(groups.labels, lanes, laneCount);
}

/**
 * Takes the confirmation from faces that move their lips while somebody else speaks: their windows sound like those of
 * another face, which has more of them, and which does not look silent there.
 */
function withoutFalseSpeakers(windows: TimedVectors, given: Confirmed, wish: SpeakerWish): Int32Array {
  const lanes = given.lanes.slice();
  for (;;) {
    const names = [...new Set(lanes)].filter((lane) => lane >= 0);
    const index = new Map(names.map((lane, k) => [lane, k]));
    const groups = new VoiceGroups(
      windows,
      lanes.map((lane) => index.get(lane) ?? -1),
      names.length,
    );
    const count = (lane: number): number => lanes.reduce((sum, one) => sum + Number(one === lane), 0);
    const twins = groups
      .pairs()
      .map((pair) => ({ ...pair, lanes: [names[pair.a]!, names[pair.b]!] as const }))
      .filter(({ lanes: [x, y] }) => given.seenTogether.has(Math.min(x, y) * given.laneCount + Math.max(x, y)))
      .filter(({ likeness, error }) => likeness + error >= wish.sameVoice)
      .map(({ lanes: [x, y] }) => (count(x) < count(y) ? { weak: x, strong: y } : { weak: y, strong: x }))
      .map((pair) => ({ ...pair, contrast: given.contrast(pair.weak, pair.strong) }))
      .filter(({ contrast }) => contrast < CLEAR_CONTRAST);
    if (twins.length === 0) return lanes;
    const { weak } = twins.reduce((a, b) => (a.contrast <= b.contrast ? a : b));
    lanes.forEach((lane, i) => {
      if (lane === weak) lanes[i] = -1;
    });
  }
}

function bestOf(pairs: readonly GroupPair[], score: (pair: GroupPair) => number): GroupPair | null {
  return pairs.reduce<GroupPair | null>((best, pair) => (best && score(best) >= score(pair) ? best : pair), null);
}

/** A group per lane that confirms a window, then groups of the other windows. */
function startGroups(
  windows: TimedVectors,
  confirmed: Int32Array,
  laneCount: number,
  wish: SpeakerWish,
  pause: () => void,
): { labels: Int32Array; count: number; lanes: number[] } {
  const lanes: number[] = [];
  const groupOfLane = new Int32Array(laneCount).fill(-1);
  const labels = new Int32Array(windows.rows.count).fill(-1);
  const rest: number[] = [];
  confirmed.forEach((lane, i) => {
    if (lane < 0) {
      rest.push(i);
      return;
    }
    if (groupOfLane[lane]! < 0) groupOfLane[lane] = lanes.push(lane) - 1;
    labels[i] = groupOfLane[lane]!;
  });
  const part = subset(windows, rest);
  const fewEnough = Math.min(SEEDS_PER_SPEAKER * wish.max, Math.round(rest.length / WINDOWS_PER_SEED));
  const maxSeeds = Math.max(MIN_SEEDS, fewEnough);
  const seeds =
    rest.length > DENSE_WINDOWS
      ? longRecordingSeeds(part, maxSeeds, pause)
      : rest.length > 0
        ? seedGroups(windowTree(part.rows), rest.length, MIN_WINDOWS, maxSeeds)
        : { labels: new Int32Array(0), count: 0 };
  rest.forEach((i, k) => {
    if (seeds.labels[k]! >= 0) labels[i] = lanes.length + seeds.labels[k]!;
  });
  for (let k = 0; k < seeds.count; k++) lanes.push(-1);
  // Too little for a group of two, and nobody else: one group of all.
  if (lanes.length === 0 && rest.length > 0) {
    labels.fill(0);
    lanes.push(-1);
  }
  return { labels, count: lanes.length, lanes };
}

function subset(windows: TimedVectors, indices: readonly number[]): TimedVectors {
  const { size, data } = windows.rows;
  const rows = new Float32Array(indices.length * size);
  indices.forEach((i, k) => rows.set(data.subarray(i * size, (i + 1) * size), k * size));
  return {
    rows: vectors(rows, size),
    startSec: indices.map((i) => windows.startSec[i]!),
    endSec: indices.map((i) => windows.endSec[i]!),
  };
}

/** Speakers numbered in the order they are heard. */
function numbered(labels: Int32Array, lanes: readonly (readonly number[])[], laneCount: number): VoiceSpeakers {
  const names = new Map<number, number>();
  const out = Int32Array.from(labels, (group) => {
    if (group < 0) return -1;
    let name = names.get(group);
    if (name === undefined) names.set(group, (name = names.size));
    return name;
  });
  const speakerOfLane = new Int32Array(laneCount).fill(-1);
  lanes.forEach((members, group) => {
    const speaker = names.get(group);
    if (speaker !== undefined) for (const lane of members) speakerOfLane[lane] = speaker;
  });
  return { labels: out, count: names.size, speakerOfLane };
}
