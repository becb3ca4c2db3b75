/** What is known of a turn, or of a window within it. */
export interface TurnEvidence {
  /** Posterior of its speaker against the others and a stranger, mean over its windows, 0..1. */
  posterior: number;
  /** How like its windows are to their speaker's voice, over what is usual in the recording; 1 = as usual. */
  likeness: number;
  /** Mean speech probability, 0..1. */
  speech: number;
  /** Seconds of speech in the turn. */
  speechSec: number;
  /** Probability that the number of speakers is right, 0..1. */
  count: number;
}

/**
 * Weights of a logistic regression and its constant, fitted to what was right of turns of composed conversations
 * (docs/adr/0042).
 */
const WEIGHTS = { posterior: 0.29, likeness: 1.07, speech: 0.236, length: 0.863, count: 0.199, constant: -1.93 };

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));
/** Log-odds of a share, which is held between 0.02 and 0.98. */
export const logit = (share: number): number => Math.log(clamp(share, 0.02, 0.98) / (1 - clamp(share, 0.02, 0.98)));

/** Values of the regression, in the order of {@link WEIGHTS}. */
export function confidenceFeatures({ posterior, likeness, speech, speechSec, count }: TurnEvidence): number[] {
  return [logit(posterior), clamp(likeness, 0, 1.5), logit(speech), Math.log(clamp(speechSec, 0.1, 10)), logit(count)];
}

/** Share of a turn that is right, as its evidence foretells: 0..1, three decimals. */
export function turnConfidence(evidence: TurnEvidence): number {
  const values = confidenceFeatures(evidence);
  const weights = [WEIGHTS.posterior, WEIGHTS.likeness, WEIGHTS.speech, WEIGHTS.length, WEIGHTS.count];
  const odds = values.reduce((sum, value, k) => sum + weights[k]! * value, WEIGHTS.constant);
  return Math.round(1000 / (1 + Math.exp(-odds))) / 1000;
}
