import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrameStream, VideoFrame } from '#media/frames.ts';
import { toFloat32 } from '../../stage-files.ts';
import { TRACK_ROW_VALUES } from '../tracking/track-file.ts';
import { FrameCursor } from './frame-cursor.ts';
import { joinedSpans, lookedFrames, type FrameSpan } from './looked-frames.ts';
import { packParts, unpackParts } from './packed-parts.ts';
import { RowFile, RowValues } from './row-file.ts';
import { BLOCK_FRAMES, decodeSpans, viewBlocks, viewSize } from './view-plan.ts';

const anyTracks = fc
  .array(fc.record({ firstFrame: fc.nat(3000), frameCount: fc.integer({ min: 1, max: 1500 }) }), { maxLength: 6 })
  .map((tracks) => {
    let firstRow = 0;
    return tracks
      .sort((a, b) => a.firstFrame - b.firstFrame)
      .map((track, id) => {
        const row = firstRow;
        firstRow += track.frameCount;
        return { ...track, id, firstRow: row };
      });
  });
const anySpeech = fc.record({
  regions: fc
    .array(fc.tuple(fc.double({ min: 0, max: 150, noNaN: true }), fc.double({ min: 0.1, max: 20, noNaN: true })), {
      maxLength: 8,
    })
    .map((regions) => regions.map(([startSec, length]) => ({ startSec, endSec: startSec + length }))),
  startSec: fc.constantFrom(0, 12.5),
  marginSec: fc.constantFrom(0, 0.5),
});

describe('what is looked at', () => {
  it('is every frame of a track in which speech is on, and none farther from it than the margin and a frame', () => {
    fc.assert(
      fc.property(anyTracks, anySpeech, (tracks, speech) => {
        const looked = lookedFrames(tracks, speech, 25);
        tracks.forEach(({ firstFrame, frameCount }, track) => {
          const frames = new Set(looked[track]!.flatMap(({ from, to }) => range(from, to)));
          for (let frame = firstFrame; frame < firstFrame + frameCount; frame++) {
            const near = (spare: number): boolean =>
              speech.regions.some(
                ({ startSec, endSec }) =>
                  (frame + 1) / 25 > speech.startSec + startSec - speech.marginSec - spare &&
                  frame / 25 < speech.startSec + endSec + speech.marginSec + spare,
              );
            const isThere = frames.has(frame);
            if (near(-1e-9) && !isThere) expect.fail(`frame ${frame} is missing`);
            if (!near(1e-9) && isThere) expect.fail(`frame ${frame} is looked at`);
          }
          expect([...frames].every((frame) => frame >= firstFrame && frame < firstFrame + frameCount)).toBe(true);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('lies in blocks that hold every frame of every track once, in order', () => {
    fc.assert(
      fc.property(anyTracks, anySpeech, (tracks, speech) => {
        const looked = lookedFrames(tracks, speech, 25);
        const blocks = [...viewBlocks(tracks, looked)];
        const seen = blocks.flatMap(({ faces }) => faces.map(({ row }) => row));
        const wanted = tracks.flatMap(({ firstRow, firstFrame }, track) =>
          looked[track]!.flatMap(({ from, to }) => range(from, to).map((frame) => firstRow + frame - firstFrame)),
        );
        expect(seen.toSorted((a, b) => a - b)).toEqual(wanted.toSorted((a, b) => a - b));
        const spans = decodeSpans(looked);
        for (const { block, span, faces } of blocks) {
          for (const { frame } of faces) {
            expect(Math.floor(frame / BLOCK_FRAMES)).toBe(block);
            expect(spans.some(({ from, to }) => from <= frame && frame < to)).toBe(true);
          }
          expect([span.from, span.to]).toEqual([faces[0]!.frame, faces.at(-1)!.frame + 1]);
        }
        const order = blocks.flatMap(({ faces }) => faces.map(({ frame, row }) => frame * 1e6 + row));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }),
    );
  });

  it('is nothing without speech or without tracks', () => {
    const track = { id: 0, firstRow: 0, firstFrame: 0, frameCount: 50 };
    const silence = { regions: [], startSec: 0, marginSec: 0.5 };
    expect([...viewBlocks([track], lookedFrames([track], silence, 25))]).toEqual([]);
    expect(decodeSpans([])).toEqual([]);
  });
});

describe('spans', () => {
  it('nearer than the gap are one', () => {
    const spans = [
      { from: 30, to: 40 },
      { from: 0, to: 10 },
      { from: 15, to: 15 },
      { from: 9, to: 20 },
    ];
    expect(joinedSpans(spans)).toEqual([
      { from: 0, to: 20 },
      { from: 30, to: 40 },
    ]);
    expect(joinedSpans(spans, 10)).toEqual([{ from: 0, to: 40 }]);
  });
});

describe('the size of the picture', () => {
  const track = { id: 0, firstRow: 0, firstFrame: 0, frameCount: 50 };
  const sizeFor = (widthPx: number, heightPx: number, faceShare: number): number[] => {
    const rows = new Float32Array(50 * TRACK_ROW_VALUES);
    for (let row = 0; row < 50; row++) rows.set([0.1, 0.1, 0.1 + faceShare, 0.11], row * TRACK_ROW_VALUES);
    const looked = [[{ from: 0, to: 50 }]];
    const size = viewSize({ widthPx, heightPx, rotationDeg: 0 }, { tracks: [track], rows, looked });
    return [size.pictureWidthPx, size.pictureHeightPx];
  };
  it('is at most 1280×720, upright or tall, and never larger than the file has', () => {
    expect(sizeFor(3840, 2160, 0.05)).toEqual([1280, 720]);
    expect(sizeFor(1080, 1920, 0.05)).toEqual([720, 1280]);
    expect(sizeFor(640, 360, 0.05)).toEqual([640, 360]);
  });
  it('is smaller where faces are so large that nets see no more of them', () => {
    // 640 pixels wide in 1280: a quarter of that is what a net sees.
    expect(sizeFor(1280, 720, 0.5)[0]).toBe(320);
    expect(sizeFor(1280, 720, 0.125)).toEqual([1280, 720]);
  });
});

describe('the cursor', () => {
  it('gives the frames asked for, and decodes a stretch in one piece', async () => {
    const anySpans = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 })), { maxLength: 8 })
      .map((steps) => {
        let at = 0;
        return steps.map(([gap, length]): FrameSpan => {
          const from = at + gap;
          at = from + length;
          return { from, to: at };
        });
      });
    await fc.assert(
      fc.asyncProperty(anySpans, fc.integer({ min: 0, max: 40 }), async (asked, gap) => {
        const spans = joinedSpans(asked, gap);
        let opened = 0;
        let decoded = 0;
        const cursor = new FrameCursor(
          (span) => {
            opened++;
            return fakeStream(span, () => decoded++);
          },
          spans,
          gap,
        );
        for (const span of asked) {
          const frames: number[] = [];
          for await (const { frame } of cursor.read(span)) frames.push(frame.index);
          expect(frames).toEqual(range(span.from, span.to));
        }
        await cursor.close();
        expect(opened).toBe(spans.length);
        expect(decoded).toBe(spans.reduce((sum, { from, to }) => sum + to - from, 0));
      }),
    );
  });

  it('goes on where work is left when earlier blocks are known', async () => {
    const opened: FrameSpan[] = [];
    const open = (span: FrameSpan): FrameStream => {
      opened.push(span);
      return fakeStream(span, () => undefined);
    };
    const cursor = new FrameCursor(open, [{ from: 0, to: 5000 }], 150);
    const frames: number[] = [];
    for await (const { frame } of cursor.read({ from: 1600, to: 1602 })) frames.push(frame.index);
    for await (const { frame } of cursor.read({ from: 1700, to: 1701 })) frames.push(frame.index);
    for await (const { frame } of cursor.read({ from: 4000, to: 4001 })) frames.push(frame.index);
    await cursor.close();
    expect(frames).toEqual([1600, 1601, 1700, 4000]);
    expect(opened).toEqual([
      { from: 1600, to: 5000 },
      { from: 4000, to: 5000 },
    ]);
  });
});

function fakeStream({ from, to }: FrameSpan, onFrame: () => void): FrameStream {
  async function* frames(): AsyncGenerator<VideoFrame, void, undefined> {
    for (let index = from; index < to; index++) {
      onFrame();
      yield await Promise.resolve({ index, data: new Uint8Array(0), keep: () => new Uint8Array(0) });
    }
  }
  return { [Symbol.asyncIterator]: frames } as unknown as FrameStream;
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);

describe('what is kept of a block', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.float32Array({ maxLength: 20 }), { maxLength: 5 }), (parts) => {
        expect(unpackParts(packParts(parts)).map((part) => [...part])).toEqual(parts.map((part) => [...part]));
      }),
    );
  });
});

describe('a file of rows', () => {
  it('has NaN where nothing was written and values where they belong, in any order', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'diarist-rows-'));
    try {
      const file = path.join(folder, 'rows.f32');
      const rows = await RowFile.create(file, 6, 2);
      const face = (row: number) => ({ row, trackId: 0, frame: 0 });
      await rows.write([face(4), face(1), face(2)], Float32Array.of(40, 41, 10, 11, 20, 21));
      await rows.write([], new Float32Array(0));
      await rows.close();
      const values = toFloat32(await readFile(file));
      expect([...values]).toEqual([NaN, NaN, 10, 11, 20, 21, NaN, NaN, 40, 41, NaN, NaN]);
      const empty = await RowFile.create(path.join(folder, 'none.f32'), 0, 2);
      await empty.close();
      expect(await readFile(path.join(folder, 'none.f32'))).toHaveLength(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
  it('of a block is NaN for faces that never came', () => {
    const faces = [3, 5, 9].map((row) => ({ row, trackId: 0, frame: row }));
    const block = new RowValues(faces, 2);
    block.set(faces[1]!, Float32Array.of(0, 0, 7, 8), 2);
    block.set({ row: 100, trackId: 0, frame: 0 }, Float32Array.of(1, 2));
    expect([...block.values]).toEqual([NaN, NaN, 7, 8, NaN, NaN]);
  });
});
