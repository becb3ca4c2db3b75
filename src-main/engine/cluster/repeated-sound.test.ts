import { describe, expect, it } from 'vitest';
import { repeatedSound } from './repeated-sound.ts';
import { agreement, syntheticVoices } from './testing/synthetic-voices.ts';
import { clusterWindows } from './cluster-windows.ts';
import { unitRows, vectors } from './vectors.ts';

type Voices = ReturnType<typeof syntheticVoices>;

/** The same windows again and again, each time a little different, as a loop through a lossy coder is. */
function looped(voices: Voices, rounds: number, difference = 0.005): Voices {
  const { rows } = voices;
  let state = 7;
  const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32 - 0.5;
  const data = new Float32Array(rounds * rows.data.length);
  for (let i = 0; i < data.length; i++) data[i] = rows.data[i % rows.data.length]! + difference * random();
  const at = (k: number): number => 1.5 * k;
  const count = rounds * rows.count;
  return {
    rows: unitRows(vectors(data, rows.size)),
    truth: Array.from({ length: count }, (_, i) => voices.truth[i % rows.count]!),
    startSec: Float64Array.from({ length: count }, (_, i) => at(i)),
    endSec: Float64Array.from({ length: count }, (_, i) => at(i) + 1.5),
  };
}
const four = (): Voices =>
  syntheticVoices(
    Array.from({ length: 12 }, (_, k) => ({ speaker: k % 4, windows: 4 + (k % 3) })),
    1.2,
    3,
  );

describe('repeatedSound', () => {
  it('finds nothing in speech that repeats nothing', () => {
    const windows = four();
    expect([...repeatedSound(windows)]).toEqual(windows.truth.map((_, i) => i));
  });
  it('names the first hearing of each window of a loop', () => {
    const once = four();
    const windows = looped(once, 5);
    expect([...repeatedSound(windows)]).toEqual(windows.truth.map((_, i) => i % once.rows.count));
  });
  it('finds nearly all of a long loop, where not every pair is compared', () => {
    const once = four();
    const windows = looped(once, 40);
    const first = repeatedSound(windows);
    const found = first.filter((j, i) => j !== i && j % once.rows.count === i % once.rows.count).length;
    expect(found / (windows.rows.count - once.rows.count)).toBeGreaterThan(0.9);
    expect(first.every((j, i) => j === i || j % once.rows.count === i % once.rows.count)).toBe(true);
  });
});

describe('clusterWindows on a recording that repeats itself', () => {
  it.each([1, 6, 40])('finds four speakers in %i rounds of the same conversation', (rounds) => {
    const { rows, startSec, endSec, truth } = looped(four(), rounds);
    const result = clusterWindows({
      embeddings: rows.data,
      size: rows.size,
      startSec,
      endSec,
      minSpeakers: 1,
      maxSpeakers: 20,
      method: 'evidence',
      sameVoice: 0.77,
      sound: null,
      splitMore: 0,
    });
    expect(result.speakerCount).toBe(4);
    expect(agreement(result.labels, truth)).toBeGreaterThan(0.97);
  });
});
