import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shardFrames } from './shard-frames.ts';

const most = 9600;

it('shares short recordings between two workers, unless they are over in a moment', () => {
  expect(shardFrames(98, most)).toBeGreaterThanOrEqual(98);
  expect(shardFrames(5998, most)).toBe(3000);
  expect(shardFrames(19_198, most)).toBe(9600);
  expect(shardFrames(360_000, most)).toBe(9600);
});

it('cuts on the grid, never above the most, and never into more than two where one would do', () => {
  fc.assert(
    fc.property(fc.nat(2_000_000), (total) => {
      const size = shardFrames(total, most);
      expect(size % 4).toBe(0);
      expect(size).toBeGreaterThan(0);
      expect(size).toBeLessThanOrEqual(most);
      const shards = Math.ceil(total / size);
      expect(shards).toBeLessThanOrEqual(Math.max(2, Math.ceil(total / most)));
    }),
  );
});
