import { describe, expect, it } from 'vitest';
import { vectors } from '../cluster/vectors.ts';
import { faceIntervals, jointLabels } from './three-d-speaker-av.ts';

const windows = Array.from({ length: 12 }, (_, w) => ({ startSec: 1.5 * w, endSec: 1.5 * w + 1.5 }));
/** Voices by window: four of 0, four of 1, four of 2. */
const rows = vectors(
  Float32Array.from({ length: 36 }, (_, k) => Number(Math.floor(k / 3 / 4) === k % 3)),
  3,
);

describe('the joint rule of 3D-Speaker', () => {
  it('takes intervals from every fifth frame in which one face alone talks', () => {
    const tracks = [
      { id: 0, firstFrame: 0, frameCount: 100, firstRow: 0, identity: 4 },
      { id: 1, firstFrame: 0, frameCount: 100, firstRow: 100, identity: 7 },
      { id: 2, firstFrame: 0, frameCount: 100, firstRow: 200, identity: null },
    ];
    const talking = new Float32Array(300).fill(0.1).fill(0.9, 0, 50).fill(0.9, 125, 175).fill(0.9, 280, 300);
    expect(faceIntervals(tracks, talking, [{ startSec: 0, endSec: 4 }])).toEqual([
      { identity: 4, startSec: 0, endSec: 1 },
      { identity: 7, startSec: 2, endSec: 3 },
    ]);
  });

  it('gives a cluster to its only face and leaves one without a face its label', () => {
    const labels = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2];
    const intervals = [
      { identity: 5, startSec: 0, endSec: 4 },
      { identity: 6, startSec: 6, endSec: 9 },
    ];
    expect(jointLabels(windows, rows, labels, intervals)).toEqual([5, 5, 5, 5, 6, 6, 6, 6, -3, -3, -3, -3]);
  });

  it('parts a cluster of several faces by their voices', () => {
    const labels = new Array<number>(12).fill(0);
    const intervals = [
      { identity: 5, startSec: 0, endSec: 4 },
      { identity: 6, startSec: 6, endSec: 9 },
    ];
    const found = jointLabels(windows, rows, labels, intervals);
    expect(found.slice(0, 8)).toEqual([5, 5, 5, 5, 6, 6, 6, 6]);
  });

  it('drops a face that no window can be enrolled for', () => {
    const labels = new Array<number>(12).fill(0);
    expect(jointLabels(windows, rows, labels, [{ identity: 5, startSec: 0, endSec: 0.6 }])).toEqual(
      new Array<number>(12).fill(-1),
    );
  });
});
