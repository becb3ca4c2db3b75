/** Equally distributed numbers in [0, 1) that are the same on every machine (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How often each of `count` units is drawn in `count` draws with replacement. */
export function resample(count: number, random: () => number): Float64Array {
  const drawn = new Float64Array(count);
  for (let k = 0; k < count; k++) drawn[Math.floor(random() * count)]!++;
  return drawn;
}

/** The middle 95 % of values. */
export function interval95(values: readonly number[]): [low: number, high: number] {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
  return [at(0.025), at(0.975)];
}
