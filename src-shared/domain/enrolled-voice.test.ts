import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosine, leastLikeness, mergeVoices, proposeNames, type EnrolledVoice } from './enrolled-voice.ts';

const voice = (name: string, vector: number[], model = 'net'): EnrolledVoice => {
  return { name, model, vector, speechSec: 10, clips: [], enrolledMs: 0 };
};
const print = (speaker: string, ...vector: number[]) => ({ speaker, speechSec: 5, vector });

describe('names for speakers', () => {
  const enrolled = [voice('Ada', [1, 0, 0]), voice('Bo', [0, 1, 0])];

  it('are those of near voices, and unknown where none is near or two are', () => {
    const prints = [print('spk00', 0.95, 0.1, 0.2), print('spk01', 0.1, 0.1, 1), print('spk02', 1, 0.95, 0)];
    const proposals = proposeNames({ model: 'net', prints }, enrolled);
    expect(proposals.map(({ speaker, name, nearest }) => [speaker, name, nearest])).toEqual([
      ['spk00', 'Ada', 'Ada'],
      ['spk01', null, 'Ada'],
      ['spk02', null, 'Ada'],
    ]);
    expect(proposals[0]!.margin).toBeGreaterThan(0.5);
  });

  it('are not proposed from voices of another net', () => {
    const other = enrolled.map((one) => ({ ...one, model: 'another net' }));
    expect(proposeNames({ model: 'net', prints: [print('spk00', 1, 0, 0)] }, other)).toEqual([]);
  });

  it('need likeness: no proposal is below the threshold, whatever is enrolled', () => {
    const vector = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(vector, fc.array(vector, { minLength: 1, maxLength: 5 }), (of, voices) => {
        const known = voices.map((one, at) => voice(`v${at}`, one));
        const [proposal] = proposeNames({ model: 'net', prints: [print('s', ...of)] }, known);
        const best = Math.max(...voices.map((one) => cosine(of, one)));
        expect(proposal!.likeness).toBeCloseTo(best, 9);
        if (proposal!.name !== null) expect(proposal!.likeness).toBeGreaterThanOrEqual(leastLikeness);
      }),
    );
  });

  it('clips of one person make one voice, the longer ones counting more', () => {
    const merged = mergeVoices([
      { vector: [1, 0], speechSec: 30 },
      { vector: [0, 1], speechSec: 10 },
    ]);
    expect(merged.speechSec).toBe(40);
    expect(Math.hypot(...merged.vector)).toBeCloseTo(1, 9);
    expect(merged.vector[0]! / merged.vector[1]!).toBeCloseTo(3, 9);
  });
});
