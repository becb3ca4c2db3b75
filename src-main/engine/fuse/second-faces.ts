import type { FaceEvidence } from './face-evidence.ts';
import { scoreOf } from './score-model.ts';
import type { ScoreModel } from './score-model.ts';

export interface SecondRules {
  /** Probability from which two who are both seen speak at once, against the surer one alone. */
  overlapFrom: number;
}

/**
 * Second speakers: of the faces of others that are seen, the one that most probably talks, where that is probable enough.
 * Probabilities of faces gather the frames of a turn already (docs/adr/0090), so that each step is decided by itself. That
 * the face of another talks says two at once only if that of the first one talks as well: where a + b = 1 one of them
 * speaks, and the voice has said which. Beside somebody who is not seen nobody is second: there, a face that looks like talking
 * tells of a mistake more often than of two at once.
 * @param first speaker of each step
 * @param speakerOfLane −1 = none of the speakers
 * @returns a speaker per step, −1 = nobody
 */
export function secondFaces(
  input: {
    evidence: FaceEvidence;
    rules: SecondRules;
  },
  first: Int32Array,
  speakerOfLane: ArrayLike<number>,
  model: ScoreModel,
): Int32Array {
  const { evidence, rules } = input;
  const from = Math.log(rules.overlapFrom / (1 - rules.overlapFrom));
  return first.map((speaker, t) => {
    let own = NaN;
    let other = -1;
    let otherLogit = -Infinity;
    for (let e = evidence.offsets[t]!; e < evidence.offsets[t + 1]!; e++) {
      const seen = speakerOfLane[evidence.lane[e]!]!;
      if (seen === speaker) own = Math.max(Number.isNaN(own) ? -Infinity : own, evidence.logit[e]!);
      if (seen < 0 || seen === speaker) continue;
      // By its calibration and by its own scale: a face that always scores low is no second speaker for that.
      const logit = Math.min(evidence.logit[e]!, scoreOf(evidence, model, e));
      if (logit <= otherLogit) continue;
      other = seen;
      otherLogit = logit;
    }
    if (other < 0 || Number.isNaN(own)) return -1;
    return oddsOfBoth(probability(own), probability(otherLogit)) >= from ? other : -1;
  });
}

const probability = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** Log-odds of both against the surer one alone, of two of whom at least one speaks. */
function oddsOfBoth(a: number, b: number): number {
  const both = Math.max(1e-6, a + b - 1);
  return Math.log(both / Math.max(1e-6, 1 - Math.min(a, b)));
}
