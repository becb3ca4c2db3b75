import { seedGroups, windowTree } from '#engine/cluster/seed-groups.ts';
import { pairEvidence } from '#engine/cluster/pair-evidence.ts';
import type { VoiceCues } from '#engine/cluster/pair-evidence.ts';
import { goOnLogOdds, speakerPath, stepProbabilities } from '#engine/cluster/speaker-path.ts';
import type { PathStep, SameVoiceModel } from '#engine/cluster/speaker-path.ts';
import { chooseDivision } from '#engine/cluster/choose-division.ts';
import { logisticRegression } from './logistic.ts';
import type { Cases } from './logistic.ts';

/** A conversation to fit on: its cues, and who speaks in each window (−1 = nobody). */
export interface KnownConversation {
  cues: VoiceCues;
  truth: ArrayLike<number>;
  speakerCount: number;
}

/** Where the first path comes from, before anything is fitted. */
const START: SameVoiceModel = { pair: [10, 0, 0, 0, 3, 0, 0, -8], stop: [1, 0, 0, 0, 0, 0] };
/** Divisions of more groups say little of when to stop, and have too many pairs. */
const MOST_GROUPS = 14;
/** Two groups are one voice when so much of each is one speaker's: windows in which two people talk belong to both. */
const HELD = 0.3;
/** Share of windows by which a later division may be worse and going on still be right. */
const TOLERANCE = 0.004;

/** Fits both regressions of the model, twice, because the pairs that are seen depend on it. */
export function fitModel(conversations: readonly KnownConversation[]): SameVoiceModel {
  let model = START;
  for (let round = 0; round < 2; round++) {
    const pairs: Cases = { values: [], targets: [], weights: [] };
    for (const one of conversations) addPairs(one, pathOf(one, model), pairs);
    model = { pair: logisticRegression(pairs, 1), stop: model.stop };
    const stops: Cases = { values: [], targets: [], weights: [] };
    for (const one of conversations) addStops(one, pathOf(one, model), stops);
    model = { pair: model.pair, stop: logisticRegression(stops, 0.5) };
  }
  return model;
}

/** Mean share of windows with the wrong speaker, and share of counts that are right. */
export function judge(
  conversations: readonly KnownConversation[],
  model: SameVoiceModel,
): { confusion: number; right: number } {
  let confusion = 0;
  let right = 0;
  for (const one of conversations) {
    const steps = pathOf(one, model);
    const step =
      steps[
        chooseDivision(steps, stepProbabilities(steps.slice(0, -1).map((one) => goOnLogOdds(one, model))), () => true)
      ];
    if (!step) continue;
    confusion += confusionOf(step.labels, one.truth) / conversations.length;
    right += Number(step.count === one.speakerCount) / conversations.length;
  }
  return { confusion, right };
}

function pathOf({ cues }: KnownConversation, model: SameVoiceModel): PathStep[] {
  const { rows } = cues.voice;
  const seeds = seedGroups(windowTree(rows), rows.count, 2, Math.max(10, Math.min(40, Math.round(rows.count / 6))));
  return seeds.count > 0 ? speakerPath(seeds, cues, model, () => undefined) : [];
}

function addPairs({ cues, truth }: KnownConversation, steps: readonly PathStep[], out: Cases): void {
  for (const { count, labels } of steps) {
    if (count < 2 || count > MOST_GROUPS) continue;
    const shares = speakerShares(labels, truth, count);
    const evidence = pairEvidence(cues, labels, count);
    for (const { a, b, values } of evidence) {
      if (shares[a]!.size === 0 || shares[b]!.size === 0) continue;
      const same = [...shares[a]!].some(([speaker, share]) => share >= HELD && (shares[b]!.get(speaker) ?? 0) >= HELD);
      out.values.push(values);
      out.targets.push(Number(same));
      out.weights.push(same ? 1 / count : 1 / evidence.length);
    }
  }
}

/** Going on is right when the best division lies further on. */
function addStops({ truth }: KnownConversation, steps: readonly PathStep[], out: Cases): void {
  let later = Infinity;
  for (let i = steps.length - 2; i >= 0; i--) {
    later = Math.min(later, confusionOf(steps[i + 1]!.labels, truth));
    out.values.push([...steps[i]!.stop]);
    out.targets.push(Number(later <= confusionOf(steps[i]!.labels, truth) + TOLERANCE));
    out.weights.push(1);
  }
}

/** By group: the share of its windows that are each speaker's; empty where nobody speaks in it. */
function speakerShares(labels: Int32Array, truth: ArrayLike<number>, count: number): Map<number, number>[] {
  const seen = Array.from({ length: count }, () => new Map<number, number>());
  labels.forEach((label, i) => {
    if (truth[i]! >= 0) seen[label]!.set(truth[i]!, (seen[label]!.get(truth[i]!) ?? 0) + 1);
  });
  return seen.map((speakers) => {
    const total = [...speakers.values()].reduce((sum, value) => sum + value, 0);
    return new Map([...speakers].map(([speaker, windows]) => [speaker, windows / total]));
  });
}

/** Share of windows of a speaker that got another one's label, labels matched one to one, the largest shares first. */
function confusionOf(labels: ArrayLike<number>, truth: ArrayLike<number>): number {
  const together = new Map<string, number>();
  let total = 0;
  for (let i = 0; i < truth.length; i++) {
    if (truth[i]! < 0) continue;
    total++;
    const key = `${truth[i]} ${labels[i]}`;
    together.set(key, (together.get(key) ?? 0) + 1);
  }
  const used = new Set<string>();
  let right = 0;
  for (const [key, count] of [...together].sort((x, y) => y[1] - x[1])) {
    const [speaker, label] = key.split(' ');
    if (used.has(`s${speaker}`) || used.has(`l${label}`)) continue;
    used.add(`s${speaker}`).add(`l${label}`);
    right += count;
  }
  return total === 0 ? 0 : 1 - right / total;
}
