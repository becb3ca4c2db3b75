/**
 *   node models/training/teacher.ts <folder of prepare.py> <spk_bilstm_mean_all_specaug.onnx>
 *
 * What the published BiLSTM speaker encoder (https://github.com/wq2012/SpeakerRecognitionFromScratch, Apache-2.0) hears in
 * every training voice: teacher.f32, clips × 128, unit length, in the order of teacher.json.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { LibrosaMfcc } from '#engine/audio/front-ends/librosa-mfcc.ts';

const FRAMES = 100;
const STEP = 50;
const COEFFICIENTS = 40;
const SIZE = 128;

const [folder, modelPath] = process.argv.slice(2);
if (folder === undefined || modelPath === undefined) throw new Error('Usage: teacher.ts <folder> <model.onnx>');
const { clips } = JSON.parse(readFileSync(path.join(folder, 'teacher.json'), 'utf8')) as {
  clips: [number, number, number, number][];
};
const bytes = readFileSync(path.join(folder, 'teacher.s16'));
const pcm = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1);
const mfcc = new LibrosaMfcc(COEFFICIENTS);
const session = await InferenceSession.create(modelPath, { intraOpNumThreads: 1 });
const out = new Float32Array(clips.length * SIZE);
for (const [index, [, , first, count]] of clips.entries()) {
  const frames = mfcc.compute(Float32Array.from(pcm.subarray(first, first + count), (value) => value / 32768));
  const length = frames.length / COEFFICIENTS;
  const batch = Math.max(1, Math.floor((length - FRAMES) / STEP) + 1);
  const windowFrames = Math.min(FRAMES, length);
  const input = new Float32Array(batch * windowFrames * COEFFICIENTS);
  for (let k = 0; k < batch; k++) {
    const from = k * STEP * COEFFICIENTS;
    input.set(frames.subarray(from, from + windowFrames * COEFFICIENTS), k * windowFrames * COEFFICIENTS);
  }
  const { embedding } = await session.run({ mfcc: new Tensor('float32', input, [batch, windowFrames, COEFFICIENTS]) });
  const values = embedding!.data as Float32Array;
  const sum = out.subarray(index * SIZE, (index + 1) * SIZE);
  for (let k = 0; k < batch; k++) {
    const row = values.subarray(k * SIZE, (k + 1) * SIZE);
    const norm = Math.hypot(...row);
    row.forEach((value, d) => (sum[d]! += value / norm));
  }
  const norm = Math.hypot(...sum);
  sum.forEach((value, d) => (sum[d] = value / norm));
}
writeFileSync(path.join(folder, 'teacher.f32'), out);
console.log(`${clips.length} clips`);
