import { badInput, quote, type TextPosition } from './bad-input.ts';

/** 100 hours: the longest time the project file holds (domain/records.ts, `timeSecSchema`). */
export const maxTimeSec = 360_000;

/** A position, or how to find it: finding it costs a walk through the text, for errors only. */
type Place = TextPosition | (() => TextPosition);
const placeOf = (at: Place): TextPosition => (typeof at === 'function' ? at() : at);

const decimalNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/;

/**
 * A plain decimal number, dot as separator whatever the locale. Everything else (`NaN`, `Inf`, `0x10`, `1,5`, `1e999`, empty)
 * is null.
 */
export function parseDecimal(text: string): number | null {
  if (text.length > 64 || !decimalNumber.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value + 0 : null;
}

/**
 * A time or duration in seconds within 0…{@link maxTimeSec}; `-0.0` is 0.
 *
 * @param what for the message: `start time`
 * @throws AppError bad-input with position
 */
export function parseSeconds(text: string, what: string, at: Place, file?: string): number {
  const value = parseDecimal(text);
  if (value === null) throw badInput(`the ${what} ${quote(text)} is not a number of seconds`, placeOf(at), file);
  return checkSeconds(value, what, at, file);
}

/** The range rule of {@link parseSeconds} for a number that is one already. */
export function checkSeconds(value: number, what: string, at: Place, file?: string): number {
  if (!Number.isFinite(value)) throw badInput(`the ${what} is not a finite number`, placeOf(at), file);
  if (value < 0) throw badInput(`the ${what} ${value} is negative`, placeOf(at), file);
  if (value > maxTimeSec)
    throw badInput(`the ${what} ${value} is beyond ${maxTimeSec} s (100 hours)`, placeOf(at), file);
  return value === 0 ? 0 : value;
}

/** Digits after the dot of a number's text; exponents count as 15. */
export function decimalsOf(text: string): number {
  if (text.includes('e') || text.includes('E')) return 15;
  const dot = text.indexOf('.');
  return dot < 0 ? 0 : text.length - dot - 1;
}

/**
 * `a + b` as the two decimal texts mean it: rounded to the finer of their precisions, so that 0.1 + 0.2 is 0.3. Beyond 9
 * decimals the binary sum is as good as it gets.
 */
export function addDecimals(a: number, aText: string, b: number, bText: string): number {
  const decimals = Math.max(decimalsOf(aText), decimalsOf(bText));
  return decimals > 9 ? a + b : roundTo(a + b, decimals);
}

const powersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/** The double nearest to `value` with that many decimals (0–9). */
export function roundTo(value: number, decimals: number): number {
  const scale = powersOfTen[decimals]!;
  return Math.round(value * scale) / scale;
}

/** Decimals that times need: 3 when all lie on the millisecond, else 6. */
export function decimalsNeeded(times: Iterable<number>): 3 | 6 {
  for (const time of times) {
    if (Math.abs(roundTo(time, 3) - time) > 1e-9) return 6;
  }
  return 3;
}
