import type { FaceEvidence } from './face-evidence.ts';
import { scoreOf } from './score-model.ts';
import type { ScoreModel } from './score-model.ts';

/**
 * Second speakers: of the faces of others that are seen, the one that most probably talks, where that is probable enough.
 * Probabilities of faces gather the frames of a turn already (docs/adr/0090), so that each step is decided by itself. Where
 * a net says how probably two voices are heard, its log-odds join those of the face, so that neither decides alone.
 * @param first speaker of each step
 * @param speakerOfLane −1 = none of the speakers
 * @returns a speaker per step, −1 = nobody
 */
export function secondFaces(
  input: {
    evidence: FaceEvidence;
    /** Posterior of two voices at once at each step; absent = no net says so. */
    overlap?: Float32Array;
    rules: { overlapFrom: number; overlapWeight: number };
  },
  first: Int32Array,
  speakerOfLane: ArrayLike<number>,
  model: ScoreModel,
): Int32Array {
  const { evidence, overlap, rules } = input;
  const from = Math.log(rules.overlapFrom / (1 - rules.overlapFrom));
  return first.map((speaker, t) => {
    let best = -1;
    let most = from;
    const heard = overlap ? rules.overlapWeight * boundedOdds(overlap[t]!) : 0;
    for (let e = evidence.offsets[t]!; e < evidence.offsets[t + 1]!; e++) {
      const other = speakerOfLane[evidence.lane[e]!]!;
      if (other < 0 || other === speaker) continue;
      // By its calibration and by its own scale: a face that always scores low is no second speaker for that.
      const score = Math.min(evidence.logit[e]!, scoreOf(evidence, model, e)) + heard;
      if (score <= most) continue;
      best = other;
      most = score;
    }
    return best;
  });
}

/** Log-odds of a posterior, no more certain than 95 %. */
const boundedOdds = (p: number): number =>
  Math.log(Math.max(0.05, Math.min(0.95, p)) / Math.max(0.05, Math.min(0.95, 1 - p)));
