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
  /** What the log odds of two voices at once, by a net that hears them, add to the score of two in a frame. */
  readonly overlapWeight: number;
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

/** What one frame of lips says for its face at first look, natural logarithm; from `lipFeatures`, fitted together with {@link talkModel}. */
export const lipScore: Logistic = {
  weights: [
    -0.0229, -0.574, 0.239, 0.681, 0.487, -0.607, -0.0347, 0.191, 0.406, -0.336, -0.32, 0.613, 0.193, 0.0683, 0.0158,
    -0.175,
  ],
  bias: 0.182,
};

/** Of the first look. */
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
  overlapWeight: 0,
};

/** The second look: the same likenesses, but movement on the face's own scale (`onOwnScale`). */
export const lipScoreAgain: Logistic = {
  weights: [
    0.672, -1.08, 0.214, 0.233, 0.842, -0.408, -0.126, 0.437, 0.191, -0.191, 0.167, 0.457, -0.331, -0.253, 0.315,
    -0.476,
  ],
  bias: -0.689,
};

/** Of the second look. */
export const talkModelAgain: TalkModel = {
  mostScore: 2,
  unknownScore: -0.75,
  speechWeight: 0.514,
  unseenScore: 1.28,
  pairScore: 0.497,
  pause: { start: 0.117, stop: 0.15, handOver: 0.0109 },
  speech: { start: 0.00764, stop: 0.00342, handOver: 0.00193 },
  join: 0.0103,
  leave: 0.046,
  leastAloneFrames: 12,
  overlapWeight: 0.17,
};

/** How a value is spread while a face talks and while it does not. */
export interface TypicalSpread {
  readonly talking: number;
  readonly silent: number;
  readonly variance: number;
}

/** Of the values of `lipFeatures` that tell of movement, in their order. */
export const typicalMovement: readonly TypicalSpread[] = [
  { talking: -3.262, silent: -3.998, variance: 0.197 },
  { talking: -3.45, silent: -4.276, variance: 0.281 },
  { talking: -3.338, silent: -4.121, variance: 0.255 },
  { talking: -3.542, silent: -4.393, variance: 0.346 },
  { talking: -3.418, silent: -4.215, variance: 0.321 },
  { talking: -3.627, silent: -4.469, variance: 0.4 },
];

/** Of the log odds of active-speaker nets. */
export const typicalNet: TypicalSpread = { talking: 0.34, silent: -3.76, variance: 3.16 };

/** What lips and an active-speaker net say together; the net alone where the mouth is not known (NaN). @param net its log odds */
export const withNet = (lips: number, net: number): number =>
  Number.isNaN(lips)
    ? NET_ALONE * net + talkModel.unknownScore
    : LIPS_BESIDE_NET * lips + NET_BESIDE_LIPS * net + BOTH_SCORE;
const NET_ALONE = 0.09;
const LIPS_BESIDE_NET = 0.8;
const NET_BESIDE_LIPS = 0.06;
const BOTH_SCORE = -0.11;

/** The same at the second look. @param net on the face's own scale */
export const withNetAgain = (lips: number, net: number): number =>
  Number.isNaN(lips) ? NET_ALONE * net + talkModelAgain.unknownScore : lips + NET_AGAIN * net + BOTH_AGAIN;
const NET_AGAIN = 0.09;
const BOTH_AGAIN = -0.09;
