import type { FaceEvidence } from './face-evidence.ts';

/** How a lane's scores differ between speaking and silence; log-odds. */
export interface ScoreModel {
  /** Score at which the face is as likely to speak as not. */
  readonly centre: Float64Array;
  /** What a score beyond the centre counts, 1 = as much as its calibration says. */
  readonly slope: Float64Array;
}

/** Typical score of a speaking and of a silent face, before a recording says better. */
const TALKING = 1.5;
const SILENT = -1.5;
/** Steps by which a lane is drawn towards the typical scores: three seconds. */
const PRIOR_STEPS = 75;
/** Faces that speak unseen (turned away, hidden by a hand) and mouths that move in silence bound what one step says. */
const LEAST_RATIO = Math.log(0.2);
const GREATEST_RATIO = Math.log(20);

/** Scores taken as they are calibrated. */
export const plainScores = (lanes: number): ScoreModel => ({
  centre: new Float64Array(lanes),
  slope: new Float64Array(lanes).fill(1),
});

/**
 * Scores of each face measured anew from who spoke: a face whose mouth moves in silence is believed less, one that is
 * always scored low is believed from lower on. Two means with a typical spread, drawn towards typical values.
 * @param talks probability that the face of each entry spoke, by everything that is known
 */
export function fitScores(evidence: FaceEvidence, talks: Float32Array): ScoreModel {
  const lanes = evidence.lanes.length;
  const model = plainScores(lanes);
  const sums = Array.from({ length: lanes }, () => ({ talk: 0, talkWeight: 0, still: 0, stillWeight: 0 }));
  for (let e = 0; e < evidence.lane.length; e++) {
    const sum = sums[evidence.lane[e]!]!;
    const p = talks[e]!;
    sum.talk += p * evidence.logit[e]!;
    sum.talkWeight += p;
    sum.still += (1 - p) * evidence.logit[e]!;
    sum.stillWeight += 1 - p;
  }
  sums.forEach(({ talk, talkWeight, still, stillWeight }, lane) => {
    const high = (talk + PRIOR_STEPS * TALKING) / (talkWeight + PRIOR_STEPS);
    const low = (still + PRIOR_STEPS * SILENT) / (stillWeight + PRIOR_STEPS);
    model.centre[lane] = (high + low) / 2;
    model.slope[lane] = Math.max(0, Math.min(1.5, (high - low) / (TALKING - SILENT)));
  });
  return model;
}

/** Log-odds that the face of an entry speaks, by its own scale. */
export const scoreOf = (evidence: FaceEvidence, model: ScoreModel, e: number): number => {
  const lane = evidence.lane[e]!;
  return model.slope[lane]! * (evidence.logit[e]! - model.centre[lane]!);
};

/** What each entry says for its face against the others: a log-likelihood ratio per step, bounded on both sides. */
export const scoreRatios = (evidence: FaceEvidence, model: ScoreModel, weight: number): Float32Array =>
  Float32Array.from(
    evidence.logit,
    (_, e) => weight * Math.max(LEAST_RATIO, Math.min(GREATEST_RATIO, scoreOf(evidence, model, e))),
  );
