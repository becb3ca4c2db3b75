/**
 * Compute pieces 0 … count-1 with at most `concurrency` under way and hand the results on in order: memory stays bounded
 * and the outcome does not depend on the number of workers. The first failure rejects after those under way have ended.
 */
export async function orderedPieces<T>(
  count: number,
  concurrency: number,
  compute: (index: number) => Promise<T>,
  consume: (result: T, index: number) => Promise<void> | void,
): Promise<void> {
  const underWay: Promise<T>[] = [];
  let next = 0;
  try {
    for (let index = 0; index < count; index++) {
      while (next < count && next - index < concurrency) {
        const piece = compute(next++);
        // It is awaited below; failing before its turn must not count as unhandled.
        piece.catch(() => undefined);
        underWay.push(piece);
      }
      await consume(await underWay.shift()!, index);
    }
  } catch (error) {
    await Promise.allSettled(underWay);
    throw error;
  }
}
