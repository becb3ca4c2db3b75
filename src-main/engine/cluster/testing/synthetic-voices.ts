import { unitRows, vectors } from '../vectors.ts';
import type { Vectors } from '../vectors.ts';

/** Repeatable standard normal numbers. */
export function normalRandom(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/**
 * Windows of speakers who take turns of a few windows: unit vectors around random voices. Windows are 1.5 s every 1.5 s,
 * so that no two share sound.
 * @param noise length of the noise relative to the voice: 1.2 is about what 1.5 s of real speech shows
 */
export function syntheticVoices(
  turns: readonly { speaker: number; windows: number }[],
  noise: number,
  seed = 1,
  size = 64,
): { rows: Vectors; truth: number[]; startSec: Float64Array; endSec: Float64Array } {
  const random = normalRandom(seed);
  const speakerCount = Math.max(...turns.map((turn) => turn.speaker)) + 1;
  const voices = unitRows(
    vectors(
      Float32Array.from({ length: speakerCount * size }, () => random()),
      size,
    ),
  );
  const truth = turns.flatMap(({ speaker, windows }) => new Array<number>(windows).fill(speaker));
  const data = Float32Array.from(
    { length: truth.length * size },
    (_, i) => voices.data[truth[Math.floor(i / size)]! * size + (i % size)]! + (noise * random()) / Math.sqrt(size),
  );
  return {
    rows: unitRows(vectors(data, size)),
    truth,
    startSec: Float64Array.from(truth, (_, i) => 1.5 * i),
    endSec: Float64Array.from(truth, (_, i) => 1.5 * i + 1.5),
  };
}

/** Share of windows whose label is the most frequent one of their speaker, labels used once. */
export function agreement(labels: ArrayLike<number>, truth: readonly number[]): number {
  const counts = new Map<string, number>();
  truth.forEach((speaker, i) => {
    const key = `${speaker} ${labels[i]}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  const used = new Set<string>();
  let right = 0;
  for (const [key, count] of [...counts].sort((x, y) => y[1] - x[1])) {
    const [speaker, label] = key.split(' ');
    if (used.has(`s${speaker}`) || used.has(`l${label}`)) continue;
    used.add(`s${speaker}`).add(`l${label}`);
    right += count;
  }
  return right / truth.length;
}
