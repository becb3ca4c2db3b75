import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTextGrid } from '#shared/formats/textgrid.ts';
import {
  fileQualitySchema,
  measured,
  qualityMetrics,
  QualitySeconds,
  secondValues,
  spanQuality,
  type FileQuality,
} from '#shared/quality/quality.ts';
import { probeMedia } from '#media/probe.ts';
import { allPcm, wholeFile } from '#media/testing/flash-click.ts';
import { makeMedia, testTools } from '#media/testing/make-media.ts';
import { itShared, sharedPath } from '../../testing/shared-data.ts';
import { localKernelContext } from '../audio/testing/local-kernels.ts';
import { kernelLoaders } from '../kernels.ts';
import type { StageContext } from '../stage.ts';
import { dnsmos, dnsmosOpinion, dnsmosStarts } from './dnsmos-kernel.ts';
import { faceSeconds } from './face-seconds.ts';
import { blockiness, blur, brightness } from './picture-measures.ts';
import { qualityStage } from './quality-stage.ts';
import { contentFilters, soundContent } from './sound-content-kernel.ts';
import { soundLevels } from './sound-levels-kernel.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'diarist-quality-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Noise of a fixed seed, −1..1. */
function noiseMaker(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return (2 * state) / 2 ** 31 - 1;
  };
}

async function pcmOf(name: string, seconds: number, sample: (sec: number) => number): Promise<string> {
  const values = Int16Array.from({ length: seconds * 16_000 }, (_, i) =>
    Math.max(-32_768, Math.min(32_767, Math.round(sample(i / 16_000) * 32_768))),
  );
  const file = path.join(dir, name);
  await writeFile(file, new Uint8Array(values.buffer));
  return file;
}

/** Speech in every second second. */
const speechAt = (seconds: number) =>
  Float32Array.from({ length: Math.ceil((seconds * 16_000) / 512) }, (_, i) =>
    Math.floor((i * 512 + 256) / 16_000) % 2 === 1 ? 1 : 0,
  );

describe('levels of sound', () => {
  it.each([30, 15, 0])('find the %i dB that were mixed, as a whole and by segment', async (wantedDb) => {
    const noise = noiseMaker();
    const amplitude = 0.2;
    const level = Math.sqrt(amplitude ** 2 / 2 / 10 ** (wantedDb / 10)) * Math.sqrt(3);
    const pcmPath = await pcmOf(`snr-${wantedDb}`, 20, (sec) => {
      const spoken = Math.floor(sec) % 2 === 1 ? amplitude * Math.sin(2 * Math.PI * 220 * sec) : 0;
      return spoken + level * noise();
    });
    const { output } = await soundLevels(localKernelContext(), { pcmPath, speech: speechAt(20) });
    const seconds = new QualitySeconds(output);
    const file = emptyFile();
    expect(spanQuality(file, seconds, { startSec: 0, endSec: 20 }).snr).toBeCloseTo(wantedDb, -0.5);
    expect(Math.abs(spanQuality(file, seconds, { startSec: 5, endSec: 6 }).snr! - wantedDb)).toBeLessThan(1);
    expect(spanQuality(file, seconds, { startSec: 4, endSec: 5 }).snr).toBeNull();
  });

  it('count samples cut at full scale, and no lone peaks', async () => {
    const pcmPath = await pcmOf('clipped', 2, (sec) => (sec >= 1 ? Math.sign(Math.sin(2 * Math.PI * 100 * sec)) : 0.5));
    const peaks = await pcmOf('peaks', 1, (sec) => (Math.round(sec * 16_000) % 100 === 0 ? 1 : 0));
    const cut = new QualitySeconds((await soundLevels(localKernelContext(), { pcmPath, speech: speechAt(2) })).output);
    expect(cut.get(0, 'clipped')).toBe(0);
    expect(cut.get(1, 'clipped') / 16_000).toBeGreaterThan(0.97);
    const single = await soundLevels(localKernelContext(), { pcmPath: peaks, speech: speechAt(1) });
    expect(new QualitySeconds(single.output).sum('clipped')).toBe(0);
  });
});

function emptyFile(): FileQuality {
  const values = Object.fromEntries(qualityMetrics.map(({ id }) => [id, measured(0)])) as FileQuality['values'];
  return { startSec: 0, values, dnsmos: [] };
}

describe('where DNSMOS listens', () => {
  it('is sixty times an hour, where there is speech', () => {
    const hour = 3600 * 16_000;
    const speech = new Float32Array(Math.ceil(hour / 512));
    // Speech in the second half alone.
    speech.fill(1, speech.length / 2);
    const starts = dnsmosStarts(speech, 512, hour, 60);
    expect(starts).toHaveLength(60);
    expect(Math.min(...starts)).toBeGreaterThan(hour / 2 - 10 * 16_000);
    expect(dnsmosStarts(new Float32Array(10), 512, 5000, 60)).toEqual([0]);
    expect(dnsmosStarts(new Float32Array(0), 512, 0, 60)).toEqual([]);
  });

  it('turns answers into opinions as published', () => {
    expect(dnsmosOpinion('ovr', 3)).toBeCloseTo(2.783454, 5);
    expect(dnsmosOpinion('sig', 4)).toBeCloseTo(3.545038, 5);
    expect(dnsmosOpinion('bak', 4)).toBeCloseTo(3.933869, 5);
  });
});

describe('measures of a picture', () => {
  const side = 128;
  const picture = (luma: (x: number, y: number) => number) => ({
    widthPx: side,
    heightPx: side,
    data: Uint8Array.from({ length: side * side }, (_, i) => luma(i % side, Math.floor(i / side))),
  });
  const noise = noiseMaker(7);
  const grain = Array.from({ length: side * side }, () => 128 + 60 * noise());
  const grainAt = (x: number, y: number) => grain[Math.min(side - 1, y) * side + Math.min(side - 1, x)]!;
  const softened = (reach: number) =>
    picture((x, y) => {
      let sum = 0;
      for (let dy = 0; dy <= reach; dy++) for (let dx = 0; dx <= reach; dx++) sum += grainAt(x + dx, y + dy);
      return sum / (reach + 1) ** 2;
    });

  it('see blocks of eight where there are some', () => {
    expect(blockiness(picture(grainAt))).toBeCloseTo(1, 1);
    const blocks = picture((x, y) => grainAt(x - (x % 8), y - (y % 8)) + (grainAt(x, y) - 128) / 10);
    expect(blockiness(blocks)).toBeGreaterThan(3);
    expect(blockiness(picture(() => 90))).toBeNull();
  });

  it('rise with blur and say nothing of a picture without contrast', () => {
    const values = [0, 2, 6].map((reach) => blur(softened(reach))!);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(values[2]).toBeGreaterThan(2 * values[0]!);
    expect(blur(picture(() => 90))).toBeNull();
    expect(brightness(picture(() => 51))).toBeCloseTo(0.2, 3);
  });
});

it('the face of a second is the one that talks, and the largest where nobody knows', () => {
  const rows = (talking: (row: number) => number) => {
    const seconds = new QualitySeconds(new Float32Array(3 * secondValues).fill(NaN));
    faceSeconds(
      {
        frameRateHz: 25,
        heightPx: 720,
        tracks: [
          { firstFrame: 0, frameCount: 50, firstRow: 0 },
          { firstFrame: 0, frameCount: 50, firstRow: 50 },
        ],
        box: (row) => ({ y1: 0, y2: row < 50 ? 0.5 : 0.25 }),
        look: (row) => ({ sharpness: row < 50 ? 10 : 20, brightness: row % 2 === 0 ? 0.4 : NaN }),
        talking,
      },
      seconds,
      0,
    );
    return [0, 1, 2].map((second) => seconds.get(second, 'faceHeight'));
  };
  expect(rows(() => NaN)).toEqual([360, 360, NaN]);
  expect(rows((row) => (row < 50 ? 0.1 : 0.9))).toEqual([180, 180, NaN]);
});

/** The stage on a file, with the nets at hand or without. */
async function runStage(models: Record<string, string>, pcmPath: string, speech: Float32Array, file: string) {
  const tools = await testTools();
  const written = new Map<string, unknown>();
  const kernelContext = localKernelContext();
  const context = {
    params: qualityStage.params.parse({}),
    job: { media: { path: file, probe: await probeMedia(tools, file), choice: { range: null } } },
    tools,
    signal: new AbortController().signal,
    workerCount: 1,
    input: (node: string) => ({
      path: () => pcmPath,
      readFloat32: () => Promise.resolve(node === 'vad' ? speech : new Float32Array(0)),
      readJson: () => Promise.resolve({ startSec: 0 }),
    }),
    hasModel: (id: string) => id in models,
    model: (id: string) => ({ path: models[id]!, sha256: '' }),
    kernel: async (name: keyof typeof kernelLoaders, input: never) => {
      const kernel = (await kernelLoaders[name]()) as (c: unknown, i: never) => Promise<{ output: unknown }>;
      return (await kernel(kernelContext, input)).output;
    },
    shard: (_name: string, compute: () => Promise<Float32Array>) => compute(),
    writeJson: (name: string, value: unknown) => Promise.resolve(void written.set(name, value)),
    writeArray: (name: string, value: unknown) => Promise.resolve(void written.set(name, value)),
    progress: () => undefined,
    warn: () => undefined,
  } as unknown as StageContext<ReturnType<typeof qualityStage.params.parse>>;
  await qualityStage.run(context);
  return fileQualitySchema.parse(written.get('quality.json'));
}

describe('the stage', () => {
  it('measures what it can and says of each other value why it is not there', async () => {
    const pcmPath = await pcmOf('stage', 4, (sec) => (Math.floor(sec) % 2) * 0.3 * Math.sin(2 * Math.PI * 300 * sec));
    const { values } = await runStage({}, pcmPath, speechAt(4), await makeMedia('flash-click.mp4'));
    expect(values.snr.value).toBeGreaterThan(50);
    expect(values.clipping).toEqual({ value: 0, reason: null });
    expect(values.brightness.value).toBeLessThan(0.2);
    for (const metric of ['music', 'noise', 'dnsmosSig', 'dnsmosBak', 'dnsmosOvr', 'mdVqa', 'faceSize'] as const) {
      expect(values[metric]).toMatchObject({ value: null, reason: expect.stringMatching(/\w/u) as string });
    }
    expect(values.dnsmosOvr.reason).toContain('dnsmos-sig-bak-ovr is not installed');
  });
});

describe('with the nets', () => {
  const model = (file: string) => sharedPath('models', file);

  itShared('the filter bank is that of inaSpeechSegmenter', async () => {
    const text = await readFile(model('audio_tag/ina_smn/mel_filterbank_21x257.txt'), 'utf8');
    const wanted = text.trim().split(/\s+/u).map(Number);
    const made = contentFilters();
    expect(made).toHaveLength(wanted.length);
    expect(Math.max(...wanted.map((value, i) => Math.abs(value - made[i]!)))).toBeLessThan(1e-6);
  });

  itShared('music and noise are told apart as in the published analysis', async () => {
    const tools = await testTools();
    const file = sharedPath('data/audio/ina_musanmix/musanmix.mp3');
    const source = { path: file, probe: await probeMedia(tools, file), choice: wholeFile };
    const { samples } = await allPcm(tools, source);
    const pcmPath = path.join(dir, 'musanmix');
    await writeFile(pcmPath, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    const modelPath = model('audio_tag/ina_smn/ina_speech_music_noise.onnx');
    const { output } = await soundContent(localKernelContext(), { modelPath, pcmPath, stepSec: 1 });
    const text = await readFile(sharedPath('data/audio/ina_musanmix/musanmix-smn-gender.TextGrid'), 'utf8');
    const tier = parseTextGrid(text).tiers[0]!;
    let agreed = 0;
    let compared = 0;
    for (let second = 0; second < output.length / 3; second++) {
      const label = tier.items.find((item) => Number(item.start) <= second && second + 1 <= Number(item.end))?.text;
      const wanted = label === 'music' ? 1 : label === 'noise' ? 2 : label === 'male' || label === 'female' ? 0 : -1;
      const heard = [...output.subarray(3 * second, 3 * second + 3)];
      if (wanted < 0 || Number.isNaN(heard[0])) continue;
      compared += 1;
      if (heard.indexOf(Math.max(...heard)) === wanted) agreed += 1;
    }
    expect(compared).toBeGreaterThan(30);
    expect(agreed / compared).toBeGreaterThan(0.9);
  });

  itShared('clean speech is liked better than the same in noise', async () => {
    const tools = await testTools();
    const folder = sharedPath('data/speech/librispeech_resemblyzer');
    const file = (await readdir(folder, { recursive: true })).sort().find((name) => /\.(flac|wav|mp3)$/u.test(name))!;
    const clip = path.join(folder, file);
    const { samples } = await allPcm(tools, { path: clip, probe: await probeMedia(tools, clip), choice: wholeFile });
    const noise = noiseMaker(11);
    const noisy = samples.map((sample) => Math.max(-32_768, Math.min(32_767, sample + 3000 * noise())));
    const heard: number[][] = [];
    for (const [name, sound] of [
      ['clean', samples],
      ['noisy', noisy],
    ] as const) {
      const pcmPath = path.join(dir, name);
      await writeFile(pcmPath, new Uint8Array(sound.buffer, sound.byteOffset, sound.byteLength));
      const modelPath = model('audio_quality/dnsmos/sig_bak_ovr.onnx');
      heard.push([...(await dnsmos(localKernelContext(), { modelPath, pcmPath, starts: [0] })).output]);
    }
    const [clean, bad] = heard;
    for (const value of heard.flat()) expect(value).toSatisfy((mos: number) => mos > 0.8 && mos < 5);
    expect(clean![2]).toBeGreaterThan(bad![2]! + 0.5);
    expect(clean![1]).toBeGreaterThan(bad![1]! + 1);
  });
});
