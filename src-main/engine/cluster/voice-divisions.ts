import { chooseDivision } from './choose-division.ts';
import { meanCosine } from './cue-likeness.ts';
import { longRecordingSeeds } from './long-recording.ts';
import { seedGroups, windowTree } from './seed-groups.ts';
import { goOnLogOdds, speakerPath, stepProbabilities } from './speaker-path.ts';
import type { SameVoiceModel } from './speaker-path.ts';
import { vectors } from './vectors.ts';
import type { TimedVectors } from './voice-windows.ts';

/** Divisions of the windows of a recording into ever fewer groups; they do not depend on how many speakers are wanted. */
export interface VoiceDivisions {
  /** Groups of each division, each one less than the one before. */
  counts: Int32Array;
  /** Group of each window in each division: divisions × windows. */
  labels: Int32Array;
  /** Log-odds that going on to the next division is right; the last division has none. */
  goOn: Float32Array;
  /** How far another cue supports the count of each division, a factor on its probability; absent = no other cue. */
  support?: Float32Array;
}

/** Windows up to which a full matrix of distances is made; about 12 minutes of speech, 4 MB. */
export const DENSE_WINDOWS = 1000;
/** A voice must be heard in this many windows to be looked for by itself. */
export const MIN_WINDOWS = 2;

/**
 * From a division finer than the speakers down to one group, always joining what is most probably one voice.
 * @param sound unit-length cepstral statistics of the same windows; null = not measured
 * @param maxSeeds most groups of the finest division
 */
export function voiceDivisions(
  windows: TimedVectors,
  sound: Float32Array | null,
  model: SameVoiceModel,
  maxSeeds: number,
  pause: () => void,
): VoiceDivisions {
  const { rows, startSec, endSec } = windows;
  if (rows.count === 0) return { counts: new Int32Array(0), labels: new Int32Array(0), goOn: new Float32Array(0) };
  pause();
  const seeds =
    rows.count > DENSE_WINDOWS
      ? longRecordingSeeds(windows, maxSeeds, pause)
      : seedGroups(windowTree(rows), rows.count, MIN_WINDOWS, maxSeeds);
  const cues = {
    voice: windows,
    sound: sound && { rows: vectors(sound, sound.length / rows.count), startSec, endSec },
    voiceLikeness: meanCosine(rows),
  };
  // Too little speech for a single group of several windows: all of it is one.
  const start = seeds.count > 0 ? seeds : { labels: new Int32Array(rows.count), count: 1 };
  const steps = speakerPath(start, cues, model, pause);
  const labels = new Int32Array(steps.length * rows.count);
  steps.forEach((step, k) => labels.set(step.labels, k * rows.count));
  return {
    counts: Int32Array.from(steps, (step) => step.count),
    labels,
    goOn: Float32Array.from(steps.slice(0, -1), (step) => goOnLogOdds(step, model)),
  };
}

/**
 * Weight of the second opinion, and what it grants every count; chosen on composed conversations (docs/adr/0044). Little,
 * because the cepstra are in the vector of the first one too.
 */
const OPINION_POWER = 0.25;
const OPINION_FLOOR = 0.02;

/**
 * Divisions with the opinion of another cue on how many speakers there are, from divisions by that cue alone: two cues that
 * agree on a number without knowing of each other are more than either.
 */
export function withOpinion(divisions: VoiceDivisions, other: VoiceDivisions): VoiceDivisions {
  const probabilities = stepProbabilities(other.goOn);
  const byCount = new Map(Array.from(other.counts, (count, k) => [count, probabilities[k]!]));
  const support = Float32Array.from(
    divisions.counts,
    (count) => ((byCount.get(count) ?? 0) + OPINION_FLOOR) ** OPINION_POWER,
  );
  return { ...divisions, support };
}

/**
 * Whether there is one voice is judged by the division in two alone: doubts at finer divisions, each of which takes from all
 * that follow, say nothing against it.
 */
function oneVoiceByItself(probabilities: readonly number[], goOn: ArrayLike<number>, splitMore: number): number[] {
  const last = probabilities.length - 1;
  if (last < 1) return [...probabilities];
  const one = 1 / (1 + Math.exp(splitMore - goOn[last - 1]!));
  const rest = (1 - one) / Math.max(1e-9, 1 - probabilities[last]!);
  return probabilities.map((probability, k) => (k === last ? one : probability * rest));
}

/** How probable a number of speakers is. */
export interface CountProbability {
  count: number;
  probability: number;
}

/**
 * The division with the least expected error among those with a wanted number of groups.
 * @param splitMore log-odds added to two groups being two voices
 * @returns null when no division has a number of groups that is wanted
 */
export function chooseSpeakers(
  { counts, labels, goOn, support }: VoiceDivisions,
  wanted: { min: number; max: number },
  splitMore: number,
): { labels: Int32Array; count: number; counts: CountProbability[] } | null {
  const windowCount = labels.length / Math.max(1, counts.length);
  const heard = oneVoiceByItself(stepProbabilities(goOn, splitMore), goOn, splitMore).map(
    (probability, k) => probability * (support?.[k] ?? 1),
  );
  const total = heard.reduce((sum, value) => sum + value, 0);
  const probabilities = heard.map((value) => value / total);
  const steps = Array.from(counts, (count, k) => ({
    count,
    labels: labels.subarray(k * windowCount, (k + 1) * windowCount),
  }));
  const chosen = chooseDivision(steps, probabilities, (k) => counts[k]! >= wanted.min && counts[k]! <= wanted.max);
  if (chosen < 0) return null;
  return {
    count: steps[chosen]!.count,
    labels: steps[chosen]!.labels.slice(),
    counts: steps.map(({ count }, k) => ({ count, probability: probabilities[k]! })).reverse(),
  };
}
