import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sketchBetween, sketchBoxes, sketchedBoxAt, type SketchedBox } from './box-sketch.ts';

const size = 0.2;
/** A face that walks, turns back and jumps. */
const walks = fc
  .array(
    fc.record({ stepX: fc.double({ min: -0.02, max: 0.02, noNaN: true }), frames: fc.integer({ min: 1, max: 40 }) }),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((legs) => {
    let x = 0.4;
    return legs.flatMap(({ stepX, frames }) =>
      Array.from({ length: frames }, (): SketchedBox => {
        x += stepX;
        return { x1: x, y1: 0.3 - x / 4, x2: x + size, y2: 0.3 - x / 4 + size };
      }),
    );
  });
const sides = ({ x1, y1, x2, y2 }: SketchedBox): number[] => [x1, y1, x2, y2];

it('a sketch is near every box, and says nothing before and after them', () => {
  fc.assert(
    fc.property(walks, fc.nat(10_000), (boxes, firstFrame) => {
      const sketch = sketchBoxes(boxes, firstFrame, 25);
      expect(sketch.length).toBeLessThanOrEqual(boxes.length);
      for (const [at, box] of boxes.entries()) {
        const drawn = sketchedBoxAt(sketch, (firstFrame + at) / 25)!;
        for (const [side, value] of sides(drawn).entries()) {
          expect(Math.abs(value - sides(box)[side]!)).toBeLessThanOrEqual(0.03 * size + 1e-4);
        }
      }
      expect(sketchedBoxAt(sketch, (firstFrame - 1) / 25)).toBeNull();
      expect(sketchedBoxAt(sketch, (firstFrame + boxes.length) / 25)).toBeNull();
    }),
  );
});

it('a part of a sketch is the sketch, there', () => {
  fc.assert(
    fc.property(
      walks,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (boxes, a, b) => {
        const sketch = sketchBoxes(boxes, 0, 25);
        const [start, end] = [Math.min(a, b), Math.max(a, b)].map((share) => Math.round(share * (boxes.length - 1)));
        const part = sketchBetween(sketch, start! / 25, end! / 25);
        for (let frame = start!; frame <= end!; frame++) {
          expect(sketchedBoxAt(part, frame / 25)).toEqual(sketchedBoxAt(sketch, frame / 25));
        }
      },
    ),
  );
});

it('a face that does not move, or moves evenly, takes few words', () => {
  const still = Array.from({ length: 2000 }, (): SketchedBox => ({ x1: 0.1, y1: 0.1, x2: 0.3, y2: 0.3 }));
  expect(sketchBoxes(still, 0, 25).length).toBeLessThan(11);
  expect(sketchBoxes([], 0, 25)).toEqual([]);
  expect(sketchedBoxAt([], 0)).toBeNull();
});
