import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseVariant, speechSources, variantId, variantSuffix, voiceChoices } from './system-variants.ts';

describe('variants of systems', () => {
  it('are their id, there and back', () => {
    const variants = fc.record({
      base: fc.constantFrom('lium', 'pyannote-3.1', 'diarist-audio'),
      vad: fc.constantFrom(null, ...speechSources.map(({ id }) => id)),
      voice: fc.constantFrom(null, ...voiceChoices.map(({ id }) => id)),
      refined: fc.boolean(),
    });
    fc.assert(
      fc.property(variants, (variant) => {
        expect(parseVariant(variantId(variant))).toEqual(variant);
      }),
    );
  });
  it('say what was exchanged', () => {
    expect(variantId({ base: 'lium', vad: 'silero', voice: null, refined: true })).toBe('lium+vad-silero+refined');
    expect(variantSuffix({ vad: 'webrtc', voice: 'ecapa', refined: false })).toBe(' (WebRTC, ECAPA voices)');
    expect(variantSuffix({ vad: null, voice: null, refined: false })).toBe('');
  });
  it.each([
    'lium+',
    'lium+vad-nothing',
    'lium+vad-silero+vad-webrtc',
    'a+voice-ecapa+vad-silero',
    'a+refined+vad-silero',
    '+',
  ])('are not %s', (id) => {
    expect(parseVariant(id)).toBeNull();
  });
});
