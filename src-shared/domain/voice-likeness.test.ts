import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { voiceLikeness, voiceNoiseSec } from './voice-likeness.ts';

describe('voiceLikeness', () => {
  it('finds one voice as alike in short pieces as in long ones', () => {
    // Pieces of n seconds hold as much noise as voice: their cosine is a half where that of endless speech is 1.
    expect(voiceLikeness(0.5, voiceNoiseSec, voiceNoiseSec)).toBeCloseTo(1, 12);
    expect(voiceLikeness(0.5, 1e9, 1e9)).toBeCloseTo(0.5, 6);
  });

  it('does not care which is first, keeps the sign and never passes 1', () => {
    const sec = fc.double({ min: 0.1, max: 3600, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), sec, sec, (cosine, a, b) => {
        const likeness = voiceLikeness(cosine, a, b);
        expect(likeness).toBe(voiceLikeness(cosine, b, a));
        expect(Math.sign(likeness)).toBe(Math.sign(cosine));
        expect(likeness).toBeLessThanOrEqual(1);
        expect(voiceLikeness(cosine, a * 2, b) * Math.sign(cosine)).toBeLessThanOrEqual(
          likeness * Math.sign(cosine) + 1e-12,
        );
      }),
    );
  });
});
