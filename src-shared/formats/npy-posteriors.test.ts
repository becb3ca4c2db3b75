import { describe, expect, it } from 'vitest';
import { sortformerRules } from '../signal/hysteresis.ts';
import { readLabels } from './index.ts';

/** A NumPy file of 32-bit floats. */
function matrix(rows: readonly (readonly number[])[]): Uint8Array {
  const head = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows.length}, ${rows[0]!.length}), }\n`;
  const bytes = new Uint8Array(10 + head.length + 4 * rows.length * rows[0]!.length);
  bytes.set([0x93, ...Array.from('NUMPY', (char) => char.charCodeAt(0)), 1, 0, head.length, 0]);
  bytes.set(
    Array.from(head, (char) => char.charCodeAt(0)),
    10,
  );
  const view = new DataView(bytes.buffer);
  rows.flat().forEach((value, k) => view.setFloat32(10 + head.length + 4 * k, value, true));
  return bytes;
}

describe('posteriors of Sortformer', () => {
  // 80 ms a frame: speaker 0 from 0.8 to 2.4 s with a gap of one frame, speaker 1 for two frames, speaker 2 never surely.
  const rows = Array.from({ length: 50 }, (_, t) => [
    t >= 10 && t < 30 && t !== 20 ? 0.9 : 0.1,
    t === 40 || t === 41 ? 0.8 : 0,
    0.5,
    0,
  ]);
  it('become turns by the published rules', () => {
    const read = (rules: keyof typeof sortformerRules) =>
      readLabels(matrix(rows), 'a.npy', undefined, {
        fps: 12.5,
        posteriorRules: sortformerRules[rules],
      }).labels.turns.map(({ startSec, endSec, speaker }) => [startSec, endSec, speaker]);
    expect(read('dihard3')).toEqual([
      [0.74, 2.4, 'spk00'],
      [3.14, 3.36, 'spk01'],
    ]);
    expect(read('callhome')).toEqual([[0.57, 2.41, 'spk00']]);
  });
  it.each([
    ['logits', rows.map((row) => row.map((value) => 10 * value - 5)), /frame 0, speaker 0 is -4, no probability/u],
    ['negative numbers', rows.map((row) => row.map((value) => -value)), /frame 0, speaker 0 is -0\.1, no/u],
    ['a row per speaker', [0, 1, 2, 3].map((k) => rows.map((row) => row[k]!)), /speakers \(50\) than frames \(4\)/u],
  ])('%s are refused', (_, wrong, reason) => {
    const read = () => readLabels(matrix(wrong), 'a.npy', undefined, { posteriorRules: sortformerRules.dihard3 });
    expect(read).toThrow(reason);
  });
  it('that are no numbers are refused', () => {
    const wrong = rows.map((row, t) => (t === 7 ? [0, Number.NaN, 0, 0] : row));
    expect(() => readLabels(matrix(wrong), 'a.npy', undefined, { posteriorRules: sortformerRules.dihard3 })).toThrow(
      /frame 7, speaker 1/u,
    );
  });
});
