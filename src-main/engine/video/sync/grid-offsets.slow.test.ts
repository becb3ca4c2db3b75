import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import { itShared, sharedPath } from '../../../testing/shared-data.ts';
import { modelsDir } from '../../audio/testing/local-kernels.ts';
import { sileroVadStage } from '../../audio/silero-vad.ts';
import { speechRegionsStage } from '../../audio/speech-regions.ts';
import type { RecipeNode } from '../../stage.ts';
import { runRecipe } from '../../systems/testing/run-recipe.ts';
import { WorkerPool } from '../../worker-pool.ts';
import { FRAME_SAMPLES } from '../talking/speech-level.ts';
import { runViews } from '../views/testing/view-job.ts';
import { avSyncStage } from './av-sync-stage.ts';
import { syncFile, syncSchema } from './sync-file.ts';

const syncNode: RecipeNode = {
  id: 'av-sync',
  stage: avSyncStage,
  inputs: ['pcm', 'speech', 'face-tracks', 'face-views', 'shots'],
  costPerHour: 5,
};
const clips = ['dev_2p', 'dev_3p_distract', 'dev_4p_cuts'].map((name) =>
  sharedPath('data/composed/grid_av/dev', `${name}.mp4`),
);

let folder = '';
let pool: WorkerPool;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'diarist-offsets-'));
  pool = new WorkerPool({ workers: 2, intraOpThreads: 1, provider: 'cpu' });
});
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true, force: true });
});

/** Offset in frames of a clip whose sound was moved after its faces were seen; null = unsure. */
async function movedOffset(
  seen: { readonly pcm: Int16Array; readonly files: ReadonlyMap<string, Uint8Array> },
  shift: number,
): Promise<number | null> {
  const dir = await mkdtemp(path.join(folder, 'moved-'));
  const moved = new Int16Array(seen.pcm.length);
  for (let n = 0; n < moved.length; n++) moved[n] = seen.pcm[n - shift * FRAME_SAMPLES] ?? 0;
  const files = new Map(seen.files).set('pcm/pcm.s16', new Uint8Array(moved.buffer));
  files.set('pcm/decoded.json', Buffer.from('{"startSec":0}'));
  for (const [name, bytes] of files) {
    await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
    await writeFile(path.join(dir, name), bytes);
  }
  const nodes: RecipeNode[] = [
    { id: 'vad', stage: sileroVadStage, inputs: ['pcm'], costPerHour: 10 },
    { id: 'speech', stage: speechRegionsStage, inputs: ['pcm', 'vad'], costPerHour: 0.1 },
    syncNode,
  ];
  const run = await runRecipe(
    { ...{ id: 'test', label: '', version: '1', description: '', needsVideo: true, output: 'av-sync' }, nodes },
    { dir, modelDirs: [modelsDir] },
  );
  const { offsetSec } = await run.files('av-sync').readJson(syncFile, syncSchema);
  return offsetSec === null ? null : Math.round(offsetSec * 25);
}

describe('the offset of the composed clips', () => {
  itShared(
    'moved by −8 … 8 frames: within a frame on 80 % of those answered, half answered, none in step told beyond 2',
    async () => {
      const answers: { shift: number; found: number | null }[] = [];
      for (const clip of clips) {
        const job = await runViews(clip, { pool, cacheDir: path.join(folder, 'cache'), more: [syncNode] });
        const bytesOf = (name: string): Promise<Buffer> =>
          readFile(job.result.artifacts.find((artifact) => artifact.name === name)!.path);
        const files = new Map<string, Uint8Array>([
          ['face-tracks/tracks.f32', await bytesOf('faceTracks')],
          ['face-tracks/tracks.json', await bytesOf('faceTrackIndex')],
          ['shots/shots.json', await bytesOf('shots')],
          ['face-views/lips.f32', await bytesOf('lips')],
          ['face-views/syncnet.json', Buffer.from('{"net":null,"metric":null}')],
        ]);
        const sound = await bytesOf('pcm');
        const pcm = new Int16Array(sound.buffer.slice(sound.byteOffset, sound.byteOffset + sound.length));
        for (let shift = -8; shift <= 8; shift++) {
          answers.push({ shift, found: await movedOffset({ pcm, files }, shift) });
        }
      }
      const told = answers.filter(({ found }) => found !== null);
      const right = told.filter(({ shift, found }) => Math.abs(found! - shift) <= 1);
      expect(told.length / answers.length).toBeGreaterThan(0.8);
      expect(right.length / told.length).toBeGreaterThan(0.95);
      for (const { found } of told.filter(({ shift }) => shift === 0)) expect(Math.abs(found!)).toBeLessThanOrEqual(2);
    },
    900_000,
  );

  itShared(
    'is found in a file whose sound starts late',
    async () => {
      const late = path.join(folder, 'late.mp4');
      const options = ['-nostdin', '-v', 'error', '-i', clips[0]!, '-itsoffset', '0.28', '-i', clips[0]!];
      const { status } = spawnSync(ffmpeg.path, [...options, '-map', '0:v', '-map', '1:a', '-c', 'copy', late]);
      expect(status).toBe(0);
      const job = await runViews(late, { pool, cacheDir: path.join(folder, 'cache'), more: [syncNode] });
      const { offsetSec } = syncSchema.parse(await job.json('avSync'));
      expect(offsetSec).not.toBeNull();
      expect(Math.abs(offsetSec! * 25 - 7)).toBeLessThanOrEqual(1);
    },
    900_000,
  );
});
