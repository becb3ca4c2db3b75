import { describe, expect, it } from 'vitest';
import { labelConfidence, restoreLostSpeakers, speakerSequence } from './speaker-posteriors.ts';
import { normalRandom } from './testing/synthetic-voices.ts';
import { dot, unitRows, vectors } from './vectors.ts';

function random(rows: number, size: number, seed: number) {
  const next = normalRandom(seed);
  return unitRows(
    vectors(
      Float32Array.from({ length: rows * size }, () => next()),
      size,
    ),
  );
}

describe('speakerSequence', () => {
  it('finds the best of all sequences', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const speakers = random(3, 8, seed);
      const rows = random(6, 8, seed + 100);
      const startSec = [0, 0.25, 0.5, 2, 2.25, 4];
      const endSec = startSec.map((sec) => sec + 0.5);
      const score = (labels: readonly number[]): number =>
        labels.reduce((sum, label, i) => {
          const gap = i > 0 ? Math.max(0, startSec[i]! - endSec[i - 1]!) : 0;
          const stay = 1 / 3 + (0.97 - 1 / 3) * Math.exp(-gap / 0.5);
          const step = i === 0 ? 0 : Math.log(labels[i - 1] === label ? stay : (1 - stay) / 2);
          return sum + step + 15 * dot(speakers, label, rows, i);
        }, 0);
      let best = -Infinity;
      for (let code = 0; code < 3 ** 6; code++) {
        best = Math.max(best, score(Array.from({ length: 6 }, (_, i) => Math.floor(code / 3 ** i) % 3)));
      }
      const found = speakerSequence({ rows, speakers, startSec, endSec });
      expect(score([...found])).toBeCloseTo(best, 4);
    }
  });
  it('holds on to a speaker through one doubtful window', () => {
    const speakers = vectors(Float32Array.of(1, 0, 0, 1), 2);
    const rows = unitRows(vectors(Float32Array.of(1, 0, 1, 0.1, 0.7, 0.75, 1, 0.1, 1, 0), 2));
    const startSec = [0, 0.25, 0.5, 0.75, 1];
    expect([...speakerSequence({ rows, speakers, startSec, endSec: startSec.map((s) => s + 0.75) })]).toEqual([
      0, 0, 0, 0, 0,
    ]);
  });
  it('gives one speaker all windows, and no windows to nobody', () => {
    const rows = random(4, 8, 1);
    const times = [0, 1, 2, 3];
    expect([...speakerSequence({ rows, speakers: random(1, 8, 2), startSec: times, endSec: times })]).toEqual([
      0, 0, 0, 0,
    ]);
    const nothing = vectors(new Float32Array(0), 8);
    expect(speakerSequence({ rows: nothing, speakers: nothing, startSec: [], endSec: [] })).toHaveLength(0);
  });
});

describe('labelConfidence', () => {
  const speakers = vectors(Float32Array.of(1, 0, 0, 0, 1, 0), 3);
  const rows = unitRows(vectors(Float32Array.of(1, 0, 0, 1, 0.2, 0, 1, 0.9, 0, 0.3, 0, 1, 1, 0, 0), 3));
  const times = [0, 1, 2, 3, 4];
  const confidence = labelConfidence({ rows, speakers, startSec: times, endSec: times }, [0, 0, 0, 0, 0]);
  it('is high for clear windows and falls with the margin to the second speaker', () => {
    expect(confidence[0]).toBeGreaterThan(0.99);
    expect(confidence[1]).toBeLessThanOrEqual(confidence[0]!);
    expect(confidence[2]).toBeLessThan(0.85);
  });
  it('is low for a window like none of the speakers', () => {
    expect(confidence[3]).toBeLessThan(0.3);
  });
  it('lies between 0 and 1', () => {
    for (const value of confidence) expect(value >= 0 && value <= 1).toBe(true);
  });
});

describe('restoreLostSpeakers', () => {
  it('gives a speaker without windows those in the middle of where it was found', () => {
    const labels = Int32Array.of(0, 0, 0, 0, 2);
    const startSec = [0, 1, 2, 3, 4];
    const endSec = startSec.map((sec) => sec + 1);
    const found = { labels: [0, 1, 2], startSec: [0, 1.2, 4], endSec: [1.2, 3, 5] };
    restoreLostSpeakers(labels, { startSec, endSec }, found, 3);
    expect([...labels]).toEqual([0, 1, 1, 0, 2]);
  });
});
