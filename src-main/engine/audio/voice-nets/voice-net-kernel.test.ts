import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/api/errors.ts';
import { writeOnnx } from '#models/convert/onnx-writer.ts';
import { modelEntrySchema } from '#models/registry.ts';
import { itShared, sharedPath } from '../../../testing/shared-data.ts';
import registry from '../../../../models/registry.json' with { type: 'json' };
import { KaldiFbank, subtractMean } from '../front-ends/kaldi-fbank.ts';
import { LibrosaMfcc } from '../front-ends/librosa-mfcc.ts';
import { SpeechBrainFbank } from '../front-ends/speechbrain-fbank.ts';
import { TorchaudioMel } from '../front-ends/torchaudio-mel.ts';
import { localKernelContext } from '../testing/local-kernels.ts';
import { voiceLikePcm, writePcm } from '../testing/synthetic-pcm.ts';
import { voiceNetWindows } from './voice-net-kernel.ts';
import { namedFrontEnds, voiceNets, type FrontEndName } from './voice-net.ts';

interface StandIn {
  bytes: Uint8Array;
  /** width × size */
  matrix: Float32Array;
}

/** A net of the shape a front end feeds: the largest value of each of `width` bands over time, then a fixed matrix. */
function standIn(dims: readonly (number | string)[], timeAxis: number, width: number, size: number): StandIn {
  const matrix = Float32Array.from({ length: width * size }, (_, k) => Math.sin(k * 0.7) / 9);
  const bytes = writeOnnx({
    name: 'stand-in',
    inputs: [{ name: 'x', dims: ['B', ...dims] }],
    outputs: [{ name: 'embedding', dims: ['B', size] }],
    nodes: [
      { op: 'ReduceMax', inputs: ['x'], outputs: ['top'], attributes: { axes: [timeAxis], keepdims: 0 } },
      { op: 'MatMul', inputs: ['top', 'w'], outputs: ['embedding'] },
    ],
    constants: [{ name: 'w', dims: [width, size], data: matrix }],
  });
  return { bytes, matrix };
}

const shapedLikeCampplus = (size: number): StandIn => standIn(['T', 80], 1, 80, size);

function unit(values: readonly number[]): number[] {
  const norm = Math.hypot(...values);
  return values.map((value) => value / norm);
}

/** What the stand-in makes of frames × width. */
function heard(frames: Float32Array, width: number, matrix: Float32Array): number[] {
  const size = matrix.length / width;
  const top = Array.from({ length: width }, (_, j) => Math.max(...frames.filter((_value, at) => at % width === j)));
  return unit(
    Array.from({ length: size }, (_, d) => top.reduce((sum, value, j) => sum + value * matrix[j * size + d]!, 0)),
  );
}

const samples = voiceLikePcm(6);
const soundOf = (start: number, end: number, length: number): Float32Array =>
  Float32Array.from({ length }, (_, n) => samples[start + (n % (end - start))]! / 32_768);

async function embed(
  frontEnd: FrontEndName,
  bytes: Uint8Array,
  ranges: Int32Array,
  size: number | null,
): Promise<Float32Array> {
  const { dir, pcmPath } = await writePcm(samples);
  try {
    const modelPath = path.join(dir, 'net.onnx');
    await writeFile(modelPath, bytes);
    const input = { modelPath, pcmPath, frontEnd: namedFrontEnds[frontEnd], ranges, size };
    return (await voiceNetWindows(localKernelContext(), input)).output;
  } finally {
    await rm(dir, { recursive: true });
  }
}

describe('voiceNetWindows', () => {
  const ranges = Int32Array.of(0, 24_000, 12_000, 36_000, 24_000, 48_000, 36_000, 60_000, 80_000, 88_000);

  it('gives CAM++ the mean-free fbank of each window, short ones repeated, and scales its answer to length 1', async () => {
    const { bytes, matrix } = shapedLikeCampplus(192);
    const output = await embed('kaldi-fbank-80', bytes, ranges, 192);
    expect(output).toHaveLength(5 * 192);
    const fbank = new KaldiFbank({ bands: 80, window: 'povey', scale: 1 });
    for (let k = 0; k < 5; k++) {
      const sound = soundOf(ranges[2 * k]!, ranges[2 * k + 1]!, 24_000);
      heard(subtractMean(fbank.compute(sound), 80), 80, matrix).forEach((value, d) =>
        expect(output[k * 192 + d]).toBeCloseTo(value, 4),
      );
    }
  });

  it('feeds each net what it was trained on', async () => {
    const sound = soundOf(0, 24_000, 24_000);
    const wide = Int32Array.of(0, 24_000);
    const near = (output: Float32Array, wanted: readonly number[]): void => {
      expect(output).toHaveLength(wanted.length);
      wanted.forEach((value, d) => expect(output[d]).toBeCloseTo(value, 4));
    };
    const wespeaker = standIn(['T', 80], 1, 80, 256);
    const loud = new KaldiFbank({ bands: 80, window: 'hamming', scale: 32_768 }).compute(sound);
    near(
      await embed('kaldi-fbank-80-hamming-int16', wespeaker.bytes, wide, 256),
      heard(subtractMean(loud, 80), 80, wespeaker.matrix),
    );
    const ecapa = shapedLikeCampplus(192);
    const decibels = subtractMean(new SpeechBrainFbank(80).compute(sound), 80);
    near(await embed('speechbrain-fbank-80', ecapa.bytes, wide, 192), heard(decibels, 80, ecapa.matrix));
    const resnet = standIn([64, 'T'], 2, 64, 512);
    const mel = new TorchaudioMel(64).compute(sound);
    const frames = mel.length / 64;
    const timeMajor = Float32Array.from(mel, (_, at) => mel[(at % 64) * frames + Math.floor(at / 64)]!);
    near(await embed('torchaudio-mel-64', resnet.bytes, wide, 512), heard(timeMajor, 64, resnet.matrix));
  });

  it('takes the samples themselves to a net that wants them', async () => {
    const size = 24_000;
    const bytes = writeOnnx({
      name: 'last samples',
      inputs: [{ name: 'waveform', dims: ['B', size] }],
      outputs: [{ name: 'embedding', dims: ['B', size] }],
      nodes: [{ op: 'Relu', inputs: ['waveform'], outputs: ['embedding'] }],
      constants: [],
    });
    const output = await embed('waveform', bytes, Int32Array.of(0, size), null);
    const wanted = unit([...soundOf(0, size, size)].map((value) => Math.max(0, value)));
    expect(output).toHaveLength(size);
    for (let n = 0; n < size; n += 97) expect(output[n]).toBeCloseTo(wanted[n]!, 5);
  });

  it('averages what a net of short windows hears in a long one', async () => {
    const { bytes, matrix } = standIn(['T', 40], 1, 40, 128);
    const length = 80_000;
    const output = await embed('librosa-mfcc-40', bytes, Int32Array.of(0, length), 128);
    const frames = new LibrosaMfcc(40).compute(soundOf(0, length, length));
    const parts = [0, 50].map((first) => heard(frames.slice(first * 40, (first + 100) * 40), 40, matrix));
    const wanted = unit(parts[0]!.map((value, d) => value + parts[1]![d]!));
    expect(frames.length / 40).toBe(157);
    wanted.forEach((value, d) => expect(output[d]).toBeCloseTo(value, 4));
  });

  it('takes the size of a net that was added by hand', async () => {
    expect(await embed('kaldi-fbank-80', shapedLikeCampplus(17).bytes, ranges, null)).toHaveLength(5 * 17);
  });

  it('refuses a net of another size, and one that does not take its front end', async () => {
    const second = Int32Array.of(0, 16_000);
    await expect(embed('kaldi-fbank-80', shapedLikeCampplus(512).bytes, second, 192)).rejects.toThrow(AppError);
    await expect(embed('torchaudio-mel-64', shapedLikeCampplus(192).bytes, second, 192)).rejects.toMatchObject({
      data: { code: 'bad-input', message: 'The voice net does not take an input of B × 64 × 101.' },
    });
  });

  itShared('runs the BiLSTM as its contract says', async () => {
    const modelPath = sharedPath('models/spk_embed/bilstm_librispeech/spk_bilstm_mean_all_specaug.onnx');
    const { dir, pcmPath } = await writePcm(samples);
    const ranges = Int32Array.of(0, 24_000, 30_000, 54_000);
    const { output } = await voiceNetWindows(localKernelContext(), {
      modelPath,
      pcmPath,
      frontEnd: namedFrontEnds['librosa-mfcc-40'],
      ranges,
      size: 128,
    });
    const session = await InferenceSession.create(modelPath);
    for (const k of [0, 1]) {
      const frames = new LibrosaMfcc(40).compute(soundOf(ranges[2 * k]!, ranges[2 * k + 1]!, 24_000));
      const run = await session.run({ mfcc: new Tensor('float32', frames, [1, frames.length / 40, 40]) });
      unit([...(run['embedding']!.data as Float32Array)]).forEach((value, d) =>
        expect(output[k * 128 + d]).toBeCloseTo(value, 4),
      );
    }
    await rm(dir, { recursive: true });
  });
});

describe('the nets Diarist can feed', () => {
  it.each(voiceNets.map((net) => [net.modelId, net] as const))('%s: as the list of models has it', (id, net) => {
    const entry = modelEntrySchema.parse(registry.models.find((model) => model.id === id));
    const feed = net.frontEnd;
    const input =
      feed.kind === 'waveform'
        ? 'f32[B,N]'
        : feed.kind === 'torchaudio-mel'
          ? `f32[B,${feed.bands},T]`
          : `f32[B,T,${feed.kind === 'librosa-mfcc' ? feed.coefficients : feed.bands}]`;
    expect(entry.signature).toEqual({ inputs: [input], outputs: [`f32[B,${net.size}]`] });
  });
});
