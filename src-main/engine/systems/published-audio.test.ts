import { rm } from 'node:fs/promises';
import { hypothesisSegmentSchema } from '#shared/domain/hypothesis.ts';
import { substituteOf, systemDescriptions } from '#shared/engine/systems.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { itShared, sharedPath } from '../../testing/shared-data.ts';
import { modelsDir } from '../audio/testing/local-kernels.ts';
import { decodePcm, writePcm } from '../audio/testing/synthetic-pcm.ts';
import { findSystem } from './index.ts';
import { runRecipe } from './testing/run-recipe.ts';

const schema = z.object({ segments: z.array(hypothesisSegmentSchema) });
const folders: string[] = [];
afterEach(async () => {
  for (const dir of folders.splice(0)) await rm(dir, { recursive: true });
});

async function diarize(
  systemId: string,
  samples: Int16Array,
  options: { speakers?: { min: number; max: number }; modelDirs?: string[] } = {},
) {
  const { dir } = await writePcm(samples);
  folders.push(dir);
  const run = await runRecipe(findSystem(systemId), { dir, modelDirs: [modelsDir], ...options });
  return { run, segments: (await run.files('turns').readJson('hypothesis.json', schema)).segments };
}

describe('systems on a substitute voice embedding', () => {
  const substitutes = ['3d-speaker-audio-substitute', 'vbx-substitute'];
  it.each(substitutes)('%s finds nobody in silence', async (id) => {
    const { run, segments } = await diarize(id, new Int16Array(32_000));
    expect(segments).toEqual([]);
    expect(run.warnings).toHaveLength(1);
  });
  itShared('find the three voices of the smallest clip, and obey a count', async () => {
    const samples = decodePcm(sharedPath('data/audio/picovoice_falcon/resources/audio_samples/test.wav'));
    for (const id of substitutes) {
      const { segments } = await diarize(id, samples, { speakers: { min: 3, max: 3 } });
      const at = (sec: number) => segments.find(({ startSec, endSec }) => startSec <= sec && sec < endSec)?.speaker;
      expect([at(2.5), at(8), at(15)], id).toEqual(['spk00', 'spk01', 'spk02']);
    }
  });
  it('need no model that does not come with the app, and say in their name what they are', () => {
    for (const { substitute } of systemDescriptions) {
      if (substitute === undefined) continue;
      const stand = systemDescriptions.find((system) => system.id === substitute)!;
      expect(stand.models.every((model) => !model.startsWith('campplus'))).toBe(true);
      expect(stand.label).toContain('substitute');
      expect(stand.description).toMatch(/^Not the published system/u);
    }
    expect(substituteOf('3d-speaker-audio')).toBe('3d-speaker-audio-substitute');
    expect(substituteOf('diarist-audio')).toBeNull();
  });
});

describe('a system whose model is missing', () => {
  it('says which one and how to get it', async () => {
    await expect(diarize('3d-speaker-audio', new Int16Array(16_000))).rejects.toMatchObject({
      data: { code: 'not-found', fix: expect.stringContaining('campplus-zh-en') as unknown },
    });
  });
});

describe('Diarist audio with overlap', () => {
  itShared('lets two speak at once, never one twice', async () => {
    const samples = decodePcm(sharedPath('data/composed/libri_conv/dev/dev_3spk_overlap.flac'));
    const mirror = sharedPath('models');
    const { segments } = await diarize('diarist-audio-overlap', samples, { modelDirs: [modelsDir, mirror] });
    let overlapSec = 0;
    segments.forEach((a, i) => {
      for (const b of segments.slice(i + 1)) {
        const shared = Math.min(a.endSec, b.endSec) - Math.max(a.startSec, b.startSec);
        if (shared <= 0) continue;
        expect(a.speaker).not.toBe(b.speaker);
        overlapSec += shared;
      }
    });
    expect(overlapSec).toBeGreaterThan(1);
  });
});
