/** How readily the talk changes in one frame, over how readily it stays as it is. */
export interface TalkRates {
  /** Somebody begins, of all who are seen. */
  readonly start: number;
  /** The one who speaks falls silent. */
  readonly stop: number;
  /** Another one goes on in the next frame, of all others. */
  readonly handOver: number;
}

/** How evidence becomes probabilities of who speaks; see docs/adr/0090 for what the values were fitted to. */
export interface TalkModel {
  /** What one frame says for a face is bounded so, natural logarithm. */
  readonly mostScore: number;
  /** What is said for a face whose mouth is not known; about what leaves open whether it speaks. */
  readonly unknownScore: number;
  /** Weight of the log odds of speech for somebody's speaking. */
  readonly speechWeight: number;
  /** Score of speech that nobody in the picture speaks. */
  readonly unseenScore: number;
  /** Score of two at once in a frame, beyond those of their faces. */
  readonly pairScore: number;
  readonly pause: TalkRates;
  readonly speech: TalkRates;
  /** Another one begins, of all others, while one speaks; and one of two ends. */
  readonly join: number;
  readonly leave: number;
  /** So many frames of a shot a face must speak alone to be one of two. */
  readonly leastAloneFrames: number;
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

/** What one frame of lips says for its face, natural logarithm; from `lipFeatures`, fitted together with {@link talkModel}. */
export const lipScore: Logistic = {
  weights: [
    -0.0229, -0.574, 0.239, 0.681, 0.487, -0.607, -0.0347, 0.191, 0.406, -0.336, -0.32, 0.613, 0.193, 0.0683, 0.0158,
    -0.175,
  ],
  bias: 0.182,
};

export const talkModel: TalkModel = {
  mostScore: 1.6,
  unknownScore: -0.75,
  speechWeight: 0.508,
  unseenScore: 1.17,
  pairScore: 0.516,
  pause: { start: 0.134, stop: 0.0566, handOver: 0.00608 },
  speech: { start: 0.00851, stop: 0.00187, handOver: 0.000137 },
  join: 0.00635,
  leave: 0.0284,
  leastAloneFrames: 12,
};

/** What lips and an active-speaker net say together; the net alone where the mouth is not known (NaN). @param net its log odds */
export const withNet = (lips: number, net: number): number =>
  Number.isNaN(lips)
    ? NET_ALONE * net + talkModel.unknownScore
    : LIPS_BESIDE_NET * lips + NET_BESIDE_LIPS * net + BOTH_SCORE;
const NET_ALONE = 0.09;
const LIPS_BESIDE_NET = 0.8;
const NET_BESIDE_LIPS = 0.06;
const BOTH_SCORE = -0.11;
