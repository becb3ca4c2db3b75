import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeOnnx } from '#models/convert/onnx-writer.ts';
import { addModel } from '#models/own-models.ts';
import { listModels } from '#models/registry.ts';
import { modelsDir } from '../../audio/testing/local-kernels.ts';
import { WorkerPool } from '../../worker-pool.ts';
import { trackIndexSchema } from '../tracking/track-file.ts';
import { runViews, type ViewJob } from '../views/testing/view-job.ts';
import { mssgIndexSchema } from './mssg-consumer.ts';
import {
  graphPieces,
  MSSG_GRAPH_ID,
  mssgGraph,
  mssgStreams,
  NODE_DIMS,
  STREAM_DIMS,
  streamCrop,
} from './mssg-graph.ts';
import { talkingIndexSchema } from './talking-file.ts';
import { talkingStage } from './talking-stage.ts';

describe('the graph of MSSG', () => {
  it('links each face with itself and the others of its frame, and knows place and company', () => {
    const ones = new Float32Array(STREAM_DIMS).fill(1);
    const streams = mssgStreams.map((_, at) => (at === 2 ? ones : null));
    const node = (frame: number, x1: number) => ({ frame, box: { x1, y1: 0.2, x2: x1 + 0.1, y2: 0.5 }, streams });
    const { nodes, edges } = mssgGraph([node(7, 0.1), node(7, 0.4), node(8, 0.1)], 1000);
    const half = edges.length / 2;
    const pairs = Array.from({ length: half }, (_, at) => `${edges[at]}>${edges[half + at]}`);
    expect(pairs.toSorted()).toEqual(['0>0', '0>1', '1>0', '1>1', '2>2']);
    expect(nodes).toHaveLength(3 * NODE_DIMS);
    expect(NODE_DIMS).toBe(902);
    const second = nodes.subarray(NODE_DIMS, 2 * NODE_DIMS);
    expect(second.subarray(0, 2 * STREAM_DIMS).every((value) => value === 0)).toBe(true);
    expect(second.subarray(2 * STREAM_DIMS, 3 * STREAM_DIMS)).toEqual(ones);
    [100, 0.45, 0.35, 0.1, 0.3, 2].forEach((value, at) => expect(second[NODE_DIMS - 6 + at]).toBeCloseTo(value, 4));
    expect(nodes.at(-1)).toBe(1);
  });

  it('comes in pieces that part no frame', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 }),
        fc.integer({ min: 1, max: 8 }),
        (counts, most) => {
          const frames = counts.flatMap((count, frame) => Array<number>(count).fill(frame));
          const pieces = graphPieces(frames, most);
          expect(pieces.flatMap(({ from, to }) => frames.slice(from, to))).toEqual(frames);
          for (const { from, to } of pieces) {
            if (from > 0) expect(frames[from]).not.toBe(frames[from - 1]);
            if (to - from > most) expect(new Set(frames.slice(from, to)).size).toBe(1);
          }
        },
      ),
    );
  });

  it('sees regions as far as they lie in the picture', () => {
    const body = mssgStreams[1]!;
    const crop = streamCrop(body, { x1: 10, y1: 300, x2: 50, y2: 360 }, 640, 480);
    // 10 − 30 … 50 + 30, 300 … 360 + 180, cut to the picture.
    expect(crop).toEqual({ centreX: 40, centreY: 390, width: 80, height: 180, angleRad: 0 });
    const beyond = streamCrop(body, { x1: 700, y1: 500, x2: 720, y2: 520 }, 640, 480);
    expect([beyond.width, beyond.height].every((side) => side >= 1)).toBe(true);
  });
});

describe('nets in the slots', () => {
  const sample = path.resolve(import.meta.dirname, '../../../../resources/sample/sample.mp4');
  const range = { startSec: 28, endSec: 32 };
  let folder = '';
  let pool: WorkerPool;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'diarist-mssg-'));
    pool = new WorkerPool({ workers: 2, intraOpThreads: 1, provider: 'cpu' });
  });
  afterAll(async () => {
    await pool.close();
    await rm(folder, { recursive: true, force: true });
  });

  const add = async (id: string, bytes: Uint8Array, dir: string): Promise<void> => {
    const file = path.join(folder, 'net.onnx');
    await writeFile(file, bytes);
    const slot = (await listModels([modelsDir])).find((model) => model.id === id)!;
    await addModel(file, slot, path.join(folder, dir));
  };
  const run = (dir: string): Promise<ViewJob> =>
    runViews(sample, {
      ...{ pool, range, cacheDir: path.join(folder, 'cache'), modelDirs: [path.join(folder, dir)] },
      more: [
        {
          id: 'talking',
          stage: talkingStage,
          inputs: ['pcm', 'vad', 'speech', 'face-tracks', 'face-views'],
          costPerHour: 1,
        },
      ],
    });

  it('score each face by what the encoder saw and by its place, and join the evidence', async () => {
    await add(MSSG_GRAPH_ID, graphNet(), 'both');
    await add('mssg-encoder-face', encoder(), 'both');
    const job = await run('both');
    const { used, encoders } = mssgIndexSchema.parse(await job.json('face-views/mssg-graph.json'));
    expect({ used, encoders }).toEqual({ used: true, encoders: ['mssg-encoder-face'] });
    expect(talkingIndexSchema.parse(await job.json('talkingIndex'))).toMatchObject({
      method: 'lips+net',
      net: 'mssg-graph',
    });
    const scores = await job.float32('face-views/mssg-graph.f32');
    const boxes = await job.float32('faceTracks');
    const { tracks } = trackIndexSchema.parse(await job.json('faceTrackIndex'));
    expect(scores.length).toBe(boxes.length / 15);
    let looked = 0;
    for (const { firstRow, frameCount } of tracks) {
      for (let row = firstRow; row < firstRow + frameCount; row++) {
        if (Number.isNaN(scores[row]!)) continue;
        looked++;
        const [x1 = 0, , x2 = 0] = boxes.subarray(15 * row);
        // The net: grey of the crop (0–1), 10 times the place across, 100 times the faces in the frame.
        const grey = scores[row]! - 10 * ((x1 + x2) / 2) - 100 * 2;
        expect(grey).toBeGreaterThan(0.05);
        expect(grey).toBeLessThan(0.95);
      }
    }
    expect(looked).toBeGreaterThan(100);
  });

  it('do nothing without an encoder, and say so; do nothing at all when not there', async () => {
    await add(MSSG_GRAPH_ID, graphNet(), 'graph');
    const job = await run('graph');
    expect(job.result.warnings.join()).toMatch(/without any of its encoders/);
    expect(talkingIndexSchema.parse(await job.json('talkingIndex'))).toMatchObject({ method: 'lips', net: null });
    const plain = await run('none');
    expect(plain.result.warnings).toEqual([]);
    expect(await plain.float32('talking')).toEqual(await job.float32('talking'));
  });

  it('of another shape are refused', async () => {
    await expect(add(MSSG_GRAPH_ID, encoder(), 'wrong')).rejects.toMatchObject({ data: { code: 'bad-input' } });
  });
});

/** 128 times the mean grey of each crop, 0–1. */
function encoder(): Uint8Array {
  return writeOnnx({
    name: 'encoder',
    inputs: [
      { name: 'audio', dims: ['B', 'A', 13] },
      { name: 'video', dims: ['B', 'T', 112, 112] },
    ],
    outputs: [{ name: 'embedding', dims: ['B', 'T', STREAM_DIMS] }],
    nodes: [
      { op: 'ReduceMean', inputs: ['video'], outputs: ['rows'], attributes: { axes: [3], keepdims: 0 } },
      { op: 'ReduceMean', inputs: ['rows'], outputs: ['mean'], attributes: { axes: [2], keepdims: 1 } },
      { op: 'Mul', inputs: ['mean', 'scale'], outputs: ['embedding'] },
    ],
    constants: [{ name: 'scale', dims: [1, 1, STREAM_DIMS], data: new Float32Array(STREAM_DIMS).fill(1 / 255) }],
  });
}

/** Speaking: mean of the first stream + 10 centre across + 100 faces in the frame; silent: 0. The edges count for nothing. */
function graphNet(): Uint8Array {
  const weights = new Float32Array(2 * NODE_DIMS);
  for (let value = 0; value < STREAM_DIMS; value++) weights[2 * value + 1] = 1 / STREAM_DIMS;
  weights[2 * (NODE_DIMS - 5) + 1] = 10;
  weights[2 * (NODE_DIMS - 1) + 1] = 100;
  return writeOnnx({
    name: 'graph',
    inputs: [
      { name: 'nodes', dims: ['N', NODE_DIMS] },
      { name: 'edges', type: 'int64', dims: [2, 'E'] },
    ],
    outputs: [{ name: 'logits', dims: ['N', 2] }],
    nodes: [{ op: 'MatMul', inputs: ['nodes', 'weights'], outputs: ['logits'] }],
    constants: [{ name: 'weights', dims: [NODE_DIMS, 2], data: weights }],
  });
}
