import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectSpeech } from './vad-collector.ts';

/** The published collector, frame by frame with a queue: start and end frame of each region. */
function queueCollector(decisions: readonly boolean[], size: number): [number, number][] {
  let ring: { frame: number; speech: boolean }[] = [];
  let triggered = false;
  let start = 0;
  const out: [number, number][] = [];
  decisions.forEach((speech, frame) => {
    ring.push({ frame, speech });
    if (ring.length > size) ring = ring.slice(1);
    const count = ring.filter((one) => one.speech !== triggered).length;
    if (!(count > 0.9 * size)) return;
    if (!triggered) start = ring[0]!.frame;
    else out.push([start, frame + 1]);
    triggered = !triggered;
    ring = [];
  });
  if (triggered) out.push([start, decisions.length]);
  return out;
}
const runs = (...lengths: number[]): boolean[] => lengths.flatMap((n, k) => new Array<boolean>(n).fill(k % 2 === 1));
const frames = (decisions: readonly boolean[]): number[][] =>
  collectSpeech(decisions, 0.03).map(({ startSec, endSec }) => [
    Math.round(startSec / 0.03),
    Math.round(endSec / 0.03),
  ]);

describe('collectSpeech', () => {
  it('needs ten frames of ten, goes back to the first and keeps the 300 ms at the end', () => {
    expect(frames(runs(5, 9, 20))).toEqual([]);
    expect(frames(runs(5, 10, 20))).toEqual([[5, 25]]);
    expect(frames(runs(5, 30, 9, 10, 40))).toEqual([[5, 64]]);
    expect(frames(runs(0, 12))).toEqual([[0, 12]]);
  });
  it('does what a queue of frames does', () => {
    const decisions = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 25 }), fc.boolean()), { maxLength: 20 })
      .map((list) => list.flatMap(([n, speech]) => new Array<boolean>(n).fill(speech)));
    fc.assert(
      fc.property(decisions, (list) => {
        expect(frames(list)).toEqual(queueCollector(list, 10));
      }),
    );
  });
  it('takes other rings and shares', () => {
    const regions = collectSpeech([1, 0, 1, 1, 0, 0, 0, 0], 1, { ringFrames: 4, share: 0.7 });
    expect(regions).toEqual([{ startSec: 0, endSec: 7 }]);
  });
});
