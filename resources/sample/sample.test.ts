import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg';
import * as tf from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseRttm } from '#shared/formats/rttm.ts';
import { itShared, sharedPath } from '../../src-main/testing/shared-data.ts';
import { shots } from './make/script.ts';

const file = (name: string): string => path.join(import.meta.dirname, name);
const scenes = z.object({ cutSec: z.number() }).parse(JSON.parse(readFileSync(file('sample.scenes.json'), 'utf8')));
const { turns } = parseRttm(readFileSync(file('sample.rttm'), 'utf8'));

/** Every `everySec` a picture of the sample, RGB24. */
function frames(everySec: number, widthPx: number, heightPx: number): Uint8Array[] {
  const raw = execFileSync(
    ffmpegInstaller.path,
    ['-v', 'error', '-i', file('sample.mp4'), '-vf', `fps=1/${everySec},scale=${widthPx}:${heightPx}`, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'],
    { maxBuffer: 2 ** 31 - 1 },
  );
  const size = widthPx * heightPx * 3;
  return Array.from({ length: Math.floor(raw.length / size) }, (_, i) => raw.subarray(i * size, (i + 1) * size));
}

/** Share of the drawn faces that a detector found at their place; boxes are centre x, y and width in pixels of 1280×720. */
async function shareFound(pictures: Uint8Array[], everySec: number, detect: (rgb: Uint8Array) => Promise<{ x: number; y: number; score: number }[]>): Promise<number> {
  let found = 0;
  let drawn = 0;
  for (const [index, picture] of pictures.entries()) {
    const timeSec = (index + 0.5) * everySec;
    if (Math.abs(timeSec - scenes.cutSec) < everySec) continue;
    const faces = await detect(picture);
    for (const person of shots[timeSec < scenes.cutSec ? 0 : 1]!) {
      drawn++;
      if (faces.some((face) => face.score >= 0.5 && Math.hypot(face.x - person.centreX, face.y - person.centreY) < person.heightPx / 3)) found++;
    }
  }
  return found / drawn;
}

describe('the bundled sample', () => {
  it('has four voices, overlapped speech and a narrator who is never in the picture', () => {
    const speakers = new Set(turns.map((turn) => turn.speaker));
    expect(speakers.size).toBe(4);
    expect(turns.some((a) => turns.some((b) => a.speaker !== b.speaker && a.startSec < b.startSec && b.startSec < a.endSec))).toBe(true);
    const seen = new Set<string>(shots.flat().map((person) => person.role));
    expect([...speakers].filter((speaker) => !seen.has(speaker))).toEqual(['narrator']);
  });

  it('has faces that the embedded face detector (BlazeFace) finds in at least 90 % of their frames', async () => {
    const everySec = 2.5;
    const detect = await loadBlazeFace();
    expect(await shareFound(frames(everySec, 256, 256), everySec, detect)).toBeGreaterThanOrEqual(0.9);
  });

  itShared('has faces that YuNet finds in at least 90 % of their frames', async () => {
    const everySec = 0.4;
    const detect = await loadYuNet();
    expect(await shareFound(frames(everySec, 640, 384), everySec, detect)).toBeGreaterThanOrEqual(0.9);
  });
});

/** BlazeFace (256 px) of @vladmandic/human, run by tfjs: anchors of two grids, score = sigmoid of the first channel. */
async function loadBlazeFace(): Promise<(rgb: Uint8Array) => Promise<{ x: number; y: number; score: number }[]>> {
  const folder = path.resolve(import.meta.dirname, '../../node_modules/@vladmandic/human/models');
  const graph = JSON.parse(readFileSync(path.join(folder, 'blazeface.json'), 'utf8')) as {
    modelTopology: object;
    weightsManifest: [{ weights: tf.io.WeightsManifestEntry[] }];
  };
  const weights = readFileSync(path.join(folder, 'blazeface.bin'));
  await tf.setBackend('cpu');
  const model = await tf.loadGraphModel(
    tf.io.fromMemory({
      modelTopology: graph.modelTopology,
      weightSpecs: graph.weightsManifest[0].weights,
      weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength),
    }),
  );
  const anchors = [
    [16, 2],
    [32, 6],
  ].flatMap(([stride, perCell]) => {
    const cells = 256 / stride!;
    return Array.from({ length: cells * cells * perCell! }, (_, i) => {
      const cell = Math.floor(i / perCell!);
      return { x: stride! * ((cell % cells) + 0.5), y: stride! * (Math.floor(cell / cells) + 0.5) };
    });
  });
  return async (rgb) => {
    const rows = tf.tidy(() => {
      const input = tf.tensor4d(Float32Array.from(rgb, (value) => value / 127.5 - 1), [1, 256, 256, 3]);
      const parts = (model.execute(input) as tf.Tensor[]).sort((a, b) => a.size - b.size);
      const coarse = tf.concat([parts[0]!, parts[2]!], 2);
      const fine = tf.concat([parts[1]!, parts[3]!], 2);
      return tf.squeeze(tf.concat([fine, coarse], 1), [0]).arraySync() as number[][];
    });
    return rows.map((row, i) => ({
      score: 1 / (1 + Math.exp(-row[0]!)),
      x: ((row[1]! + anchors[i]!.x) * 1280) / 256,
      y: ((row[2]! + anchors[i]!.y) * 720) / 256,
    }));
  };
}

/** YuNet: BGR 0–255, strides 8, 16, 32, score = √(class · object). */
async function loadYuNet(): Promise<(rgb: Uint8Array) => Promise<{ x: number; y: number; score: number }[]>> {
  const session = await InferenceSession.create(sharedPath('models/face_det/yunet/yunet_n_dynamic.onnx'), { intraOpNumThreads: 1 });
  const [width, height] = [640, 384];
  return async (rgb) => {
    const planes = new Float32Array(3 * width * height);
    for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) planes[(2 - c) * width * height + i] = rgb[3 * i + c]!;
    const output = await session.run({ [session.inputNames[0]!]: new Tensor('float32', planes, [1, 3, height, width]) });
    return [8, 16, 32].flatMap((stride) => {
      const read = (name: string): Float32Array => output[`${name}_${stride}`]!.data as Float32Array;
      const [cls, obj, bbox] = [read('cls'), read('obj'), read('bbox')];
      const columns = width / stride;
      return Array.from(cls, (value, i) => ({
        score: Math.sqrt(Math.min(1, Math.max(0, value)) * Math.min(1, Math.max(0, obj[i]!))),
        x: (((i % columns) + bbox[4 * i]!) * stride * 1280) / width,
        y: ((Math.floor(i / columns) + bbox[4 * i + 1]!) * stride * 720) / height,
      }));
    });
  };
}
