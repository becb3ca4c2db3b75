/** How evidence becomes probabilities of who speaks; see docs/adr/0090 for what the values were fitted to. */
export interface TalkModel {
  /** Evidence of neighbouring frames is nearly the same: each counts this little. */
  readonly evidenceWeight: number;
  /** Log odds of one frame are bounded so. */
  readonly mostLogOdds: number;
  /** Log odds of a face whose mouth is not known. */
  readonly unknownLogOdds: number;
  /** Weight of the log odds of speech for somebody's speaking. */
  readonly speechWeight: number;
  /** Cost of speech that nobody in the picture speaks, natural logarithm a frame; below 0 where such speech is common. */
  readonly unseenCost: number;
  /** Score of two at once in a frame, natural logarithm. */
  readonly pairScore: number;
  /** Shares of one and of two speaking faces when the talk changes; nobody has 1. */
  readonly oneShare: number;
  readonly pairShare: number;
  /** Probability of a change in one frame. */
  readonly changeInPause: number;
  readonly changeInSpeech: number;
}

/** A logistic regression. */
export interface Logistic {
  readonly weights: readonly number[];
  readonly bias: number;
}

/** Log odds from values; NaN where one of them is. */
export function logOddsOf({ weights, bias }: Logistic, values: Float32Array, rowCount: number): Float32Array {
  const each = weights.length;
  return Float32Array.from({ length: rowCount }, (_, row) => {
    let sum = bias;
    for (let k = 0; k < each; k++) sum += weights[k]! * values[row * each + k]!;
    return sum;
  });
}

/** From `lipFeatures`. */
export const lipLogistic: Logistic = { weights: [5.74, 1.6, 3.04, 1.97, 0.71], bias: 6.16 };

export const talkModel: TalkModel = {
  evidenceWeight: 0.073,
  mostLogOdds: 6.8,
  unknownLogOdds: -1.08,
  speechWeight: 0.324,
  unseenCost: -1.04,
  pairScore: -0.51,
  oneShare: 1.74,
  pairShare: 0.138,
  changeInPause: 0.114,
  changeInSpeech: 0.03,
};

/** Log odds of lips and of an active-speaker net together; of the net alone where the mouth is not known (NaN). */
export const withNet = (lips: number, net: number): number =>
  Number.isNaN(lips) ? net : LIPS_BESIDE_NET * lips + NET_BESIDE_LIPS * net + BOTH_BIAS;
const LIPS_BESIDE_NET = 0.9;
const NET_BESIDE_LIPS = 0.65;
const BOTH_BIAS = 0.6;
