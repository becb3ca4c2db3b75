import { describe, expect, it } from 'vitest';
import { BlockScores, labelledSpans } from './labelled-spans.ts';

describe('labelledSpans', () => {
  const scores = new BlockScores(100, 2);
  // Blocks of 25 frames: the first and the last sound like 0, the others like 1.
  for (let t = 0; t < 100; t++) scores.add(t, t < 25 || t >= 75 ? 0 : 1, 1);
  it('parts where labels change and where frames are missing, with the share that sounds like its own', () => {
    const labels = Array.from({ length: 100 }, (_, t) => (t < 50 ? 0 : 1));
    const indices = labels.map((_, t) => (t < 75 ? t : t + 10));
    expect(labelledSpans(labels, scores, indices, 0.01)).toEqual([
      { startSec: 0, endSec: 0.5, label: 0, confidence: 0.5 },
      { startSec: 0.5, endSec: 0.75, label: 1, confidence: 1 },
      { startSec: 0.85, endSec: 1.1, label: 1, confidence: 0 },
    ]);
  });
  it('judges short stretches by the block around them', () => {
    const labels = Array.from({ length: 100 }, (_, t) => (t >= 30 && t < 33 ? 1 : -1));
    expect(labelledSpans(labels, scores, [...labels.keys()], 0.01)).toEqual([
      { startSec: 0.3, endSec: 0.33, label: 1, confidence: 1 },
    ]);
  });
  it('takes the better of speakers that became one', () => {
    const joined = scores.joined([0, 0], 1);
    expect([...joined.sums]).toEqual([25, 25, 25, 25]);
    expect([...scores.joined([-1, 0], 1).sums]).toEqual([0, 25, 25, 0]);
  });
});
