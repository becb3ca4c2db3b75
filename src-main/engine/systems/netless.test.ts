import { rm } from 'node:fs/promises';
import { hypothesisSegmentSchema } from '#shared/domain/hypothesis.ts';
import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import { parseRttm } from '#shared/formats/rttm.ts';
import { scoreDiarization } from '#shared/metrics/score.ts';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { itShared, sharedPath } from '../../testing/shared-data.ts';
import { modelsDir } from '../audio/testing/local-kernels.ts';
import { decodePcm, seededRandom, voiceLikePcm, writePcm } from '../audio/testing/synthetic-pcm.ts';
import { findSystem } from './index.ts';
import { runRecipe } from './testing/run-recipe.ts';

const schema = z.object({ segments: z.array(hypothesisSegmentSchema) });
const folders: string[] = [];
afterEach(async () => {
  for (const dir of folders.splice(0)) await rm(dir, { recursive: true });
});

async function diarize(systemId: string, samples: Int16Array, speakers?: { min: number; max: number }) {
  const { dir } = await writePcm(samples);
  folders.push(dir);
  const run = await runRecipe(findSystem(systemId), { dir, modelDirs: [modelsDir], ...(speakers ? { speakers } : {}) });
  return { run, segments: (await run.files('turns').readJson('hypothesis.json', schema)).segments };
}

function expectSound(segments: readonly HypothesisSegment[], durationSec: number): void {
  const ends = new Map<string, number>();
  let last = 0;
  for (const { startSec, endSec, speaker } of segments) {
    expect(endSec).toBeGreaterThan(startSec);
    expect(startSec).toBeGreaterThanOrEqual(last);
    expect(startSec).toBeGreaterThan(ends.get(speaker) ?? -1);
    expect(endSec).toBeLessThanOrEqual(durationSec + 1e-6);
    ends.set(speaker, endSec);
    last = startSec;
  }
}

describe.each(['lium', 'alize'])('%s', (id) => {
  it.each([0, 1, 100, 479, 16_000])('takes %i samples of silence', async (count) => {
    const { run, segments } = await diarize(id, new Int16Array(count));
    expect(segments).toEqual([]);
    expect(run.warnings).toHaveLength(1);
  });
  it('takes a second of sound, noise, one value throughout, and a square wave at full scale', async () => {
    const random = seededRandom(3);
    const sounds = [
      voiceLikePcm(1),
      Int16Array.from({ length: 160_000 }, () => 9000 * random()),
      new Int16Array(160_000).fill(12_345),
      Int16Array.from({ length: 160_000 }, (_, n) => (n % 160 < 80 ? 32_767 : -32_768)),
    ];
    for (const sound of sounds) {
      const { segments } = await diarize(id, sound, { min: 2, max: 2 });
      expectSound(segments, sound.length / 16_000);
      expect(new Set(segments.map(({ speaker }) => speaker)).size).toBeLessThanOrEqual(2);
    }
  });
  itShared('takes music', async () => {
    const sound = decodePcm(sharedPath('data/audio/ina_musanmix/musanmix.mp3')).subarray(0, 30 * 16_000);
    expectSound((await diarize(id, sound)).segments, 30);
  });
  itShared('tells two readers apart', async () => {
    const base = sharedPath('data/composed/libri_conv/dev/dev_2spk_clean');
    const sound = decodePcm(`${base}.flac`);
    const { turns } = parseRttm(readFileSync(`${base}.rttm`, 'utf8'), {});
    const { segments } = await diarize(id, sound, { min: 2, max: 2 });
    expectSound(segments, sound.length / 16_000);
    const fileId = turns[0]!.fileId;
    const score = scoreDiarization(
      turns,
      segments.map((segment) => ({ ...segment, fileId, channel: '1' })),
      { collarSec: 0, regions: [{ fileId, channel: '1', startSec: 0, endSec: sound.length / 16_000 }] },
    ).files[0]!;
    expect(score.hypothesisSpeakers).toBe(2);
    expect(score.der).toBeLessThan(0.15);
  });
});
