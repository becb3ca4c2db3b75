import { describe, expect, it } from 'vitest';
import { syntheticVoices } from './testing/synthetic-voices.ts';
import { vectors } from './vectors.ts';
import { VoiceGroups } from './voice-groups.ts';

describe('VoiceGroups', () => {
  it('sees halves of one voice as one, and two voices as two, whatever the noise', () => {
    for (const noise of [0.5, 1, 1.5]) {
      const voices = syntheticVoices(
        [
          { speaker: 0, windows: 40 },
          { speaker: 1, windows: 40 },
        ],
        noise,
        6,
      );
      const groups = new VoiceGroups(
        voices,
        voices.truth.map((speaker, i) => 2 * speaker + (i % 2)),
        4,
      );
      for (const pair of groups.pairs()) {
        const sameVoice = Math.floor(pair.a / 2) === Math.floor(pair.b / 2);
        if (sameVoice) expect(Math.abs(pair.likeness - 1)).toBeLessThan(0.2);
        else expect(pair.likeness).toBeLessThan(0.4);
      }
    }
  });
  it('does not take shared sound for likeness', () => {
    const { rows } = syntheticVoices([{ speaker: 0, windows: 20 }], 40, 2);
    // Each vector twice: neighbours that share all their sound.
    const data = Float32Array.from({ length: rows.data.length * 2 }, (_, i) => {
      const window = Math.floor(i / rows.size / 2);
      return rows.data[window * rows.size + (i % rows.size)]!;
    });
    const startSec = Array.from({ length: 40 }, (_, i) => Math.floor(i / 2) * 1.5);
    const doubled = { rows: vectors(data, rows.size), startSec, endSec: startSec.map((sec) => sec + 1.5) };
    const pair = new VoiceGroups(
      doubled,
      startSec.map((_, i) => i % 2),
      2,
    ).pairs()[0]!;
    const apart = { ...doubled, startSec: startSec.map((_, i) => i * 2), endSec: startSec.map((_, i) => i * 2 + 1.5) };
    const fooled = new VoiceGroups(
      apart,
      startSec.map((_, i) => i % 2),
      2,
    ).pairs()[0]!;
    expect(pair.likeness).toBeLessThan(fooled.likeness - 0.2);
  });
  it('moves windows to the group they are like, and keeps sums right while it does', () => {
    const voices = syntheticVoices(
      [
        { speaker: 0, windows: 30 },
        { speaker: 1, windows: 30 },
      ],
      0.8,
      3,
    );
    const start = voices.truth.map((speaker, i) => (i % 10 === 0 ? 1 - speaker : speaker));
    const groups = new VoiceGroups(voices, start, 2);
    groups.settle(10);
    expect([...groups.labels]).toEqual(voices.truth);
    const fresh = new VoiceGroups(voices, voices.truth, 2).pairs()[0]!;
    expect(groups.pairs()[0]!.likeness).toBeCloseTo(fresh.likeness, 6);
  });
  it('joins groups', () => {
    const voices = syntheticVoices([{ speaker: 0, windows: 9 }], 1, 3);
    const groups = new VoiceGroups(
      voices,
      voices.truth.map((_, i) => i % 3),
      3,
    );
    groups.join(0, 2);
    expect(groups.count).toBe(2);
    expect(groups.pairs()).toHaveLength(1);
    expect(new Set(groups.labels)).toEqual(new Set([0, 1]));
  });
});
