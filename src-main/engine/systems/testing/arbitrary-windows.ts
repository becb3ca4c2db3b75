import fc from 'fast-check';

/** Stretches of speech, each a pause before it and its labelled windows: four speakers, seconds, confidence 0..1. */
export const arbitraryRegions = fc.array(
  fc.record({
    gap: fc.double({ min: 0, max: 2, noNaN: true }),
    hops: fc.array(fc.record({ label: fc.nat(3), confidence: fc.double({ min: 0, max: 1, noNaN: true }) }), {
      minLength: 1,
      maxLength: 12,
    }),
  }),
  { maxLength: 12 },
);
