import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { turnConfidence } from './turn-confidence.ts';

const sure = { posterior: 0.98, likeness: 1.1, speech: 0.98, speechSec: 6, count: 0.95 };

describe('turnConfidence', () => {
  it('is high for a long turn of a clear voice and low for a scrap between two voices', () => {
    expect(turnConfidence(sure)).toBeGreaterThan(0.9);
    expect(turnConfidence({ posterior: 0.4, likeness: 0.5, speech: 0.4, speechSec: 0.3, count: 0.2 })).toBeLessThan(
      0.5,
    );
  });
  it.each(['posterior', 'likeness', 'speech', 'speechSec', 'count'] as const)('falls with its %s', (name) => {
    expect(turnConfidence({ ...sure, [name]: sure[name] / 3 })).toBeLessThan(turnConfidence(sure));
  });
  it('stays within 0 and 1 whatever the evidence is', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const any = fc.double({ min: -10, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(share, any, share, any, share, (posterior, likeness, speech, speechSec, count) => {
        const value = turnConfidence({ posterior, likeness, speech, speechSec, count });
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }),
    );
  });
});
