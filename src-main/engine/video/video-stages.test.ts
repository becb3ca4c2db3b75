import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sketchBoxes, type BoxSketch } from '#shared/domain/box-sketch.ts';
import { makeMedia } from '#media/testing/make-media.ts';
import { itShared, sharedPath } from '../../testing/shared-data.ts';
import { iou } from './face-detect/detection.ts';
import { blazeFaceStage, retinaFaceStage, rfbStage, yunetStage } from './face-detect/face-detect-stage.ts';
import { boxAt, FaceFollower, type FollowedFaces } from './testing/face-follower.ts';
import { TRACK_ROW_VALUES } from './tracking/track-file.ts';

const sample = path.resolve(import.meta.dirname, '../../../resources/sample/sample.mp4');
let faces: FaceFollower;
beforeAll(async () => {
  faces = await FaceFollower.open([sharedPath('models')]);
});
afterAll(() => faces.close());

/** Tracks as corrections name them. */
const seenSpans = (found: FollowedFaces) =>
  found.index.tracks.map((track) => ({
    startSec: track.firstFrame / 25,
    endSec: (track.firstFrame + track.frameCount) / 25,
    boxes: [
      sketchBoxes(
        Array.from({ length: track.frameCount }, (_, at) => boxAt(found, track, track.firstFrame + at, [1, 1])),
        track.firstFrame,
        25,
      ),
    ],
  }));

describe('the sample', () => {
  it('has one cut and two faces on each side of it, where they are drawn', async () => {
    const scenes = JSON.parse(await readFile(sample.replace('.mp4', '.scenes.json'), 'utf8')) as {
      cutSec: number;
      shots: { centreX: number; centreY: number; heightPx: number }[][];
    };
    const cut = Math.round(scenes.cutSec * 25);
    const found = await faces.follow(sample, { range: { startSec: 28, endSec: 32 } });
    expect(found.shots.shots).toEqual([
      { firstFrame: 700, endFrame: cut },
      { firstFrame: cut, endFrame: 800 },
    ]);
    expect(found.index.tracks).toHaveLength(4);
    for (const [number, drawn] of scenes.shots.entries()) {
      const { firstFrame, endFrame } = found.shots.shots[number]!;
      const tracks = found.index.tracks.filter(({ shot }) => shot === number);
      expect(tracks).toHaveLength(2);
      for (const track of tracks) {
        // From the first frame of its shot to the last.
        expect([track.firstFrame, track.firstFrame + track.frameCount]).toEqual([firstFrame, endFrame]);
      }
      for (const { centreX, centreY, heightPx } of drawn) {
        const hits = tracks.filter((track) => {
          const { x1, y1, x2, y2 } = boxAt(found, track, firstFrame + 20);
          expect(y2 - y1).toBeGreaterThan(0.4 * heightPx);
          return x1 < centreX && centreX < x2 && y1 < centreY + heightPx / 3 && centreY < y2;
        });
        expect(hits).toHaveLength(1);
      }
    }
  });

  it('has the cuts that a person made of them, and tracks that end there', async () => {
    const range = { startSec: 28, endSec: 32 };
    const found = await faces.follow(sample, { range });
    const edited = { cutsSec: [31.2, 29.02, 29.02, 5, 500], soundOffsetSec: null };
    const given = await faces.follow(sample, { range, corrections: edited });
    expect(given.shots.shots).toEqual([
      { firstFrame: 700, endFrame: 726 },
      { firstFrame: 726, endFrame: 780 },
      { firstFrame: 780, endFrame: 800 },
    ]);
    const ends = new Set(given.index.tracks.map(({ firstFrame, frameCount }) => firstFrame + frameCount));
    expect(ends.has(726)).toBe(true);
    for (const track of given.index.tracks) {
      const shot = given.shots.shots[track.shot]!;
      expect(track.firstFrame).toBeGreaterThanOrEqual(shot.firstFrame);
      expect(track.firstFrame + track.frameCount).toBeLessThanOrEqual(shot.endFrame);
    }
    const none = await faces.follow(sample, { range, corrections: { cutsSec: [], soundOffsetSec: 0.2 } });
    expect(none.shots.shots).toEqual([{ firstFrame: 700, endFrame: 800 }]);
    const other = await faces.follow(sample, { range, corrections: { cutsSec: null, soundOffsetSec: 0.2 } });
    expect(other).toEqual(found);
  });

  it('has the face tracks that a person left, found by this detector or another, and says what is not there', async () => {
    const range = { startSec: 28, endSec: 32 };
    const found = await faces.follow(sample, { range });
    const [left, right, gone] = seenSpans(found);
    const middleSec = 29;
    const nobody: BoxSketch = [[28, 0.01, 0.01, 0.02, 0.02]];
    const corrections = {
      ...{ cutsSec: null, soundOffsetSec: null },
      faces: {
        tracks: [
          { ...left!, endSec: middleSec, person: 'anna' },
          { ...left!, startSec: middleSec, person: 'ben' },
          { ...right!, person: 'ben' },
          { startSec: 28, endSec: 30, boxes: [nobody], person: null },
          // Not in this range: nothing to be said of it.
          { startSec: 3, endSec: 5, boxes: [nobody], person: null },
        ],
        removed: [gone!],
      },
    };
    const shown = (one: FollowedFaces): number[][] =>
      one.index.tracks.map(({ firstFrame, frameCount, correction }) => [
        firstFrame,
        firstFrame + frameCount,
        correction ?? -1,
      ]);
    const expected = [
      [left!.startSec * 25, 725, 0],
      [right!.startSec * 25, right!.endSec * 25, 2],
      [725, left!.endSec * 25, 1],
      [shown(found)[3]![0], shown(found)[3]![1], -1],
    ];
    const corrected = await faces.follow(sample, { range, corrections });
    expect(shown(corrected)).toEqual(expected);
    expect(corrected.index.missingCorrections).toEqual([3, 4]);
    expect(corrected.warnings).toEqual([expect.stringMatching(/^A face that was corrected by hand \(from 0:28.000\)/)]);
    const rowsOf = (one: FollowedFaces, number: number, from: number, frames: number): Float32Array => {
      const { firstRow, firstFrame } = one.index.tracks[number]!;
      const row = firstRow + from - firstFrame;
      return one.rows.subarray(row * TRACK_ROW_VALUES, (row + frames) * TRACK_ROW_VALUES);
    };
    expect(rowsOf(corrected, 2, 725, 20)).toEqual(rowsOf(found, 0, 725, 20));
    const byOther = await faces.follow(sample, { range, corrections, params: { 'face-tracks.tracker': 'deepsort' } });
    expect(shown(byOther)).toEqual(expected);
  });

  it('is followed by DeepSORT in the same places, one person a track', async () => {
    const range = { startSec: 28, endSec: 32 };
    const chained = await faces.follow(sample, { range });
    const sorted = await faces.follow(sample, { range, params: { 'face-tracks.tracker': 'deepsort' } });
    expect(sorted.index.tracks).toHaveLength(chained.index.tracks.length);
    expect(sorted.index.tracks.map(({ person }) => person)).toEqual([0, 1, 2, 3]);
    expect(chained.index.tracks.map(({ person }) => person)).toEqual([null, null, null, null]);
    expect(sorted.warnings.join()).toMatch(/by their place alone/);
    for (const track of chained.index.tracks) {
      const overlaps = sorted.index.tracks
        .filter(({ firstFrame, frameCount }) => firstFrame === track.firstFrame && frameCount === track.frameCount)
        .map((other) => iou(boxAt(chained, track, track.firstFrame + 20), boxAt(sorted, other, track.firstFrame + 20)));
      expect(Math.max(...overlaps)).toBeGreaterThan(0.8);
    }
  });

  it('is followed again from the cache, the same', async () => {
    const range = { startSec: 28, endSec: 32 };
    const [first, second] = [await faces.follow(sample, { range }), await faces.follow(sample, { range })];
    expect(second).toEqual(first);
  });

  it('stops when it is cancelled', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 700);
    const work = faces.follow(sample, { signal: abort.signal, cache: 'cancelled' });
    await expect(work).rejects.toMatchObject({ data: { code: 'cancelled' } });
  });
});

describe('other pictures', () => {
  it('a test picture has one shot and no face', async () => {
    const found = await faces.follow(await makeMedia('picture.mp4'));
    expect(found.shots.shots).toEqual([{ firstFrame: 0, endFrame: 75 }]);
    expect(found.index.tracks).toEqual([]);
    expect(found.warnings).toEqual([]);
  });

  itShared(
    'each person of the composed clips has one track a scene, in the right panel',
    async () => {
      const clip = sharedPath('data/composed/grid_av/dev/dev_4p_cuts');
      const panels = new Map<string, { frame: number; box: number[] }>();
      for (const line of (await readFile(`${clip}.csv`, 'utf8')).trim().split('\n').slice(1)) {
        const [frame, , , ...rest] = line.split(',').map(Number);
        const box = rest.slice(0, 4);
        if (!panels.has(box.join())) panels.set(box.join(), { frame: frame!, box });
      }
      expect(panels.size).toBe(7);
      for (const detector of [blazeFaceStage, yunetStage]) {
        const found = await faces.follow(`${clip}.mp4`, { detector });
        expect(found.shots.shots).toEqual([
          { firstFrame: 0, endFrame: 487 },
          { firstFrame: 487, endFrame: 641 },
          { firstFrame: 641, endFrame: 925 },
        ]);
        expect(found.index.tracks).toHaveLength(panels.size);
        for (const { frame, box } of panels.values()) {
          const [left = 0, top = 0, right = 0, bottom = 0] = box;
          const inside = found.index.tracks.filter((track) => {
            if (track.firstFrame !== frame) return false;
            const { x1, y1, x2, y2 } = boxAt(found, track, frame, [720, 576]);
            return x1 > left && y1 > top && x2 < right && y2 < bottom;
          });
          expect(inside).toHaveLength(1);
        }
      }
    },
    180_000,
  );

  itShared(
    'the published detectors find the same people',
    async () => {
      const clip = sharedPath('data/composed/grid_av/dev/dev_4p_cuts.mp4');
      const range = { startSec: 17, endSec: 21 };
      const known = await faces.follow(clip, { range });
      for (const detector of [retinaFaceStage, rfbStage]) {
        const found = await faces.follow(clip, { range, detector });
        expect(found.index.tracks, detector.id).toHaveLength(known.index.tracks.length);
        for (const track of known.index.tracks) {
          const at = track.firstFrame + 10;
          const overlaps = found.index.tracks
            .filter(({ firstFrame, frameCount }) => firstFrame <= at && at < firstFrame + frameCount)
            .map((other) => iou(boxAt(known, track, at), boxAt(found, other, at)));
          expect(Math.max(...overlaps), detector.id).toBeGreaterThan(0.5);
        }
      }
    },
    180_000,
  );

  itShared(
    'tracks that a person corrected stay so with another detector',
    async () => {
      const clip = sharedPath('data/composed/grid_av/dev/dev_4p_cuts.mp4');
      const range = { startSec: 17, endSec: 21 };
      const [first, gone] = seenSpans(await faces.follow(clip, { range }));
      const cutSec = (first!.startSec + first!.endSec) / 2;
      const corrections = {
        ...{ cutsSec: null, soundOffsetSec: null },
        faces: {
          tracks: [
            { ...first!, endSec: cutSec, person: null },
            { ...first!, startSec: cutSec, person: null },
          ],
          removed: [gone!],
        },
      };
      for (const detector of [yunetStage, retinaFaceStage]) {
        const found = await faces.follow(clip, { range, detector });
        const corrected = await faces.follow(clip, { range, detector, corrections });
        expect(corrected.index.missingCorrections, detector.id).toEqual([]);
        // One more for the split, one less for the deleted face.
        expect(corrected.index.tracks, detector.id).toHaveLength(found.index.tracks.length);
        const [before, after] = [0, 1].map((place) =>
          corrected.index.tracks.find(({ correction }) => correction === place)!,
        );
        expect(before!.firstFrame + before!.frameCount).toBe(Math.round(cutSec * 25));
        expect(after!.firstFrame).toBe(Math.round(cutSec * 25));
        expect(seenSpans(corrected)).not.toContainEqual(expect.objectContaining(gone!));
      }
    },
    180_000,
  );

  itShared(
    'cartoons have no track of 10 frames',
    async () => {
      for (const name of ['big_buck_bunny_small.mp4', 'short.mp4', 'video.mp4']) {
        expect((await faces.follow(sharedPath('data/video/misc_no_face', name))).index.tracks, name).toEqual([]);
      }
    },
    180_000,
  );
});
