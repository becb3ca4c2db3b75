/** Speakers of each class of a powerset of three speakers, at most two at once, as bits: ∅ 1 2 3 12 13 23. */
export const POWERSET_OF_THREE = [0b000, 0b001, 0b010, 0b100, 0b011, 0b101, 0b110] as const;

/**
 * Who speaks in each frame, by the class of the highest score.
 * @param scores frames × 7, log-probabilities or anything that orders as they do
 * @returns a set of bits per frame
 */
export function decodePowerset(scores: ArrayLike<number>): Uint8Array {
  const classes = POWERSET_OF_THREE.length;
  const out = new Uint8Array(scores.length / classes);
  for (let f = 0; f < out.length; f++) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (scores[f * classes + c]! > scores[f * classes + best]!) best = c;
    out[f] = POWERSET_OF_THREE[best]!;
  }
  return out;
}

/** Number of bits. */
export const countBits = (set: number): number => (set & 1) + ((set >> 1) & 1) + ((set >> 2) & 1);
