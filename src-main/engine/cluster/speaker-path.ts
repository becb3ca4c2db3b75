import { pairEvidence } from './pair-evidence.ts';
import type { VoiceCues } from './pair-evidence.ts';
import { relabel } from './vectors.ts';
import { VoiceGroups } from './voice-groups.ts';

/** One division on the way from many groups to one. */
export interface PathStep {
  count: number;
  /** Group of each window, from 0. */
  labels: Int32Array;
  /** Log-odds that the two groups joined next are one voice; null for the last step. */
  logOdds: number | null;
  /** What the decision to go on is taken on, see {@link stopFeatures}; empty for the last step. */
  stop: readonly number[];
}

/** Weights of two logistic regressions, the last of each its constant. */
export interface SameVoiceModel {
  /** By `pairFeatures`: are two groups one voice? */
  pair: readonly number[];
  /** By {@link stopFeatures}: is joining the most alike pair right? */
  stop: readonly number[];
}

/** Names of what the decision to go on is taken on. */
export const stopFeatures = ['pair', 'few', 'error', 'second', 'windows'] as const;

const MOST_LOG_WINDOWS = Math.log(25);

export const weighted = (weights: readonly number[], values: readonly number[]): number =>
  values.reduce((sum, value, k) => sum + weights[k]! * value, weights[values.length]!);

/**
 * Joins the two groups that are most probably one voice, again and again down to a single group, windows moving to their
 * nearest group in between.
 * @param seeds a division finer than the speakers; −1 = in no group yet
 * @param pause called between joins (cancel check)
 * @returns every division on the way, the finest first, each with one group less
 */
export function speakerPath(
  seeds: { labels: Int32Array; count: number },
  cues: VoiceCues,
  model: SameVoiceModel,
  pause: () => void,
): PathStep[] {
  let groups = new VoiceGroups(cues.voice, seeds.labels, seeds.count);
  groups.settle(4);
  const steps: PathStep[] = [];
  for (;;) {
    pause();
    const { labels, count } = relabel(groups.labels);
    if (count <= 1) {
      steps.push({ count, labels, logOdds: null, stop: [] });
      return steps;
    }
    const pairs = pairEvidence(cues, labels, count).map((pair) => ({
      ...pair,
      logOdds: weighted(model.pair, pair.values),
    }));
    const [best, second] = topTwo(pairs);
    steps.push({
      count,
      labels,
      logOdds: best!.logOdds,
      stop: [
        Math.max(-8, Math.min(8, best!.logOdds)),
        1 / count,
        best!.values[4]!,
        Math.max(-8, Math.min(8, second?.logOdds ?? -8)),
        // More than half a minute a group is not what the weights were fitted on.
        Math.min(MOST_LOG_WINDOWS, Math.log(labels.length / count)),
      ],
    });
    const idOf = (label: number): number => groups.labels[labels.indexOf(label)]!;
    groups.join(idOf(best!.a), idOf(best!.b));
    const joined = relabel(groups.labels);
    groups.settle(2);
    // A group that lost all its windows while they moved keeps them: every count has its division.
    if (groups.count < joined.count) groups = new VoiceGroups(cues.voice, joined.labels, joined.count);
  }
}

function topTwo<T extends { logOdds: number }>(pairs: readonly T[]): [T | undefined, T | undefined] {
  let first: T | undefined;
  let second: T | undefined;
  for (const pair of pairs) {
    if (!first || pair.logOdds > first.logOdds) {
      second = first;
      first = pair;
    } else if (!second || pair.logOdds > second.logOdds) second = pair;
  }
  return [first, second];
}

/** Log-odds that going on from a division is right. @throws RangeError for the last one */
export function goOnLogOdds(step: PathStep, model: SameVoiceModel): number {
  if (step.logOdds === null) throw new RangeError('nothing follows the last division');
  return weighted(model.stop, step.stop);
}

/**
 * Probability of each division of a path being the right one: those before it were rightly joined, its own most alike
 * groups are two voices.
 * @param goOn log-odds that going on is right, of every division but the last
 * @param splitMore taken from all of them
 * @returns one value per division, sum 1
 */
export function stepProbabilities(goOn: ArrayLike<number>, splitMore = 0): number[] {
  let reached = 1;
  return Array.from({ length: goOn.length + 1 }, (_, k) => {
    const on = k < goOn.length ? 1 / (1 + Math.exp(splitMore - goOn[k]!)) : 0;
    const here = reached * (1 - on);
    reached *= on;
    return here;
  });
}
