import { forbiddenPairs, joinedByMustLink } from './constrained-ahc.ts';
import type { Constraints } from './constrained-ahc.ts';
import { ConstrainedAttribution } from './constrained-vbx-attribution.ts';
import type { Tie } from './constrained-vbx-attribution.ts';
import { likeliestLabelsApart } from './labels-apart.ts';
import { likeliestSpeakers, variationalRounds } from './vbx.ts';
import type { VbxOptions, VbxResult } from './vbx.ts';
import { relabel } from './vectors.ts';

export interface ConstrainedVbxResult extends VbxResult {
  /** A speaker for each window, numbered by appearance from 0; every constraint is kept. */
  labels: Int32Array;
  count: number;
}

/**
 * VBx (Landini et al., Computer Speech & Language 71, 2022) with what a person said about pairs of windows. The windows that
 * must-links join share one posterior of the speaker; cannot-links are a penalty on the probability that two of them are the
 * same speaker (Lu and Leen, "Semi-supervised learning with penalized probabilistic clustering", NIPS 17, 2004), which
 * rises from round to round until it outweighs the evidence. The labels then keep all constraints without exception, as those
 * of Wagstaff et al. (ICML 2001) do. Without constraints, exactly `vbx`.
 *
 * Must-links alone leave the mixture (`loopP` null) exact, but for the bound that VBx has anyway. In the sequence (`loopP` a
 * number) distant ties would make inference intractable: what is bounded there has one factor for each group of tied
 * windows and an exact hidden Markov chain for every stretch of free windows between them (structured mean field).
 * `elbo` bounds ln p(windows, constraints hold), scaled as in `vbx`; it never falls with must-links alone, and may while the
 * penalty rises.
 * @param rows windows × size, in the space of `vbx`
 * @param phi across-speaker variance of each dimension, > 0
 * @param gamma first responsibilities, windows × speakers, rows summing to 1; best from labels of `constrainedAhc`
 * @param constraints pairs of windows, 0 … windows − 1; neither their order nor that within a pair matters
 * @param pause called once an iteration (cancel check)
 * @returns `gamma` may still leave a forbidden pair some probability; `labels` may number further speakers, where `gamma` has
 * too few columns to keep the constraints
 * @throws AppError `bad-input` when the constraints contradict each other
 */
export function constrainedVbx(
  rows: Float64Array,
  phi: Float64Array,
  gamma: Float64Array,
  constraints: Constraints,
  options: VbxOptions,
  pause: () => void = () => undefined,
): ConstrainedVbxResult {
  const count = rows.length / phi.length;
  const speakers = gamma.length / Math.max(1, count);
  const ties = tiesOf(count, constraints);
  const attribution = new ConstrainedAttribution(count, speakers, ties, options.loopP);
  const first = pooled(gamma, speakers, ties);
  const result = variationalRounds(rows, phi, first, options, pause, (logP, state) =>
    attribution.attribute(logP, state),
  );
  const labels = likeliestSpeakers(result);
  const apart = likeliestLabelsApart(
    attribution.evidence,
    ties.map((tie) => tie.partners),
    pause,
  );
  ties.forEach((tie, c) => {
    if (tie.partners.length > 0) for (const t of tie.windows) labels[t] = apart[c]!;
  });
  return { ...result, ...relabel(labels) };
}

/** Groups of windows that anything was said about, by their first window. */
function tiesOf(count: number, constraints: Constraints): Tie[] {
  const groupOf = joinedByMustLink(count, constraints);
  const apart = forbiddenPairs(count, groupOf, constraints);
  const members = new Map<number, number[]>();
  groupOf.forEach((group, t) => {
    const windows = members.get(group);
    if (windows) windows.push(t);
    else members.set(group, [t]);
  });
  const groups = [...members.keys()].filter((group) => members.get(group)!.length > 1 || apart[group]!.size > 0);
  const numbers = new Map(groups.map((group, c) => [group, c]));
  return groups.map((group) => ({
    windows: members.get(group)!,
    partners: [...apart[group]!].map((other) => numbers.get(other)!).sort((a, b) => a - b),
  }));
}

/** First responsibilities, with the mean of its windows for each tie. */
function pooled(gamma: Float64Array, speakers: number, ties: readonly Tie[]): Float64Array {
  const out = gamma.slice();
  for (const { windows } of ties) {
    for (let s = 0; s < speakers; s++) {
      let sum = 0;
      for (const t of windows) sum += gamma[t * speakers + s]!;
      for (const t of windows) out[t * speakers + s] = sum / windows.length;
    }
  }
  return out;
}
