/**
 *   npm run bench -- cohort [--net DIR] [--out FILE]
 *
 * Makes the strangers that names are weighed against (docs/adr/0046): voices of LibriSpeech train-clean readers, clean, by
 * telephone, in a room and from afar, as the embedding in DIR (`trunk.onnx`, `head.onnx`; default models/diarist-voice)
 * hears them. To be made anew when the embedding changes. Default for FILE: `cohort.json` in DIR.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { localKernelContext, modelsDir } from '#engine/audio/testing/local-kernels.ts';
import { melFrameCount } from '#engine/audio/log-mel.ts';
import { levelGainOf } from '#engine/audio/voice-level.ts';
import { TRUNK_RATE_HZ, TRUNK_SIZE, voiceTrunk } from '#engine/audio/voice-trunk-kernel.ts';
import { VOICE_SIZE, voiceWindows } from '#engine/audio/voice-windows-kernel.ts';
import { serialiseCohort } from '#jobs/voices/cohort.ts';
import { convolve } from './compose/convolve.ts';
import { seededRandom } from './compose/random.ts';
import type { Random } from './compose/random.ts';
import { lineFilter, noiseDecibels, noiseOf, roomResponse } from './compose/rooms.ts';
import type { SoundScape } from './compose/rooms.ts';
import { readReaders, rootMeanSquare } from './compose/voices.ts';
import { TEST_SPEAKERS } from './conversations.ts';

const readersDir = path.resolve(
  import.meta.dirname,
  '../../shared/data/speech/librispeech_resemblyzer/librispeech_train-clean-100',
);
const READERS = 76;
const CLIP_SEC = 6;
const RATE = 16_000;
const WINDOW_SEC = 3;
const HOP_SEC = 1.5;
const scapes: readonly SoundScape[] = ['clean', 'telephone', 'room', 'far'];
const none = { noises: [], responses: [] };

export async function run(args: string[]): Promise<number> {
  const options = new Map<string, string>();
  for (let i = 0; i + 1 < args.length; i += 2) options.set(args[i]!, args[i + 1]!);
  const net = path.resolve(options.get('--net') ?? path.join(modelsDir, 'diarist-voice'));
  const files = [path.join(net, 'trunk.onnx'), path.join(net, 'head.onnx')] as const;
  const hashes = await Promise.all(
    files.map(async (file) =>
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    ),
  );
  const random = seededRandom(46);
  const readers = random.shuffled(await readReaders(readersDir, TEST_SPEAKERS)).slice(0, READERS);
  const folder = await mkdtemp(path.join(tmpdir(), 'diarist-cohort-'));
  const vectors: number[][] = [];
  try {
    for (const { phrases } of readers) {
      const clip = new Float32Array(CLIP_SEC * RATE);
      let at = 0;
      for (const phrase of phrases) {
        clip.set(phrase.subarray(0, clip.length - at), at);
        at = Math.min(clip.length, at + phrase.length);
      }
      const speech = clip.subarray(0, at);
      for (const scape of scapes) vectors.push(await voiceOf(sentBy(speech, scape, random), files, folder));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const out = path.resolve(options.get('--out') ?? path.join(net, 'cohort.json'));
  await writeFile(out, serialiseCohort({ model: hashes.join(' '), vectors }));
  console.log(`${vectors.length} voices in ${out}`);
  return 0;
}

/** Speech as a line or a room delivers it. */
function sentBy(speech: Float32Array, scape: SoundScape, random: Random): Float32Array {
  const isRoom = scape === 'room' || scape === 'far';
  const inRoom = isRoom
    ? convolve(speech, roomResponse(random, none, scape === 'far')).slice(0, speech.length)
    : speech;
  const filter = lineFilter(random, scape);
  const sent = filter
    ? convolve(inRoom, filter).subarray(filter.length / 2, filter.length / 2 + speech.length)
    : inRoom;
  const noise = noiseOf(random, none, speech.length);
  const level = rootMeanSquare(sent) * 10 ** (-noiseDecibels(random, scape) / 20);
  return sent.map((value, i) => value + level * noise[i]!);
}

const kernelContext = localKernelContext();

/** Mean direction of windows of three seconds, as enrolment takes it. */
async function voiceOf(
  samples: Float32Array,
  [trunkPath, headPath]: readonly [string, string],
  folder: string,
): Promise<number[]> {
  const pcmPath = path.join(folder, 'sound.s16');
  const framesPath = path.join(folder, 'frames.f32');
  const pcm = Int16Array.from(samples, (value) => Math.max(-32_768, Math.min(32_767, Math.round(value * 32_767))));
  await writeFile(pcmPath, new Uint8Array(pcm.buffer));
  const { output: frames } = await voiceTrunk(kernelContext, {
    modelPath: trunkPath,
    pcmPath,
    gain: levelGainOf(samples),
    firstMel: 0,
    endMel: melFrameCount(samples.length),
  });
  await writeFile(framesPath, new Uint8Array(frames.buffer, frames.byteOffset, frames.byteLength));
  const count = frames.length / TRUNK_SIZE;
  const ranges: number[] = [];
  for (let first = 0; first < count; first += Math.round(HOP_SEC * TRUNK_RATE_HZ)) {
    ranges.push(first, Math.min(count, first + WINDOW_SEC * TRUNK_RATE_HZ));
    if (first + WINDOW_SEC * TRUNK_RATE_HZ >= count) break;
  }
  const { output } = await voiceWindows(kernelContext, {
    modelPath: headPath,
    framesPath,
    ranges: Int32Array.from(ranges),
  });
  const sum = new Float64Array(VOICE_SIZE);
  output.forEach((value, i) => (sum[i % VOICE_SIZE]! += value));
  const norm = Math.hypot(...sum) || 1;
  return Array.from(sum, (value) => value / norm);
}
