/**
 * 8-bit HSV as OpenCV computes it (hue 0–179): quotients from tables with 12 bits of fraction. The published thresholds were
 * found on these values, so the rounding is kept.
 */
const FRACTION = 12;

const table = (numerator: number, per: number): Int32Array =>
  Int32Array.from({ length: 256 }, (_, index) =>
    index === 0 ? 0 : roundHalfEven((numerator * 2 ** FRACTION) / (per * index)),
  );

/** By the range of R, G, B; by the largest of them. */
export const hsvTables = { hue: table(180, 6), saturation: table(255, 1) } as const;

/** Hue (0–179), saturation and value (0–255) of 8-bit R, G, B. */
export function rgbToHsv(r: number, g: number, b: number): [number, number, number] {
  const value = Math.max(r, g, b);
  const range = value - Math.min(r, g, b);
  const turn = value === r ? g - b : value === g ? b - r + 2 * range : r - g + 4 * range;
  const half = 1 << (FRACTION - 1);
  const hue = (turn * hsvTables.hue[range]! + half) >> FRACTION;
  return [hue < 0 ? hue + 180 : hue, (range * hsvTables.saturation[value]! + half) >> FRACTION, value];
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
