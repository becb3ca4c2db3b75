import { rm } from 'node:fs/promises';
import { hypothesisSegmentSchema } from '#shared/domain/hypothesis.ts';
import { substituteOf, systemDescriptions } from '#shared/engine/systems.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { itShared, sharedPath } from '../../testing/shared-data.ts';
import { modelsDir } from '../audio/testing/local-kernels.ts';
import { decodePcm, voiceLikePcm, writePcm } from '../audio/testing/synthetic-pcm.ts';
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
  const run = await runRecipe(findSystem(systemId), {
    dir,
    modelDirs: [modelsDir],
    ...(speakers ? { speakers } : {}),
  });
  return { run, segments: (await run.files('turns').readJson('hypothesis.json', schema)).segments };
}

const substitutes = systemDescriptions
  .filter(({ id, needsVideo }) => id.endsWith('-substitute') && !needsVideo)
  .map(({ id }) => id);

describe.each(substitutes)('%s', (id) => {
  it('finds nobody in silence, says so, and takes a second of sound', async () => {
    const { run, segments } = await diarize(id, new Int16Array(32_000));
    expect(segments).toEqual([]);
    expect(run.warnings.some((warning) => warning.startsWith('No speech was found'))).toBe(true);
    const short = await diarize(id, voiceLikePcm(1));
    for (const { endSec } of short.segments) expect(endSec).toBeLessThanOrEqual(1);
  });
  itShared('tells three voices apart', async () => {
    const samples = decodePcm(sharedPath('data/audio/picovoice_falcon/resources/audio_samples/test.wav'));
    const { segments } = await diarize(id, samples, { min: 3, max: 3 });
    const at = (sec: number) => segments.find(({ startSec, endSec }) => startSec <= sec && sec < endSec)?.speaker;
    // Windows of 10 s are long for 18 s of three speakers.
    const least = /pyannote|community/u.test(id) ? 2 : 3;
    expect(new Set([at(2.5), at(8), at(15)]).size).toBeGreaterThanOrEqual(least);
  });
});

describe('systems whose nets must be pulled', () => {
  it('each have a substitute that needs none', () => {
    for (const system of systemDescriptions) {
      if (system.substitute === undefined || system.needsVideo) continue;
      expect(substituteOf(system.id)).toBe(system.substitute);
      expect(substitutes).toContain(system.substitute);
    }
  });
});
