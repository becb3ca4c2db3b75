/** A sum or product kept to 16 bits, as C does when it stores an `int16_t`. */
export const int16 = (value: number): number => (value << 16) >> 16;

/** Left shifts that bring a 32-bit number to full scale; 0 for 0. */
export const normShifts = (value: number): number => (value === 0 ? 0 : Math.clz32(value < 0 ? ~value : value) - 1);

/** Whole-number quotient towards 0; a denominator of 0 gives the largest number. The denominator is kept to 16 bits. */
export function divide(numerator: number, denominator: number): number {
  const short = int16(denominator);
  return short === 0 ? 0x7fffffff : Math.trunc(numerator / short) | 0;
}
