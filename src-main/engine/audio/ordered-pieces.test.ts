import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { orderedPieces } from './ordered-pieces.ts';

describe('orderedPieces', () => {
  it('hands results on in order with bounded concurrency', async () => {
    let underWay = 0;
    let most = 0;
    const seen: number[] = [];
    await orderedPieces(
      9,
      3,
      async (index) => {
        most = Math.max(most, ++underWay);
        await wait(index % 2 === 0 ? 4 : 1);
        underWay--;
        return index;
      },
      (result) => void seen.push(result),
    );
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(most).toBe(3);
  });
  it('rejects with the first failure once nothing is under way any more', async () => {
    let ended = 0;
    const work = orderedPieces(
      5,
      3,
      async (index) => {
        await wait(index === 1 ? 1 : 5);
        ended++;
        if (index === 1) throw new Error('piece 1');
      },
      () => undefined,
    );
    await expect(work).rejects.toThrow('piece 1');
    expect(ended).toBe(4);
  });
});
