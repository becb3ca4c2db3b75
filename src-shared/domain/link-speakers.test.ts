import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkSpeakers } from './link-speakers.ts';
import type { RecordedVoice } from './link-speakers.ts';

const voice = (file: string, speaker: string, degrees: number, speechSec = 1000): RecordedVoice => ({
  file,
  speaker,
  vector: [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)],
  speechSec,
});

describe('linkSpeakers', () => {
  it('gives one name to a voice in several recordings', () => {
    const voices = [
      voice('a', 'x', 0),
      voice('a', 'y', 90),
      voice('b', 'x', 85),
      voice('b', 'y', 8),
      voice('c', 'x', 180),
    ];
    expect(linkSpeakers(voices, 0.8).map(({ label }) => label)).toEqual(['S0000', 'S0001', 'S0001', 'S0000', 'S0002']);
  });
  it('asks less of the cosine where there is little speech', () => {
    const pair = (speechSec: number) => [voice('a', 'x', 0, speechSec), voice('b', 'x', 60, speechSec)];
    const names = (speechSec: number) => new Set(linkSpeakers(pair(speechSec), 0.8).map(({ label }) => label)).size;
    expect(names(1)).toBe(1);
    expect(names(1000)).toBe(2);
  });
  it('keeps two speakers of one recording apart, the nearer one linked', () => {
    const voices = [voice('a', 'x', 0), voice('a', 'y', 12), voice('b', 'x', 2)];
    const [x, y, other] = linkSpeakers(voices, 0.8).map(({ label }) => label);
    expect(x).toBe(other);
    expect(y).not.toBe(x);
  });
  it('never gives a name twice in one recording, and the same names whatever the order', () => {
    const list = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.double({ min: 0, max: 360, noNaN: true })), {
      maxLength: 9,
    });
    fc.assert(
      fc.property(list, fc.double({ min: 0.1, max: 0.95, noNaN: true }), (parts, least) => {
        const voices = parts.map(([file, degrees], k) => voice(file, `s${k}`, degrees));
        const linked = linkSpeakers(voices, least);
        expect(new Set(linked.map(({ file, label }) => `${file} ${label}`)).size).toBe(voices.length);
        expect(linked).toHaveLength(voices.length);
      }),
    );
  });
});
