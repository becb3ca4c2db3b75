import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FrameStream } from '#media/frames.ts';
import { findTools } from '#media/ffmpeg.ts';
import { probeMedia } from '#media/probe.ts';
import { makeMedia, scratchFolder } from '#media/testing/make-media.ts';
import type { Stage } from '../../stage.ts';
import { WorkerPool } from '../../worker-pool.ts';
import { lookIndexSchema } from '../identity/look-file.ts';
import { LIP, LIP_VALUES, lipIndexSchema } from '../lips/lip-file.ts';
import { TRACK_ROW_VALUES, trackIndexFile, trackIndexSchema, tracksFile } from '../tracking/track-file.ts';
import { runViews, type ViewJob, type ViewJobOptions } from './testing/view-job.ts';

const sample = path.resolve(import.meta.dirname, '../../../../resources/sample/sample.mp4');
let scratch: Awaited<ReturnType<typeof scratchFolder>>;
let pool: WorkerPool;
beforeAll(async () => {
  scratch = await scratchFolder();
  pool = new WorkerPool({ workers: 2, intraOpThreads: 1, provider: 'cpu' });
});
afterAll(async () => {
  await pool.close();
  await scratch.remove();
});
const run = (file: string, options: Partial<ViewJobOptions> = {}): Promise<ViewJob> =>
  runViews(file, { pool, cacheDir: path.join(scratch.folder, 'cache'), ...options });

async function lipsOf(job: ViewJob): Promise<{ rows: Float32Array[]; index: z.infer<typeof lipIndexSchema> }> {
  const values = await job.float32('lips');
  const index = lipIndexSchema.parse(await job.json('lipIndex'));
  expect(values).toHaveLength(index.rowCount * LIP_VALUES);
  return {
    index,
    rows: Array.from({ length: index.rowCount }, (_, row) => values.subarray(row * LIP_VALUES, (row + 1) * LIP_VALUES)),
  };
}

describe('the sample', () => {
  const range = { startSec: 28, endSec: 32 };

  it('has lips in the lower part of each face while somebody speaks, and nothing where nobody does', async () => {
    const job = await run(sample, { range });
    const { tracks } = trackIndexSchema.parse(await job.json('faceTrackIndex'));
    const boxes = await job.float32('faceTracks');
    const { rows, index } = await lipsOf(job);
    expect(index.rowCount).toBe(boxes.length / TRACK_ROW_VALUES);
    expect(index.fallbackRows).toBe(0);
    expect(tracks).toHaveLength(4);
    for (const { firstRow, frameCount, firstFrame } of tracks) {
      for (let at = 0; at < frameCount; at++) {
        const row = rows[firstRow + at]!;
        // The narrator speaks from 28.68 to 31.56 s.
        const timeSec = (firstFrame + at) / 25;
        const isMeasured = !Number.isNaN(row[LIP.centreX]!);
        if (timeSec > 28.4 && timeSec < 31.8) expect(isMeasured, `${timeSec} s`).toBe(true);
        if (timeSec < 28.1) expect(isMeasured, `${timeSec} s`).toBe(false);
        if (!isMeasured) continue;
        const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray((firstRow + at) * TRACK_ROW_VALUES);
        expect(row[LIP.centreX]).toBeGreaterThan(x1 + 0.25 * (x2 - x1));
        expect(row[LIP.centreX]).toBeLessThan(x2 - 0.25 * (x2 - x1));
        expect(row[LIP.centreY]).toBeGreaterThan(y1 + 0.5 * (y2 - y1));
        expect(row[LIP.centreY]).toBeLessThan(y2 + 0.1 * (y2 - y1));
        expect(row[LIP.aperture]).toBeGreaterThanOrEqual(0);
        expect(row[LIP.meshProbability]).toBeGreaterThan(0.5);
        expect(Math.abs(row[LIP.yawDeg]!)).toBeLessThan(30);
        expect(row[LIP.brightness]).toBeGreaterThan(0.1);
        expect(row[LIP.sharpness]).toBeGreaterThan(1);
      }
    }
    const { lookCount, dims, net } = lookIndexSchema.parse(await job.json('lookIndex'));
    expect(net).toBe('face-descriptor');
    expect(lookCount).toBeGreaterThanOrEqual(tracks.length);
    expect(await job.float32('looks')).toHaveLength(lookCount * (3 + dims));
  });

  it('without speech is not looked at, without a word about it', async () => {
    const job = await run(sample, { range, params: { 'speech.onset': 1 } });
    const { rows, index } = await lipsOf(job);
    expect(rows.length).toBeGreaterThan(0);
    expect(index.measuredRows).toBe(0);
    expect(rows.every((row) => row.every(Number.isNaN))).toBe(true);
    expect(lookIndexSchema.parse(await job.json('lookIndex')).lookCount).toBe(0);
    expect(job.result.warnings).toEqual(['No speech was found in this recording.']);
  });

  it('has a lip box also for faces that no mesh is found for: half out, tiny, or none at all', async () => {
    const faces = [
      // Left half beyond the picture; beyond it altogether; a pixel; the sky.
      [-0.1, 0.3, 0.1, 0.6],
      [1.2, 0.3, 1.4, 0.6],
      [0.5, 0.5, 0.5005, 0.5005],
      [0.4, 0.0, 0.45, 0.05],
    ];
    const job = await run(sample, {
      range: { startSec: 29, endSec: 30 },
      stages: { 'face-tracks': drawn(faces, 725) },
    });
    const { rows, index } = await lipsOf(job);
    expect(index.measuredRows).toBe(faces.length * 20);
    for (const row of rows) {
      expect([...row.subarray(LIP.centreX, LIP.meshProbability + 1)].every(Number.isFinite)).toBe(true);
      const isSure = row[LIP.meshProbability]! >= index.minMeshProbability;
      expect(Number.isNaN(row[LIP.aperture]!)).toBe(!isSure);
    }
    // Below the middle of the box of the second one.
    expect(rows[20]![LIP.centreX]).toBeCloseTo(1.3, 5);
    expect(rows[20]![LIP.centreY]).toBeGreaterThan(0.45);
    expect(index.fallbackRows).toBeGreaterThanOrEqual(40);
  });

  it('cannot be looked at with a net that is not there, and says so', async () => {
    const work = run(sample, { range, params: { 'face-views.identityNet': 'mobilefacenet' } });
    await expect(work).rejects.toMatchObject({ data: { code: 'not-found', fix: expect.any(String) as string } });
  });
});

/** Tracks of 20 frames at given boxes. */
function drawn(boxes: readonly (readonly number[])[], firstFrame: number): Stage {
  return {
    id: 'face-tracks',
    version: `drawn ${JSON.stringify(boxes)}`,
    label: 'Drawn tracks',
    params: z.object({}),
    models: [],
    artifacts: { faceTracks: tracksFile, faceTrackIndex: trackIndexFile },
    async run(context) {
      const rows = boxes.flatMap(([x1 = 0, y1 = 0, x2 = 0, y2 = 0]) =>
        Array.from({ length: 20 }, () => [x1, y1, x2, y2, 1, ...Array<number>(10).fill(x1)]),
      );
      await context.writeArray(tracksFile, Float32Array.from(rows.flat()));
      await context.writeJson(trackIndexFile, {
        frameRateHz: 25,
        tracks: boxes.map((_, id) => ({
          ...{ id, shot: 0, firstFrame, frameCount: 20, firstRow: 20 * id, foundFrames: 1, meanScore: 1, person: null },
        })),
      });
    },
  };
}

describe('pictures of lips', () => {
  it('are kept when asked for, one for each face that is looked at, the mouth in their middle', async () => {
    const range = { startSec: 29, endSec: 30 };
    const job = await run(sample, { range, params: { 'face-views.lipCrops': true } });
    const { index } = await lipsOf(job);
    const npy = await job.bytes('lipCrops');
    expect(npy.subarray(0, 8)).toEqual(Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0]));
    const head = npy.subarray(10, 10 + npy.readUInt16LE(8)).toString('latin1');
    expect(head).toContain(`'descr': '|u1', 'fortran_order': False, 'shape': (${index.measuredRows}, 96, 96)`);
    expect((10 + head.length) % 64).toBe(0);
    expect(npy).toHaveLength(10 + head.length + index.measuredRows * 96 * 96);
    const list = (await job.bytes('lipCropList')).toString('utf8').trim().split('\n');
    expect(list[0]).toBe('track,frame');
    expect(list.slice(1, 3)).toEqual(['0,725', '1,725']);
    expect(list).toHaveLength(1 + index.measuredRows);
    const plain = await run(sample, { range });
    expect(plain.result.artifacts.some(({ name }) => name === 'lipCrops')).toBe(false);
    expect(await plain.float32('lips')).toEqual(await job.float32('lips'));
  });
});

describe('a picture without faces', () => {
  it('gives empty files', async () => {
    const job = await run(await makeMedia('picture.mp4'));
    const { index } = await lipsOf(job);
    expect(index).toMatchObject({ rowCount: 0, measuredRows: 0, fallbackRows: 0 });
  });
});

describe('a part of a picture', () => {
  const media = ['picture.mp4', 'flash-click.mpg', 'flash-click.ts', 'flash-click.webm', 'mpeg4.avi'] as const;
  it.each(media)('of %s has the frames that the whole has', async (name) => {
    const file = await makeMedia(name);
    const tools = await findTools();
    const probe = await probeMedia(tools, file);
    const frames = async (range: { startSec: number; endSec: number } | null): Promise<Map<number, Buffer>> => {
      const stream = new FrameStream(
        tools,
        { path: file, probe, choice: { range } },
        { maxWidthPx: 320, maxHeightPx: 240 },
      );
      const found = new Map<number, Buffer>();
      for await (const { index, data } of stream) found.set(index, Buffer.from(data));
      return found;
    };
    const whole = await frames(null);
    const part = await frames({ startSec: 40.5 / 25, endSec: 52.5 / 25 });
    expect([...part.keys()]).toEqual(Array.from({ length: 13 }, (_, at) => 40 + at));
    for (const [index, data] of part) expect(data.equals(whole.get(index)!), `frame ${index}`).toBe(true);
  });
});
