import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { iou, type Box, type Detection } from '../face-detect/detection.ts';
import type { FrameDetections } from '../face-detect/detection-file.ts';
import { holdEnds, trackFaces } from './iou-tracks.ts';
import { medianFilter, smoothTrack } from './median-filter.ts';
import { trackPresets } from './presets.ts';
import { encodeTracks, TRACK_ROW_VALUES } from './track-file.ts';

/** A face of `size` with its upper left corner at (x, y). */
const face = (x: number, y = 0, size = 0.2, score = 0.9): Detection => ({
  ...{ x1: x, y1: y, x2: x + size, y2: y + size, score },
  points: [x, y, x + size, y, x + size / 2, y + size / 2, x, y + size, x + size, y + size],
});
const everyFrame = { pictureWidthPx: 1000, pictureHeightPx: 500, strideFrames: 1 };
const loose = { minIou: 0.5, maxGapFrames: 10, minTrackFrames: 0, minFacePx: 1 };
/** One face per frame at the given frames, moving by `step` a frame. */
const moving = (frames: readonly number[], step = 0.001, y = 0): FrameDetections[] =>
  frames.map((frame) => ({ frame, faces: [face(0.1 + step * frame, y)] }));
const upTo = (count: number, from = 0): number[] => Array.from({ length: count }, (_, index) => from + index);

describe('a track', () => {
  it('follows one face and fills the frames between', () => {
    const [track, ...others] = trackFaces(moving([0, 5, 10, 20]), loose, everyFrame);
    expect(others).toEqual([]);
    expect(track!.firstFrame).toBe(0);
    expect(track!.foundFrames).toEqual([0, 5, 10, 20]);
    expect(track!.faces).toHaveLength(21);
    // Steady movement is met exactly by linear interpolation.
    track!.faces.forEach(({ x1 }, frame) => expect(x1).toBeCloseTo(0.1 + 0.001 * frame, 9));
  });

  it('ends at a gap above the limit, and not at the limit', () => {
    expect(trackFaces(moving([0, 10, 20]), loose, everyFrame)).toHaveLength(1);
    expect(trackFaces(moving([0, 11]), loose, everyFrame)).toHaveLength(2);
  });

  it('takes a box that overlaps by more than the limit only', () => {
    // Two squares of side 2 shifted by 2/3: IoU is exactly one half.
    const shifted = [
      { frame: 0, faces: [face(0, 0, 0.3)] },
      { frame: 1, faces: [face(0.1, 0, 0.3)] },
    ];
    const overlap = iou(shifted[0]!.faces[0]!, shifted[1]!.faces[0]!);
    expect(overlap).toBeCloseTo(0.5, 9);
    expect(trackFaces(shifted, { ...loose, minIou: overlap }, everyFrame)).toHaveLength(2);
    expect(trackFaces(shifted, { ...loose, minIou: overlap - 1e-9 }, everyFrame)).toHaveLength(1);
  });

  it('takes the box that overlaps most, and leaves the other to the next track', () => {
    const frames = [
      { frame: 0, faces: [face(0.1), face(0.5)] },
      { frame: 1, faces: [face(0.15), face(0.11), face(0.5)] },
    ];
    const tracks = trackFaces(frames, loose, everyFrame);
    expect(tracks.map(({ faces }) => faces.map(({ x1 }) => x1))).toEqual([[0.1, 0.11], [0.5, 0.5], [0.15]]);
  });

  it('must be long and large enough', () => {
    const tracks = (count: number, options: object): number =>
      trackFaces(moving(upTo(count)), { ...loose, ...options }, everyFrame).length;
    expect(tracks(10, { minTrackFrames: 10 })).toBe(0);
    expect(tracks(11, { minTrackFrames: 10 })).toBe(1);
    // 0.2 of the picture's width: 200 px.
    expect(tracks(11, { minFacePx: 200.001 })).toBe(0);
    expect(tracks(11, { minFacePx: 199 })).toBe(1);
    // Looked for in every 5th frame: 3 boxes stand for 15 frames.
    const sparse = { ...everyFrame, strideFrames: 5 };
    expect(trackFaces(moving([0, 5, 10]), { ...loose, minTrackFrames: 14 }, sparse)).toHaveLength(1);
    expect(trackFaces(moving([0, 5, 10]), { ...loose, minTrackFrames: 15 }, sparse)).toHaveLength(0);
  });

  it('obeys the published presets', () => {
    const lengths = Object.entries(trackPresets).map(([name, options]) => {
      const shortest = upTo(200).find((count) => trackFaces(moving(upTo(count)), options, everyFrame).length > 0);
      const longestGap = upTo(100, 1).findLast(
        (gap) => trackFaces(moving([...upTo(200), ...upTo(200, 199 + gap)], 0), options, everyFrame).length === 1,
      );
      return [name, shortest, longestGap];
    });
    expect(lengths).toEqual([
      ['av-diarization', 51, 25],
      ['syncnet-python', 101, 25],
      ['m3sd', 26, 50],
      ['talknet', 11, 10],
      ['3d-speaker', 10, 10],
    ]);
  });
});

const anyFrames = fc
  .array(
    fc.tuple(
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 3 })), { maxLength: 5 }),
    ),
    { maxLength: 40 },
  )
  .map((steps) => {
    let frame = 0;
    return steps.map(([step, boxes]): FrameDetections => {
      frame += step;
      return { frame, faces: boxes.map(([x, y]) => face(x / 10, y / 10)) };
    });
  });

describe('whatever was found', () => {
  it('every box is in exactly one track, and a track has one box a frame', () => {
    fc.assert(
      fc.property(anyFrames, (frames) => {
        const tracks = trackFaces(frames, loose, everyFrame);
        const used = tracks.flatMap((track) =>
          track.foundFrames.map((frame) => track.faces[frame - track.firstFrame]!),
        );
        const all = frames.flatMap(({ faces }) => faces);
        expect(used).toHaveLength(all.length);
        expect(new Set(used)).toEqual(new Set(all));
        for (const { foundFrames, faces, firstFrame } of tracks) {
          expect(new Set(foundFrames).size).toBe(foundFrames.length);
          expect(faces).toHaveLength(foundFrames.at(-1)! - firstFrame + 1);
          foundFrames.slice(1).forEach((frame, at) => expect(frame - foundFrames[at]!).toBeLessThanOrEqual(10));
        }
      }),
    );
  });

  it('neighbouring boxes of a track overlap as they must', () => {
    fc.assert(
      fc.property(anyFrames, (frames) => {
        for (const { firstFrame, faces, foundFrames } of trackFaces(frames, loose, everyFrame)) {
          const boxes = foundFrames.map((frame): Box => faces[frame - firstFrame]!);
          boxes.slice(1).forEach((box, at) => expect(iou(box, boxes[at]!)).toBeGreaterThan(0.5));
        }
      }),
    );
  });

  it('held ends stay in the shot', () => {
    fc.assert(
      fc.property(anyFrames, fc.nat(9), fc.nat(3), fc.nat(3), (frames, hold, before, after) => {
        for (const track of trackFaces(frames, loose, everyFrame)) {
          const end = track.firstFrame + track.faces.length;
          const shot = { firstFrame: track.firstFrame - before, endFrame: end + after };
          const held = holdEnds(track, hold, shot);
          expect(held.firstFrame).toBe(track.firstFrame - Math.min(hold, before));
          expect(held.firstFrame + held.faces.length).toBe(end + Math.min(hold, after));
          expect(held.faces.slice(track.firstFrame - held.firstFrame).slice(0, track.faces.length)).toEqual(
            track.faces,
          );
        }
      }),
    );
  });
});

describe('the sliding median', () => {
  it('is SciPy’s with zeros beyond the ends', () => {
    // scipy.signal.medfilt([2, 6, 5, 4, 0, 3, 5, 7, 9, 2, 0, 1], 5)
    expect(medianFilter([2, 6, 5, 4, 0, 3, 5, 7, 9, 2, 0, 1], 5, 'zero')).toEqual([2, 4, 4, 4, 4, 4, 5, 5, 5, 2, 1, 0]);
  });
  it('leaves steady values alone up to the ends when these count on', () => {
    expect(medianFilter([5, 5, 5, 5], 13, 'edge')).toEqual([5, 5, 5, 5]);
    expect(medianFilter([1, 1, 9, 1, 1], 3, 'edge')).toEqual([1, 1, 1, 1, 1]);
  });
  it('takes a jump of one box out of a track, and its points go with the box', () => {
    const frames = moving(upTo(30), 0);
    const jumped = frames.map((entry) => (entry.frame === 12 ? { frame: 12, faces: [face(0.13, 0.01)] } : entry));
    const [track] = trackFaces(jumped, loose, everyFrame);
    const smooth = smoothTrack(track!, 13);
    for (const { x1, y2, points } of smooth.faces) {
      expect(x1).toBeCloseTo(0.1, 9);
      expect(y2).toBeCloseTo(0.2, 9);
      expect(points[0]).toBeCloseTo(0.1, 9);
      expect(points[9]).toBeCloseTo(0.2, 9);
    }
    expect(smoothTrack(track!, 1)).toBe(track);
  });
});

describe('the file of tracks', () => {
  it('has the rows of a track where its index says', () => {
    const frames = [...moving(upTo(5, 3)), ...moving(upTo(4, 30))];
    const tracks = trackFaces(frames, loose, everyFrame).map((track) => ({ shot: 0, track }));
    const { index, rows } = encodeTracks(tracks.toReversed(), 25);
    expect(
      index.tracks.map(({ id, firstFrame, frameCount, firstRow }) => [id, firstFrame, frameCount, firstRow]),
    ).toEqual([
      [0, 3, 5, 0],
      [1, 30, 4, 5],
    ]);
    expect(rows).toHaveLength(9 * TRACK_ROW_VALUES);
    expect(rows[5 * TRACK_ROW_VALUES]).toBeCloseTo(0.13, 6);
  });
});
