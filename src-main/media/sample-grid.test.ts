import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SampleGrid } from './sample-grid.ts';

/** Feed pieces; returns the samples emitted, checking that they are in order and without gaps. */
function place(
  pieces: readonly (readonly [stamp: number, samples: readonly number[]])[],
  from = 0,
  to = 100_000,
): number[] {
  const out: number[] = [];
  const grid = new SampleGrid({
    from,
    to,
    tolerance: 10,
    jump: 1000,
    emit: (samples, start) => {
      expect(start).toBe(from + out.length);
      out.push(...samples);
    },
  });
  for (const [stamp, samples] of pieces) grid.push(stamp, Int16Array.from(samples));
  expect(grid.finish()).toBe(from + out.length);
  return out;
}
const ones = (count: number, value = 1): number[] => new Array<number>(count).fill(value);

test('a late start is padded, an early one cut', () => {
  expect(place([[3, [7, 8]]])).toEqual([0, 0, 0, 7, 8]);
  expect(place([[-2, [5, 6, 7, 8]]])).toEqual([7, 8]);
  expect(
    place([
      [-9, [5, 6]],
      [-7, [7]],
    ]),
  ).toEqual([]);
});

test('stamps within the tolerance are a count of samples; a gap beyond it is silence; an overlap is cut', () => {
  expect(
    place([
      [0, ones(20)],
      [28, ones(20, 2)],
    ]),
  ).toEqual([...ones(20), ...ones(20, 2)]);
  expect(
    place([
      [0, ones(20)],
      [50, ones(5, 2)],
    ]),
  ).toEqual([...ones(20), ...ones(30, 0), ...ones(5, 2)]);
  expect(
    place([
      [0, ones(40)],
      [20, [...ones(20, 2), ...ones(5, 3)]],
    ]),
  ).toEqual([...ones(40), ...ones(5, 3)]);
});

test('a single wrong stamp far ahead moves nothing; a real gap of that length is kept', () => {
  expect(
    place([
      [0, ones(20)],
      [50_000, ones(20, 2)],
      [40, ones(20, 3)],
    ]),
  ).toEqual([...ones(20), ...ones(20, 2), ...ones(20, 3)]);
  const kept = place([
    [0, ones(20)],
    [5000, ones(20, 2)],
    [5020, ones(20, 3)],
  ]);
  expect(kept).toHaveLength(5040);
  expect(kept.slice(5000)).toEqual([...ones(20, 2), ...ones(20, 3)]);
  expect(
    place([
      [0, ones(20)],
      [50_000, ones(20, 2)],
    ]),
  ).toEqual([...ones(20), ...ones(20, 2)]);
});

test('time stamps that start over go on where the samples were', () => {
  expect(
    place([
      [5000, ones(20)],
      [0, ones(20, 2)],
      [20, ones(20, 3)],
    ]).slice(5000),
  ).toEqual([...ones(20), ...ones(20, 2), ...ones(20, 3)]);
});

test('a range gets exactly its own samples', () => {
  expect(
    place(
      [
        [0, ones(20)],
        [20, ones(20, 2)],
      ],
      15,
      25,
    ),
  ).toEqual([...ones(5), ...ones(5, 2)]);
});

test('law: whatever the stamps, output is unbroken and ends within the limits; continuous pieces come out unchanged', () => {
  const piece = fc.tuple(
    fc.integer({ min: -5000, max: 300_000 }),
    fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 50 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      expect(place(pieces, 100, 60_000).length).toBeLessThanOrEqual(59_900);
    }),
    { numRuns: 50 },
  );
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 }), { maxLength: 30 }), (parts) => {
      let stamp = 0;
      const pieces = parts.map((part) => {
        const entry = [stamp, part] as const;
        stamp += part.length;
        return entry;
      });
      expect(place(pieces)).toEqual(parts.flat());
    }),
  );
});
