import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CEPSTRAL_SHARE, fusedCues } from './fused-cues.ts';
import { dot, unitRows, vectors } from './vectors.ts';

const rowsOf = (count: number, size: number) =>
  fc
    .array(fc.float({ min: Math.fround(0.01), max: 1, noNaN: true }), {
      minLength: count * size,
      maxLength: count * size,
    })
    .map((values) => unitRows(vectors(Float32Array.from(values), size)));

describe('fusedCues', () => {
  it('compares windows by a weighted mean of what each cue says', () => {
    fc.assert(
      fc.property(rowsOf(3, 5), rowsOf(3, 2), (voice, sound) => {
        const both = fusedCues(voice, sound);
        expect(both.count).toBe(3);
        for (let i = 0; i < 3; i++) {
          expect(dot(both, i, both, i)).toBeCloseTo(1, 5);
          for (let j = 0; j < i; j++) {
            const mean = (1 - CEPSTRAL_SHARE) * dot(voice, i, voice, j) + CEPSTRAL_SHARE * dot(sound, i, sound, j);
            expect(dot(both, i, both, j)).toBeCloseTo(mean, 5);
          }
        }
      }),
    );
  });
  it('copes with no windows', () => {
    expect(fusedCues(vectors(new Float32Array(0), 192), vectors(new Float32Array(0), 40)).count).toBe(0);
  });
});
