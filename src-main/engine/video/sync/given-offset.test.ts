import { rm } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';
import { modelsDir } from '../../audio/testing/local-kernels.ts';
import { runRecipe } from '../../systems/testing/run-recipe.ts';
import { talkingIndexFile, talkingIndexSchema } from '../talking/talking-file.ts';
import { talkingStage } from '../talking/talking-stage.ts';
import { soundOfMouth, talkingMouth, writeTalk } from '../talking/testing/synthetic-talk.ts';
import { avSyncStage } from './av-sync-stage.ts';
import { syncFile, syncSchema, type AvSync } from './sync-file.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const dir of folders.splice(0)) await rm(dir, { recursive: true });
});

/** A mouth whose sound comes eight frames late. */
async function judged(soundOffsetSec: number | null): Promise<{ sync: AvSync; offsetFrames: number }> {
  const mouth = talkingMouth(500, 3);
  const dir = await writeTalk([{ mouth }], soundOfMouth(mouth, 8, 5));
  folders.push(dir);
  const inputs = ['pcm', 'vad', 'speech', 'face-tracks', 'face-views', 'shots'];
  const run = await runRecipe(
    {
      ...{ id: 'test', label: '', version: '1', description: '', needsVideo: true, output: 'av-sync' },
      nodes: [
        { id: 'talking', stage: talkingStage, inputs, costPerHour: 1 },
        { id: 'av-sync', stage: avSyncStage, inputs, costPerHour: 1 },
      ],
    },
    { dir, modelDirs: [modelsDir], corrections: { cutsSec: null, soundOffsetSec } },
  );
  return {
    sync: await run.files('av-sync').readJson(syncFile, syncSchema),
    offsetFrames: (await run.files('talking').readJson(talkingIndexFile, talkingIndexSchema)).offsetFrames,
  };
}

it('the offset that a person has set goes before the one that is measured', async () => {
  const measured = await judged(null);
  expect(measured.sync).toMatchObject({ offsetSec: 0.32, method: 'lips' });
  expect(measured.offsetFrames).toBe(8);
  const given = await judged(-0.12);
  expect(given.sync).toMatchObject({ offsetSec: -0.12, method: 'person', shots: [{ offsetSec: -0.12 }] });
  expect(given.offsetFrames).toBe(-3);
  // What each track says by itself is kept: offsets.csv is a measurement.
  expect(given.sync.tracks).toEqual(measured.sync.tracks);
});
