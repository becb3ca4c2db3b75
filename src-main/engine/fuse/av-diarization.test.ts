import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vectors } from '../cluster/vectors.ts';
import { avDiarization, closed, majority, medianScore, runs } from './av-diarization.ts';

const bits = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 120 }).map((a) => Uint8Array.from(a));

/** SciPy's binary closing with twelve ones, by its definition. */
function scipyClosing(active: Uint8Array): Uint8Array {
  const at = (values: Uint8Array, f: number): number => values[f] ?? 0;
  const span = (f: number, from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, k) => f + from + k);
  const grown = active.map((_, f) => Number(span(f, -5, 6).some((g) => at(active, g) === 1)));
  return grown.map((_, f) => Number(span(f, -6, 5).every((g) => at(grown, g) === 1)));
}

describe('av-diarization', () => {
  it('closes gaps of 11 frames, not of 12', () => {
    const gap = (frames: number): Uint8Array => Uint8Array.from([...ones(20), ...zeros(frames), ...ones(20)]);
    expect(runs(closed(gap(11), false))).toEqual([[0, 51]]);
    expect(runs(closed(gap(12), false))).toHaveLength(2);
  });

  it('closes as the published code does when it is told to', () => {
    fc.assert(
      fc.property(bits, (active) => {
        expect(closed(active, true)).toEqual(scipyClosing(active));
      }),
    );
  });

  it('takes the median of 25 frames and the majority of 25 labels', () => {
    expect(medianScore(Float32Array.from([...zeros(30), ...ones(30)])).slice(28, 32)).toEqual(
      Float32Array.from([0, 0, 1, 1]),
    );
    expect(medianScore(new Float32Array(40).fill(NaN))).toEqual(new Float32Array(40));
    expect(majority([1, 2])).toEqual([1, 2]);
    const labels = [...Array<number>(30).fill(1), 2, ...Array<number>(30).fill(1)];
    expect(majority(labels)).toEqual(Array<number>(61).fill(1));
  });

  const talk = { from: 50, to: 150 };
  const talking = new Float32Array(250).fill(0.1).fill(0.95, talk.from, talk.to);
  const track = { id: 4, firstFrame: 0, frameCount: 250, firstRow: 0, identity: 0 };
  /** Voice 0 until 6 s, voice 1 after 10 s; windows of 2 s every 0.2 s. */
  const rows = new Float32Array(90 * 2);
  for (let i = 0; i < 90; i++) rows[2 * i + (0.2 * i + 1 < 10 ? 0 : 1)] = 1;
  const input = {
    frameCount: 500,
    speech: [
      { startSec: 2, endSec: 9 },
      { startSec: 12, endSec: 16 },
    ],
    tracks: [track],
    talking,
    windows: vectors(rows, 2),
    rules: { offScreenCosine: 0.6, clusterDistance: 0.3, bugCompatible: false },
  };

  it('labels what is seen by the face, off screen by its voice, and groups the rest', () => {
    const found = avDiarization(input);
    expect(found.map(({ speaker, trackId }) => [speaker, trackId])).toEqual([
      ['ID_0', 4],
      ['ID_0', null],
      ['off0', null],
    ]);
    expect(found[0]).toMatchObject({ startSec: 2, endSec: 6 });
    expect(found[1]).toMatchObject({ startSec: 6, endSec: 9 });
    expect(found[2]).toMatchObject({ startSec: 12, endSec: 16 });
  });

  it('calls it unknown as published, and still answers where nobody is seen to talk', () => {
    const unknown = avDiarization({ ...input, rules: { ...input.rules, bugCompatible: true } });
    expect(unknown.at(-1)!.speaker).toBe('unknown');
    const unseen = avDiarization({ ...input, tracks: [] });
    expect(unseen.map(({ speaker }) => speaker)).toEqual(['off0', 'off1']);
    expect(avDiarization({ ...input, tracks: [], windows: vectors(new Float32Array(0), 2) })).toHaveLength(2);
  });

  it('keeps two faces apart that are seen together, and joins two that are not when they sound alike', () => {
    const second = { id: 5, firstFrame: 250, frameCount: 200, firstRow: 250, identity: 1 };
    const both = Float32Array.from([...talking, ...new Float32Array(200).fill(0.95)]);
    const apart = { ...second, firstFrame: 200 };
    const alike = vectors(
      Float32Array.from({ length: 180 }, (_, i) => Number(i % 2 === 0)),
      2,
    );
    const names = (tracks: (typeof track)[]): Set<string> =>
      new Set(
        avDiarization({ ...input, tracks, talking: both, windows: alike })
          .filter(({ trackId }) => trackId !== null)
          .map(({ speaker }) => speaker),
      );
    expect(names([track, second])).toEqual(new Set(['ID_0/1']));
    expect(names([track, apart])).toEqual(new Set(['ID_0', 'ID_1']));
  });
});

const ones = (count: number): number[] => Array<number>(count).fill(1);
const zeros = (count: number): number[] => Array<number>(count).fill(0);
