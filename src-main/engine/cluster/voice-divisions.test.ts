import { describe, expect, it } from 'vitest';
import { divideWindows } from './cluster-windows.ts';
import { agreement, syntheticVoices } from './testing/synthetic-voices.ts';
import { chooseSpeakers, withOpinion } from './voice-divisions.ts';
import type { VoiceDivisions } from './voice-divisions.ts';

const turns = Array.from({ length: 15 }, (_, k) => ({ speaker: k % 3, windows: 4 + ((k * 7) % 5) }));
const voices = syntheticVoices(turns, 1.1, 5);
const divide = (): VoiceDivisions =>
  divideWindows(
    {
      embeddings: voices.rows.data,
      size: voices.rows.size,
      sound: null,
      startSec: voices.startSec,
      endSec: voices.endSec,
    },
    20,
  );

describe('divisions of voice windows', () => {
  it('hold every count from the finest to one', () => {
    const { counts, goOn } = divide();
    expect([...counts]).toEqual(Array.from(counts, (_, k) => counts.length - k));
    expect(goOn).toHaveLength(counts.length - 1);
  });
  it('answer for any number without being made again', () => {
    const divisions = divide();
    for (const count of [1, 2, 3, 5]) {
      const found = chooseSpeakers(divisions, { min: count, max: count }, 0)!;
      expect(new Set(found.labels).size).toBe(count);
    }
    const automatic = chooseSpeakers(divisions, { min: 1, max: 20 }, 0)!;
    expect(automatic.count).toBe(3);
    expect(agreement(automatic.labels, voices.truth)).toBeGreaterThan(0.97);
    expect(automatic.counts.reduce((sum, one) => sum + one.probability, 0)).toBeCloseTo(1, 6);
    expect(chooseSpeakers(divisions, { min: 90, max: 90 }, 0)).toBeNull();
  });
  it('are none where nobody speaks, and one where one window is', () => {
    const of = (windows: number): VoiceDivisions =>
      divideWindows(
        {
          embeddings: voices.rows.data.slice(0, windows * voices.rows.size),
          size: voices.rows.size,
          sound: new Float32Array(windows * 4).fill(0.5),
          startSec: voices.startSec.slice(0, windows),
          endSec: voices.endSec.slice(0, windows),
        },
        20,
      );
    expect([...of(0).counts]).toEqual([]);
    expect([...of(1).counts]).toEqual([1]);
    expect([...of(1).labels]).toEqual([0]);
  });
  it('give more speakers the more splitting is wished for', () => {
    const divisions = divide();
    const counts = [-8, 0, 8].map((splitMore) => chooseSpeakers(divisions, { min: 1, max: 20 }, splitMore)!.count);
    expect(counts).toEqual([...counts].sort((x, y) => x - y));
    expect(counts[2]!).toBeGreaterThan(counts[0]!);
  });
  it('are one voice where the division in two says so, however many doubts there were before', () => {
    const doubts = 12;
    const counts = Int32Array.from({ length: doubts + 2 }, (_, k) => doubts + 2 - k);
    const labels = Int32Array.from(counts, (count) => count).reduce<number[]>(
      (all, count) => [...all, ...Array.from({ length: 28 }, (_, i) => i % count)],
      [],
    );
    const divisions = (last: number): VoiceDivisions => ({
      counts,
      labels: Int32Array.from(labels),
      goOn: Float32Array.from({ length: doubts + 1 }, (_, k) => (k === doubts ? last : 1.5)),
    });
    const found = (last: number) => chooseSpeakers(divisions(last), { min: 1, max: 20 }, 0)!;
    expect(found(3).count).toBe(1);
    expect(found(3).counts[0]!.probability).toBeCloseTo(1 / (1 + Math.exp(-3)), 5);
    expect(found(-3).count).toBeGreaterThan(1);
    expect(found(-3).counts.reduce((sum, one) => sum + one.probability, 0)).toBeCloseTo(1, 5);
  });
  it('follow a cue that is sure where their own is not', () => {
    // Two or one: nobody knows; the other cue is sure of two.
    const unsure: VoiceDivisions = {
      counts: Int32Array.of(2, 1),
      labels: Int32Array.of(0, 0, 1, 1, 0, 0, 0, 0),
      goOn: Float32Array.of(0.3),
    };
    const sure: VoiceDivisions = { ...unsure, goOn: Float32Array.of(-4) };
    expect(chooseSpeakers(unsure, { min: 1, max: 5 }, 0)!.count).toBe(1);
    expect(chooseSpeakers(withOpinion(unsure, sure), { min: 1, max: 5 }, 0)!.count).toBe(2);
  });
  it('follow their own cue where another says the opposite just as surely', () => {
    const labels = Int32Array.of(0, 0, 1, 1, 0, 0, 0, 0);
    const saying = (goOn: number): VoiceDivisions => ({
      counts: Int32Array.of(2, 1),
      labels,
      goOn: Float32Array.of(goOn),
    });
    for (const odds of [0.5, 2, 5]) {
      expect(chooseSpeakers(withOpinion(saying(odds), saying(-odds)), { min: 1, max: 5 }, 0)!.count).toBe(1);
      expect(chooseSpeakers(withOpinion(saying(-odds), saying(odds)), { min: 1, max: 5 }, 0)!.count).toBe(2);
    }
  });
  it('are as probable as before where another cue holds all counts for equally probable', () => {
    const own: VoiceDivisions = {
      counts: Int32Array.of(3, 2, 1),
      labels: Int32Array.of(0, 1, 2, 2, 0, 1, 1, 1, 0, 0, 0, 0),
      goOn: Float32Array.of(1, -0.4),
    };
    // A third each: two go on from three, one of those two from two.
    const even: VoiceDivisions = { ...own, goOn: Float32Array.of(Math.log(2), 0) };
    const probabilities = (divisions: VoiceDivisions): number[] =>
      chooseSpeakers(divisions, { min: 1, max: 5 }, 0)!.counts.map((one) => one.probability);
    const before = probabilities(own);
    probabilities(withOpinion(own, even)).forEach((value, k) => expect(value).toBeCloseTo(before[k]!, 5));
  });
});
