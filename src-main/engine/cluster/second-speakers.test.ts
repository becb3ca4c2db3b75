import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secondSpeakers } from './second-speakers.ts';
import { unitRows, vectors } from './vectors.ts';

/** Three voices on the axes; a window hears its speakers alike. */
const voices = vectors(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), 3);
function windowsOf(list: readonly (readonly number[])[]) {
  const data = new Float32Array(list.length * 3);
  list.forEach((heard, i) => heard.forEach((speaker, k) => (data[3 * i + speaker] = k === 0 ? 1 : 0.6)));
  return {
    rows: unitRows(vectors(data, 3)),
    speakers: voices,
    startSec: list.map((_, i) => 0.25 * i),
    endSec: list.map((_, i) => 0.25 * i + 0.75),
  };
}

describe('secondSpeakers', () => {
  it('takes the voice that comes second, where there is overlap only', () => {
    const heard = [[0], [0], [0, 2], [0, 2], [0, 2], [0]];
    const second = secondSpeakers(
      windowsOf(heard),
      heard.map(([first]) => first!),
      new Int32Array(6),
      [{ startSec: 1, endSec: 1.4 }],
    );
    expect(second).toEqual([{ startSec: 1, endSec: 1.4, label: 2, confidence: expect.any(Number) as number }]);
    expect(second[0]!.confidence).toBeGreaterThan(0.9);
  });
  it('parts where the first speaker changes', () => {
    const heard = [
      [0, 1],
      [0, 1],
      [0, 1],
      [1, 0],
      [1, 0],
      [1, 0],
    ];
    const second = secondSpeakers(
      windowsOf(heard),
      heard.map(([first]) => first!),
      new Int32Array(6),
      [{ startSec: 0.1, endSec: 1.8 }],
    );
    expect(second.map(({ startSec, endSec, label }) => [startSec, endSec, label])).toEqual([
      [0.1, 1, 1],
      [1, 1.8, 0],
    ]);
  });
  it('has nobody to name when there is one speaker or no overlap', () => {
    const input = windowsOf([[0], [0]]);
    const alone = { ...input, speakers: vectors(Float32Array.of(1, 0, 0), 3) };
    expect(secondSpeakers(alone, [0, 0], [0, 0], [{ startSec: 0, endSec: 1 }])).toEqual([]);
    expect(secondSpeakers(input, [0, 0], [0, 0], [])).toEqual([]);
  });
  it('never names the first speaker, nor leaves overlap and speech', () => {
    const overlap = fc
      .array(fc.tuple(fc.double({ min: 0.01, max: 2, noNaN: true }), fc.double({ min: 0.01, max: 2, noNaN: true })), {
        maxLength: 8,
      })
      .map((list) => {
        let at = 0;
        return list.map(([gap, length]) => {
          const startSec = at + gap;
          at = startSec + length;
          return { startSec, endSec: at };
        });
      });
    const labelled = fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.boolean()), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(labelled, overlap, (list, overlaps) => {
        const input = windowsOf(list.map(([a, b]) => (a === b ? [a] : [a, b])));
        const labels = list.map(([first]) => first);
        let region = 0;
        const regions = list.map(([, , cut]) => (region += Number(cut)));
        for (const { startSec, endSec, label, confidence } of secondSpeakers(input, labels, regions, overlaps)) {
          expect(endSec).toBeGreaterThan(startSec);
          expect(confidence).toBeGreaterThan(0);
          expect(confidence).toBeLessThanOrEqual(1);
          const middle = (startSec + endSec) / 2;
          expect(overlaps.some((one) => one.startSec <= startSec && endSec <= one.endSec)).toBe(true);
          const here = labels.filter((_, i) => input.startSec[i]! <= middle && middle < input.endSec[i]!);
          expect(here.some((first) => first !== label)).toBe(true);
        }
      }),
    );
  });
});
