import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { hypothesisSegmentSchema } from '#shared/domain/hypothesis.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { itShared, sharedPath } from '../../testing/shared-data.ts';
import { modelsDir } from '../audio/testing/local-kernels.ts';
import { decodePcm, seededRandom, voiceLikePcm, writePcm } from '../audio/testing/synthetic-pcm.ts';
import { diaristAudio } from './diarist-audio.ts';
import { runRecipe } from './testing/run-recipe.ts';
import type { LocalRun } from './testing/run-recipe.ts';

const schema = z.object({ segments: z.array(hypothesisSegmentSchema) });
const folders: string[] = [];
afterEach(async () => {
  for (const dir of folders.splice(0)) await rm(dir, { recursive: true });
});

async function diarize(
  samples: Int16Array,
  options: { speakers?: { min: number; max: number }; workerCount?: number } = {},
): Promise<{ run: LocalRun; segments: z.infer<typeof schema>['segments']; bytes: Buffer }> {
  const { dir } = await writePcm(samples);
  folders.push(dir);
  const run = await runRecipe(diaristAudio, { dir, modelDirs: [modelsDir], ...options });
  const file = run.files('turns').path('hypothesis.json');
  const bytes = await readFile(file);
  return { run, segments: schema.parse(JSON.parse(bytes.toString('utf8'))).segments, bytes };
}

describe('Diarist audio', () => {
  it.each([
    ['nothing at all', new Int16Array(0)],
    ['one sample', Int16Array.of(12)],
    ['0.3 s of silence', new Int16Array(4800)],
    ['a minute of silence', new Int16Array(60 * 16_000)],
    [
      'noise',
      (() => {
        const random = seededRandom(5);
        return Int16Array.from({ length: 8 * 16_000 }, () => 3000 * random());
      })(),
    ],
  ])('says that there is no speech: %s', async (_name, samples) => {
    const { run, segments } = await diarize(samples);
    expect(segments).toEqual([]);
    expect(run.warnings).toHaveLength(1);
  });
  it('works on sound of every odd length', async () => {
    for (const seconds of [0.3, 1, 2.7, 3.99]) {
      const { segments } = await diarize(voiceLikePcm(seconds), { speakers: { min: 2, max: 2 } });
      for (const { startSec, endSec } of segments) {
        expect(startSec).toBeGreaterThanOrEqual(0);
        expect(endSec).toBeLessThanOrEqual(seconds);
      }
    }
  });

  itShared('finds the three voices of the smallest clip', async () => {
    const samples = decodePcm(sharedPath('data/audio/picovoice_falcon/resources/audio_samples/test.wav'));
    const { segments } = await diarize(samples);
    expect(new Set(segments.map((segment) => segment.speaker)).size).toBe(3);
    // Reference: 1.70–3.90, 6.20–11.10, 12.80–18.00.
    const at = (sec: number) => segments.find(({ startSec, endSec }) => startSec <= sec && sec < endSec)?.speaker;
    expect([at(2.5), at(8), at(15)]).toEqual(['spk00', 'spk01', 'spk02']);
    expect([at(1), at(5), at(12.2)]).toEqual([undefined, undefined, undefined]);
  });
  const harm: [string, (value: number, before: number) => number][] = [
    ['clipped', (value) => 25 * value],
    ['beside a constant', (value) => 0.8 * value + 4000],
    ['very quiet', (value) => value / 200],
    ['by telephone', (value, before) => 800 * Math.round((value + before) / 1600)],
  ];
  for (const [how, change] of harm) {
    itShared(`hears the turns of the smallest clip ${how}`, async () => {
      const samples = decodePcm(sharedPath('data/audio/picovoice_falcon/resources/audio_samples/test.wav'));
      const harmed = samples.map((value, i) =>
        Math.max(-32_768, Math.min(32_767, Math.round(change(value, samples[i - 1] ?? 0)))),
      );
      const { segments } = await diarize(harmed);
      const at = (sec: number) => segments.find(({ startSec, endSec }) => startSec <= sec && sec < endSec)?.speaker;
      expect(at(2.5)).toBe('spk00');
      expect(at(8)).toBeDefined();
      expect(at(15)).toBeDefined();
      expect(at(8)).not.toBe('spk00');
      expect([at(0.8), at(5)]).toEqual([undefined, undefined]);
    });
  }
  itShared('obeys a given speaker count', async () => {
    const samples = decodePcm(sharedPath('data/composed/libri_conv/dev/dev_3spk_overlap.flac'));
    for (const count of [1, 2, 5, 12]) {
      const { segments } = await diarize(samples, { speakers: { min: count, max: count } });
      expect(new Set(segments.map((segment) => segment.speaker)).size).toBe(count);
    }
  });
  itShared('gives the same bytes twice and with any number of workers', async () => {
    const samples = decodePcm(sharedPath('data/composed/libri_conv/dev/dev_5spk_reverb.flac'));
    const first = await diarize(samples, { workerCount: 1 });
    const second = await diarize(samples, { workerCount: 4 });
    expect(first.segments.length).toBeGreaterThan(10);
    expect(second.bytes.equals(first.bytes)).toBe(true);
    const voices = (name: string, run: LocalRun) => readFile(path.join(run.files(name).path('embeddings.f32')));
    expect((await voices('fine', second.run)).equals(await voices('fine', first.run))).toBe(true);
  });
});
