import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryRegions } from './testing/arbitrary-windows.ts';
import { FRAME_STEP_SEC, frameConfidence, framesOfTurns } from './frame-confidence.ts';
import { writtenFrames } from './frames-file.ts';
import { labelledTurns } from './turns.ts';
import type { LabelledWindow, TurnRules } from './turns.ts';

const rules: TurnRules = {
  maxPauseSec: 0.5,
  startSec: 0,
  durationSec: 100,
  vad: { probabilities: new Float32Array(1000).fill(0.9), stepSec: 0.1 },
};
/** One turn of windows of 0.75 s every 0.25 s with these posteriors. */
const windowsOf = (posteriors: readonly number[], label = 0, fromSec = 0, region = 0): LabelledWindow[] =>
  posteriors.map((confidence, k) => ({
    startSec: fromSec + 0.25 * k,
    endSec: fromSec + 0.25 * k + 0.75,
    region,
    label,
    confidence,
  }));
const framesOf = async (windows: readonly LabelledWindow[], other: Partial<TurnRules> = {}) => {
  const all = { ...rules, ...other };
  const { segments, labelOf } = labelledTurns(windows, all);
  return { segments, turns: (await writtenFrames(live, segments, labelOf, windows, all)).turns };
};
const live = new AbortController().signal;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('frames of turns', () => {
  it('gives a doubtful stretch inside a turn less, and leaves the rest', async () => {
    const sure = new Array<number>(24).fill(0.95);
    const dip = sure.map((value, k) => (k >= 10 && k < 14 ? 0.3 : value));
    const { turns } = await framesOf(windowsOf(dip));
    const at = (sec: number): number => turns[0]!.confidence[Math.round(sec / FRAME_STEP_SEC)]!;
    expect(at(3.3)).toBeLessThan(at(1.5) - 0.005);
    expect(at(1.5)).toBeCloseTo(at(5), 2);
  });
  it('gives frames less where speech is faint, at the end of a turn and where another speaker begins', async () => {
    const probabilities = new Float32Array(1000).fill(0.95).fill(0.2, 20, 25);
    const windows = [
      ...windowsOf(new Array<number>(14).fill(0.9)),
      ...windowsOf(new Array<number>(14).fill(0.9), 1, 4),
    ];
    const { turns } = await framesOf(windows, { vad: { probabilities, stepSec: 0.1 } });
    const [first, second] = turns.map((turn) => turn.confidence);
    expect(first![Math.round(2.2 / FRAME_STEP_SEC)]).toBeLessThan(first![Math.round(1.2 / FRAME_STEP_SEC)]!);
    expect(turns[0]!.speech[Math.round(2.2 / FRAME_STEP_SEC)]).toBeCloseTo(0.2, 2);
    expect(first!.at(-1)).toBeLessThan(first![Math.round(3 / FRAME_STEP_SEC)]!);
    expect(second![0]).toBeLessThan(second![Math.round(1.5 / FRAME_STEP_SEC)]!);
    // Speech is heard to end too late more than to begin too early.
    expect(second!.at(-1)).toBeLessThan(second![0]!);
  });
  it('counts frames from the start of the file, not of its sound', async () => {
    const { segments, turns } = await framesOf(windowsOf([0.9, 0.9, 0.9]), { startSec: 7 });
    expect(segments[0]).toMatchObject({ startSec: 7, endSec: 8.25 });
    expect(turns[0]).toMatchObject({ speaker: 'spk00', firstFrame: 175 });
    expect(turns[0]!.confidence).toHaveLength(31);
  });
  it('knows second speakers, and turns whose borders were moved afterwards', async () => {
    const windows = windowsOf(new Array<number>(20).fill(0.9));
    const second = [{ startSec: 2, endSec: 3, label: 1, confidence: 0.6 }];
    const { segments, turns } = await framesOf(windows, { second });
    expect(turns.map(({ speaker }) => speaker)).toEqual(['spk00', 'spk01']);
    expect(turns[1]!.confidence).toHaveLength(25);
    const moved = segments.map((segment) => ({ ...segment, endSec: segment.endSec + 0.4 }));
    const frames = [...framesOfTurns(moved, new Map([['spk00', 0]]), windows, rules)];
    expect(frames.flatMap((turn) => turn.frames.map(frameConfidence)).every(Number.isFinite)).toBe(true);
  });
  it('has nothing to say of nothing', async () => {
    expect(await framesOf([])).toEqual({ segments: [], turns: [] });
  });

  it('stops when the job is cancelled', async () => {
    const windows = windowsOf([0.9, 0.9]);
    const { segments, labelOf } = labelledTurns(windows, rules);
    await expect(writtenFrames(AbortSignal.abort(), segments, labelOf, windows, rules)).rejects.toThrow('abort');
  });

  it('always lies within turns and between 0 and 1, each frame in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryRegions,
        fc.double({ min: 0, max: 50, noNaN: true }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 100 }),
        async (list, startSec, probabilities) => {
          let end = 0;
          const windows = list.flatMap(({ gap, hops }, region) => {
            const start = end + gap;
            end = start + 0.25 * (hops.length - 1) + 0.75;
            return hops.map(({ label, confidence }, k): LabelledWindow => ({
              startSec: start + 0.25 * k,
              endSec: start + 0.25 * k + 0.75,
              region,
              label,
              confidence,
            }));
          });
          const vad = { probabilities: Float32Array.from(probabilities), stepSec: 0.2 };
          const { segments, turns } = await framesOf(windows, { startSec, vad });
          expect(turns.map(({ speaker }) => speaker)).toEqual(segments.map(({ speaker }) => speaker));
          turns.forEach(({ firstFrame, confidence, speech }, i) => {
            const { startSec: from, endSec: to } = segments[i]!;
            expect(Math.abs(confidence.length * FRAME_STEP_SEC - (to - from))).toBeLessThanOrEqual(
              FRAME_STEP_SEC + 1e-6,
            );
            expect((firstFrame + 0.5) * FRAME_STEP_SEC).toBeGreaterThanOrEqual(from - 1e-5);
            expect((firstFrame + confidence.length - 0.5) * FRAME_STEP_SEC).toBeLessThanOrEqual(to + 1e-5);
            for (const value of [...confidence, ...speech]) expect(value >= 0 && value <= 1).toBe(true);
          });
        },
      ),
    );
  });
  it('is higher in the mean where the turn is trusted more', async () => {
    const share = fc.double({ min: 0.03, max: 0.97, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.array(share, { minLength: 4, maxLength: 30 }), share, share, async (shape, less, more) => {
        // The same ups and downs in log-odds, about two levels.
        const odds = (value: number): number => Math.log(value / (1 - value));
        const about = (level: number) => shape.map((value) => 1 / (1 + Math.exp(-(odds(level) / 4 + odds(value) / 4))));
        const of = async (level: number): Promise<[turn: number, frames: number]> => {
          const { segments, turns } = await framesOf(windowsOf(about(level)));
          return [segments[0]!.confidence!, mean(turns[0]!.confidence)];
        };
        const [lowTurn, lowFrames] = await of(Math.min(less, more));
        const [highTurn, highFrames] = await of(Math.max(less, more));
        expect(highTurn).toBeGreaterThanOrEqual(lowTurn);
        // Values have three decimals.
        expect(highFrames).toBeGreaterThanOrEqual(lowFrames - 0.0011);
        if (highTurn > lowTurn + 0.01) expect(highFrames).toBeGreaterThan(lowFrames);
      }),
    );
  });
});
