import { averageLinkage, labelsAfter } from '../cluster/ahc.ts';
import { dot, unitRows } from '../cluster/vectors.ts';
import type { Vectors } from '../cluster/vectors.ts';
import type { TalkingTrack } from './face-evidence.ts';
import type { Span } from './speech-frames.ts';

/** Published values (https://github.com/JaesungHuh/av-diarization); frames are 1/25 s. */
export const avDiarizationRules = {
  /** A frame is active where speech is on and the score is above the first, or the score alone above the second. */
  talkWithSpeech: 0.5,
  talkAlone: 0.9,
  medianFrames: 25,
  /** Gaps shorter than this are closed. */
  closeFrames: 12,
  /** Runs must be longer than these. */
  utteranceFrames: 15,
  offScreenFrames: 10,
  clusterDistance: 0.3,
  offScreenCosine: 0.6,
  majorityFrames: 25,
  windowHopSec: 0.2,
} as const;

export interface AvDiarizationInput {
  frameCount: number;
  /** Whole sound. */
  speech: readonly Span[];
  tracks: readonly TalkingTrack[];
  /** Score of each row of the tracks; NaN = not measured. */
  talking: Float32Array;
  /** Window i covers [0.2 i, 0.2 i + 2] seconds. */
  windows: Vectors;
  rules: { offScreenCosine: number; clusterDistance: number; bugCompatible: boolean };
}

export interface AvUtterance extends Span {
  speaker: string;
  /** Face it was seen on; null = off screen. */
  trackId: number | null;
  faceProbability: number | null;
  /** Cosine of the voice to the speaker's; null on screen. */
  voice: number | null;
}

interface Group {
  tracks: number[];
  utterances: { from: number; to: number; track: number }[];
  mean: Float32Array | null;
  name: string;
}

/**
 * The decision of av-diarization ("Spot the conversation", Chung et al. 2020): who is seen to talk, by thresholds; voices
 * enrolled from that; what is said off screen to the nearest of them. With `bugCompatible` its oddities: activity at the
 * limits of a track loses its first 6 and last 5 frames, and what fits nobody is one `unknown`. Otherwise such speech is
 * grouped by voice in a second pass (`off0`, …), which also serves files in which nobody is seen to talk.
 */
export function avDiarization(input: AvDiarizationInput): AvUtterance[] {
  const speech = new Uint8Array(input.frameCount);
  for (const { startSec, endSec } of input.speech) {
    speech.fill(1, Math.round(startSec * 25), Math.max(0, Math.round(endSec * 25)));
  }
  const rest = speech.slice();
  const scores = new Map<number, Float32Array>();
  const groups = groupsOf(input.tracks);
  for (const group of groups) {
    for (const track of group.tracks) {
      const { firstFrame, frameCount, firstRow } = input.tracks[track]!;
      const score = medianScore(input.talking.subarray(firstRow, firstRow + frameCount));
      scores.set(track, score);
      const active = closed(
        Uint8Array.from(score, (value, f) =>
          Number(
            value > avDiarizationRules.talkAlone ||
              (value > avDiarizationRules.talkWithSpeech && speech[firstFrame + f] === 1),
          ),
        ),
        input.rules.bugCompatible,
      );
      for (const [from, to] of runs(active)) {
        rest.fill(0, firstFrame + from, firstFrame + to);
        if (to - from <= avDiarizationRules.utteranceFrames) continue;
        group.utterances.push({ from: firstFrame + from, to: firstFrame + to, track });
      }
    }
    group.mean = meanVoice(group, input.windows);
  }
  const speaking = groups.filter((group) => group.utterances.length > 0);
  nameGroups(speaking, input);
  const seen = speaking.flatMap((group) =>
    group.utterances.map(({ from, to, track }): AvUtterance => {
      const { id, firstFrame } = input.tracks[track]!;
      const part = scores.get(track)!.subarray(from - firstFrame, to - firstFrame);
      const faceProbability = part.reduce((sum, value) => sum + value, 0) / part.length;
      return { startSec: from / 25, endSec: to / 25, speaker: group.name, trackId: id, faceProbability, voice: null };
    }),
  );
  const heard = offScreen(rest, speaking, input);
  return [...seen, ...heard].sort((a, b) => a.startSec - b.startSec || a.endSec - b.endSec);
}

/** Tracks by identity; a track of nobody known is a group of its own. */
function groupsOf(tracks: readonly TalkingTrack[]): Group[] {
  const byIdentity = new Map<number, Group>();
  const groups: Group[] = [];
  tracks.forEach(({ identity }, track) => {
    const known = identity === null ? undefined : byIdentity.get(identity);
    if (known) {
      known.tracks.push(track);
      return;
    }
    const group: Group = { tracks: [track], utterances: [], mean: null, name: '' };
    groups.push(group);
    if (identity !== null) byIdentity.set(identity, group);
  });
  return groups;
}

/** Running median; frames that were not measured count as silent. */
export function medianScore(values: Float32Array): Float32Array {
  const half = (avDiarizationRules.medianFrames - 1) / 2;
  const known = values.map((value) => (Number.isNaN(value) ? 0 : value));
  return known.map((_, f) => {
    // Zeros beyond the ends, as SciPy's filter has them.
    const part = Array.from({ length: 2 * half + 1 }, (__, k) => known[f - half + k] ?? 0).sort((a, b) => a - b);
    return part[half]!;
  });
}

/**
 * Binary closing by 12 frames: gaps of up to 11 are filled. SciPy's takes what lies beyond the ends for silence, so that
 * activity there loses its first 6 and last 5 frames.
 */
export function closed(active: Uint8Array, bugCompatible: boolean): Uint8Array {
  const out = active.slice();
  let last = -1;
  active.forEach((value, f) => {
    if (value === 0) return;
    if (last >= 0 && f - last - 1 < avDiarizationRules.closeFrames) out.fill(1, last, f);
    last = f;
  });
  if (bugCompatible) {
    out.fill(0, 0, Math.min(out.length, avDiarizationRules.closeFrames / 2));
    out.fill(0, Math.max(0, out.length - avDiarizationRules.closeFrames / 2 + 1));
  }
  return out;
}

/** Runs of ones, as [from, to). */
export function runs(values: Uint8Array): [number, number][] {
  const found: [number, number][] = [];
  let from = -1;
  for (let f = 0; f <= values.length; f++) {
    const on = f < values.length && values[f] === 1;
    if (on && from < 0) from = f;
    if (!on && from >= 0) {
      found.push([from, f]);
      from = -1;
    }
  }
  return found;
}

/** Window whose middle is nearest to a time, as published: 5 t − 5, rounded down. */
const windowAt = (sec: number, count: number): number => Math.max(0, Math.min(count - 1, Math.floor(5 * sec - 5)));

function meanVoice(group: Group, windows: Vectors): Float32Array | null {
  if (group.utterances.length === 0 || windows.count === 0) return null;
  const mean = new Float32Array(windows.size);
  for (const { from, to } of group.utterances) {
    const row = windowAt((from + to) / 50, windows.count) * windows.size;
    for (let d = 0; d < windows.size; d++) mean[d]! += windows.data[row + d]! / group.utterances.length;
  }
  return mean;
}

/** Groups whose voices are alike and whose tracks share no frame are one speaker, named after its members. */
function nameGroups(groups: readonly Group[], { tracks, rules }: AvDiarizationInput): void {
  const n = groups.length;
  const voices = stacked(groups);
  const distance = new Float32Array(n * n);
  const together = (a: Group, b: Group): boolean =>
    a.tracks.some((x) =>
      b.tracks.some((y) => {
        const [s, t] = [tracks[x]!, tracks[y]!];
        return s.firstFrame < t.firstFrame + t.frameCount && t.firstFrame < s.firstFrame + s.frameCount;
      }),
    );
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) {
      if (a === b) continue;
      distance[a * n + b] = 1 - (voices ? dot(voices, a, voices, b) : 0);
      if (together(groups[a]!, groups[b]!)) distance[a * n + b]! += 100;
    }
  }
  const { labels } = cutAt(distance, n, rules.clusterDistance);
  groups.forEach((group, k) => {
    const members = groups.flatMap((_, j) => (labels[j] === labels[k] ? [j] : []));
    group.name = `ID_${members.join('/')}`;
  });
}

function cutAt(distance: Float32Array, n: number, height: number): { labels: Int32Array; count: number } {
  if (n === 0) return { labels: new Int32Array(0), count: 0 };
  const tree = averageLinkage(distance, n);
  return labelsAfter(tree, n, tree.filter((merge) => merge.height <= height).length);
}

/** Unit-length voices of the groups, null where there is no sound to have them from. */
function stacked(groups: readonly Group[]): Vectors | null {
  const size = groups[0]?.mean?.length ?? 0;
  if (size === 0) return null;
  const data = new Float32Array(groups.length * size);
  groups.forEach(({ mean }, k) => mean && data.set(mean, k * size));
  return unitRows({ data, size, count: groups.length });
}

function offScreen(rest: Uint8Array, groups: readonly Group[], input: AvDiarizationInput): AvUtterance[] {
  const { windows, rules } = input;
  const voices = stacked(groups);
  const found: AvUtterance[] = [];
  const unknown: { utterance: AvUtterance; voice: Float32Array }[] = [];
  for (const [from, to] of runs(rest)) {
    if (to - from <= avDiarizationRules.offScreenFrames) continue;
    const nearest = Array.from({ length: to - from }, (_, k) => nearestVoice((from + k) / 25, voices, input));
    const labels = majority(nearest.map(({ group }) => group));
    for (let k = 0; k < labels.length;) {
      let end = k + 1;
      while (end < labels.length && labels[end] === labels[k]) end++;
      const group = groups[labels[k]!];
      const voice = nearest.slice(k, end).reduce((sum, one) => sum + one.cosine, 0) / (end - k);
      const utterance: AvUtterance = {
        ...{ startSec: (from + k) / 25, endSec: (from + end) / 25 },
        ...{ speaker: group?.name ?? 'unknown', trackId: null, faceProbability: null },
        voice: group ? voice : null,
      };
      found.push(utterance);
      if (!group && windows.count > 0) {
        const row = windowAt((from + (k + end) / 2) / 25, windows.count);
        unknown.push({ utterance, voice: windows.data.subarray(row * windows.size, (row + 1) * windows.size) });
      }
      k = end;
    }
  }
  if (!rules.bugCompatible) groupUnknown(unknown, 1 - rules.offScreenCosine);
  return found;
}

/** The second pass that the published system lacks. */
function groupUnknown(unknown: readonly { utterance: AvUtterance; voice: Float32Array }[], maxDistance: number): void {
  const size = unknown[0]?.voice.length ?? 0;
  const data = new Float32Array(unknown.length * size);
  unknown.forEach(({ voice }, k) => data.set(voice, k * size));
  const rows = unitRows({ data, size, count: unknown.length });
  const n = unknown.length;
  const distance = new Float32Array(n * n);
  for (let a = 0; a < n; a++) for (let b = 0; b < n; b++) if (a !== b) distance[a * n + b] = 1 - dot(rows, a, rows, b);
  const { labels } = cutAt(distance, n, maxDistance);
  unknown.forEach(({ utterance }, k) => (utterance.speaker = `off${labels[k]!}`));
}

function nearestVoice(
  sec: number,
  voices: Vectors | null,
  { windows, rules }: AvDiarizationInput,
): { group: number; cosine: number } {
  if (!voices || windows.count === 0) return { group: -1, cosine: 0 };
  const row = windowAt(sec, windows.count);
  const length = Math.sqrt(dot(windows, row, windows, row)) || 1;
  let best = { group: -1, cosine: -Infinity };
  for (let k = 0; k < voices.count; k++) {
    const cosine = dot(voices, k, windows, row) / length;
    if (cosine > best.cosine) best = { group: k, cosine };
  }
  return best.cosine >= rules.offScreenCosine ? best : { group: -1, cosine: best.cosine };
}

/** Most frequent label of 25 frames about each; the left edge repeats the first value, shorter runs stay. */
export function majority(labels: readonly number[]): number[] {
  const width = avDiarizationRules.majorityFrames;
  if (labels.length < width) return [...labels];
  const half = (width - 1) / 2;
  return labels.map((_, f) => {
    const counts = new Map<number, number>();
    for (let k = f - half; k <= Math.min(labels.length - 1, f + half); k++) {
      const label = labels[Math.max(0, k)]!;
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  });
}
