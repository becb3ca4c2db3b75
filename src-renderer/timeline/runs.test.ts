import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstReaching, firstStartingAt, spansOf } from './lane-index.ts';
import { collectRuns, minBlockPx, RunBuffer } from './runs.ts';
import type { View } from './viewport-math.ts';

interface Span {
  startSec: number;
  endSec: number;
}

const manySpans = fc
  .array(
    fc.record({
      startSec: fc.double({ min: 0, max: 1000, noNaN: true }),
      lengthSec: fc.double({ min: 0.001, max: 80, noNaN: true }),
    }),
    {
      maxLength: 120,
    },
  )
  .map((raw) =>
    raw
      .map(({ startSec, lengthSec }): Span => ({ startSec, endSec: startSec + lengthSec }))
      .sort((a, b) => a.startSec - b.startSec),
  );
const anyView = fc.record({
  startSec: fc.double({ min: 0, max: 900, noNaN: true }),
  pxPerSec: fc.constantFrom(0.05, 0.5, 1.3, 8, 100, 4000),
  widthPx: fc.integer({ min: 50, max: 700 }),
  durationSec: fc.constant(1000),
});

/** Every span that shares time with the view, found by looking at all of them. */
function plainCull(spans: readonly Span[], view: View): number[] {
  const endSec = view.startSec + view.widthPx / view.pxPerSec;
  return spans.flatMap((span, i) => (span.endSec > view.startSec && span.startSec < endSec ? [i] : []));
}

const widthOf = (span: Span, view: View) =>
  (span.endSec - view.startSec) * view.pxPerSec - (span.startSec - view.startSec) * view.pxPerSec;

describe('culling and level of detail', () => {
  it('finds what a look at every span finds', () => {
    fc.assert(
      fc.property(manySpans, anyView, (raw, view) => {
        const spans = spansOf(raw);
        const buffer = new RunBuffer();
        collectRuns(spans, view, buffer);
        const seen = plainCull(raw, view);
        const wide = seen.filter((i) => widthOf(raw[i]!, view) >= minBlockPx);
        expect([...buffer.span.subarray(0, buffer.blocks)]).toEqual(wide);
        // Each narrow one left a trace in the column where it begins (or where the view does).
        for (const i of seen) {
          if (wide.includes(i)) continue;
          const column = Math.max(0, Math.floor((raw[i]!.startSec - view.startSec) * view.pxPerSec));
          if (column < buffer.columns) expect(buffer.step(column)).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('covers columns by as much as spans are wide, and no others', () => {
    fc.assert(
      fc.property(manySpans, anyView, (raw, view) => {
        const buffer = new RunBuffer();
        collectRuns(spansOf(raw), view, buffer);
        const expected = new Float64Array(buffer.columns);
        for (const i of plainCull(raw, view)) {
          const span = raw[i]!;
          if (widthOf(span, view) >= minBlockPx) continue;
          for (let x = 0; x < buffer.columns; x++) {
            const from = Math.max((span.startSec - view.startSec) * view.pxPerSec, x);
            const to = Math.min((span.endSec - view.startSec) * view.pxPerSec, x + 1);
            if (to > from) expected[x]! += to - from;
          }
        }
        for (let x = 0; x < buffer.columns; x++) expect(buffer.cover[x]).toBeCloseTo(expected[x]!, 2);
      }),
      { numRuns: 100 },
    );
  });

  it('gives a column to the span that covers most of it', () => {
    const view: View = { startSec: 0, pxPerSec: 1, widthPx: 10, durationSec: 10 };
    const buffer = new RunBuffer();
    const spans = spansOf([
      { startSec: 2, endSec: 2.2 },
      { startSec: 2.2, endSec: 2.9 },
      { startSec: 2.9, endSec: 3 },
    ]);
    collectRuns(spans, view, buffer, Float32Array.of(1, 0, 0));
    expect(buffer.owner[2]).toBe(1);
    expect(buffer.weight[2]! / buffer.cover[2]!).toBeCloseTo(0.2, 5);
  });

  it('keeps its arrays from frame to frame', () => {
    const spans = spansOf(Array.from({ length: 2000 }, (_, i) => ({ startSec: i / 2, endSec: i / 2 + 0.4 })));
    const buffer = new RunBuffer();
    const view: View = { startSec: 0, pxPerSec: 1, widthPx: 800, durationSec: 1000 };
    collectRuns(spans, view, buffer);
    collectRuns(spans, { ...view, pxPerSec: 100 }, buffer);
    const { cover, x0, owner } = buffer;
    for (let i = 0; i < 50; i++) collectRuns(spans, { ...view, startSec: i, pxPerSec: 1 + i }, buffer);
    expect(buffer.cover).toBe(cover);
    expect(buffer.x0).toBe(x0);
    expect(buffer.owner).toBe(owner);
  });
});

describe('binary search in lanes', () => {
  it('agrees with a look at every span, also where long spans lie under short ones', () => {
    fc.assert(
      fc.property(manySpans, fc.double({ min: 0, max: 1100, noNaN: true }), (raw, sec) => {
        const spans = spansOf(raw);
        const reaching = raw.findIndex((span) => span.endSec > sec);
        expect(firstReaching(spans, sec)).toBe(reaching < 0 ? raw.length : reaching);
        expect(firstStartingAt(spans, sec)).toBe(raw.filter((span) => span.startSec < sec).length);
      }),
    );
  });
});
