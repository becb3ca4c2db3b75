import type { Kernel } from './kernel.ts';

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Waits in steps of 10 ms, checking for cancel, and returns `value`: the pool's own tests run it. */
export const sleepEcho: Kernel<{ millis: number; value: number }, number> = async (context, { millis, value }) => {
  const endMs = performance.now() + millis;
  for (;;) {
    context.checkCancelled();
    const leftMs = endMs - performance.now();
    if (leftMs <= 0) return { output: value };
    Atomics.wait(pause, 0, 0, Math.min(10, leftMs));
  }
};
