import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { JobProgress } from '#shared/engine/protocol.ts';
import { ProgressMeter } from './progress.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const stages = [
  { nodeId: 'a', stageId: 'a', label: 'A', cost: 10 },
  { nodeId: 'b', stageId: 'b', label: 'B', cost: 80 },
  { nodeId: 'c', stageId: 'c', label: 'C', cost: 10 },
];

it('never falls and speaks at most ten times a second, whatever is reported and however often work comes back', () => {
  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: 400 }),
    stage: fc.nat(2),
    share: fc.double({ min: -1, max: 2 }),
    again: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const sent: { atMs: number; progress: JobProgress }[] = [];
      const meter = new ProgressMeter(
        (progress) => sent.push({ atMs: Date.now(), progress }),
        () => Date.now(),
      );
      meter.plan(stages);
      for (const { afterMs, stage, share, again } of steps) {
        vi.advanceTimersByTime(afterMs);
        if (again) meter.plan(stages);
        meter.begin(stages[stage]!);
        meter.report(share);
        if (share > 1) meter.finish(stages[stage]!.nodeId);
      }
      vi.advanceTimersByTime(1000);
      meter.stop();
      sent.forEach(({ atMs, progress }, i) => {
        const before = sent[i - 1];
        expect(progress.totalShare).toBeLessThanOrEqual(1);
        expect(progress.stageShare).toBeGreaterThanOrEqual(0);
        if (!before) return;
        expect(progress.totalShare).toBeGreaterThanOrEqual(before.progress.totalShare);
        expect(atMs - before.atMs).toBeGreaterThanOrEqual(100);
      });
    }),
  );
});

it('the last report of a burst arrives, and the time left follows the speed measured', () => {
  const sent: JobProgress[] = [];
  const meter = new ProgressMeter(
    (progress) => sent.push(progress),
    () => Date.now(),
  );
  meter.plan(stages);
  meter.begin(stages[0]!);
  expect(sent.at(-1)).toMatchObject({ stage: 'a', stageLabel: 'A', totalShare: 0, etaSec: null });
  meter.finish('a');
  meter.begin(stages[1]!);
  for (let i = 1; i <= 50; i++) meter.report(i / 100);
  vi.advanceTimersByTime(10_000);
  expect(sent.at(-1)).toMatchObject({ stage: 'b', stageShare: 0.5, totalShare: 0.5 });
  meter.report(0.51);
  // 50.8 % in 10 s.
  expect(sent.at(-1)!.etaSec).toBeCloseTo((10 / 0.508) * 0.492, 1);
});

it('stages that are in the cache already do not count', () => {
  const sent: JobProgress[] = [];
  const meter = new ProgressMeter(
    (progress) => sent.push(progress),
    () => Date.now(),
  );
  meter.plan([stages[2]!]);
  meter.begin(stages[2]!);
  vi.advanceTimersByTime(200);
  meter.report(0.5);
  expect(sent.at(-1)!.totalShare).toBe(0.5);
});
