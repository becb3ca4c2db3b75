import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { findTools } from '#media/ffmpeg.ts';
import { itShared, sharedPath } from '../../../testing/shared-data.ts';
import { WorkerPool } from '../../worker-pool.ts';
import { trackIndexSchema } from '../tracking/track-file.ts';
import { runViews, type ViewJob } from '../views/testing/view-job.ts';
import { identitiesStage, worthComparing } from './identities-stage.ts';
import { identitiesSchema } from './identity-file.ts';
import { decodeLooks, lookIndexSchema } from './look-file.ts';
import { lookNets } from './look-nets.ts';
import { matchIdentities, type FileIdentities } from './match-identities.ts';

const man = [
  ...['bbas1s', 'bbbf6n', 'bbbs4n', 'bbif1a', 'bbir8p', 'bbwg3a', 'bbwt1a'].map((name) => `grid_s1/${name}`),
  'grid_10speakers/GRID/bbaf2n',
];
const others = ['lbax4n', 'lbbc2a', 'lwbsza'].map((name) => `grid_10speakers/GRID/${name}`);
/** The others stand between clips of the man. */
const clips = [...man.slice(0, 3), others[0]!, ...man.slice(3, 6), others[1]!, ...man.slice(6), others[2]!];
const fileOf = (clip: string): string => sharedPath('data/video', `${clip}.mpg`);

let folder = '';
let pool: WorkerPool;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'diarist-identities-'));
  pool = new WorkerPool({ workers: 2, intraOpThreads: 1, provider: 'cpu' });
});
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true, force: true });
});

let film: Promise<string> | null = null;
/** All clips one after another; made once. */
const composed = (): Promise<string> => (film ??= compose());
async function compose(): Promise<string> {
  const { ffmpegPath } = await findTools();
  const file = path.join(folder, 'all.mp4');
  const parts = clips.map((_, at) => `[${at}:v]scale=720:576,setsar=1,fps=25[v${at}]`);
  const pairs = clips.map((_, at) => `[v${at}][${at}:a]`).join('');
  const graph = `${parts.join(';')};${pairs}concat=n=${clips.length}:v=1:a=1[v][a]`;
  const inputs = clips.flatMap((clip) => ['-i', fileOf(clip)]);
  const output = ['-map', '[v]', '-map', '[a]', '-c:v', 'mpeg4', '-q:v', '3', '-c:a', 'aac', file];
  await promisify(execFile)(ffmpegPath, ['-v', 'error', '-y', ...inputs, '-filter_complex', graph, ...output]);
  return file;
}

const run = (file: string, identityNet: string): Promise<ViewJob> =>
  runViews(file, {
    pool,
    cacheDir: path.join(folder, 'cache'),
    modelDirs: [sharedPath('models')],
    // Who talks is nothing to these tests, and nets that judge it take most of the time where they are installed.
    params: { 'face-views.identityNet': identityNet, 'face-views.speakerNet': 'none' },
    more: [{ id: 'identities', stage: identitiesStage, inputs: ['face-tracks', 'face-views'], costPerHour: 1 }],
  });

for (const net of ['face-descriptor', 'mobilefacenet']) {
  describe(`the people of GRID by ${net}`, () => {
    itShared(
      'are four in one film of their clips',
      async () => {
        const job = await run(await composed(), net);
        const { tracks } = trackIndexSchema.parse(await job.json('faceTrackIndex'));
        const { identities, trackIdentity } = identitiesSchema.parse(await job.json('identities'));
        expect(identities).toHaveLength(4);
        // A clip is 3 s; every one has its face.
        const identityOf = clips.map((_, clip) => {
          const frame = 75 * clip + 37;
          const inside = tracks.filter(
            ({ firstFrame, frameCount }) => firstFrame <= frame && frame < firstFrame + frameCount,
          );
          expect(inside.length, clips[clip]).toBeGreaterThan(0);
          return new Set(inside.map(({ id }) => trackIdentity[id]));
        });
        const manIs = identityOf[0]!;
        clips.forEach((clip, at) => {
          expect(identityOf[at]!.size, clip).toBe(1);
          if (man.includes(clip)) expect(identityOf[at], clip).toEqual(manIs);
        });
        expect(new Set(identityOf.flatMap((set) => [...set])).size).toBe(4);
      },
      900_000,
    );

    itShared(
      'are four across the files',
      async () => {
        const files: FileIdentities[] = [];
        for (const clip of clips) {
          const job = await run(fileOf(clip), net);
          const { identities } = identitiesSchema.parse(await job.json('identities'));
          expect(identities, clip).toHaveLength(1);
          const { dims } = lookIndexSchema.parse(await job.json('lookIndex'));
          const looks = worthComparing(decodeLooks(await job.float32('looks'), dims), 0.7);
          files.push({
            identities: identities.map(({ id, trackIds }) => ({
              id,
              vectors: trackIds.flatMap((track) => looks.get(track)!.map(({ vector }) => vector)),
            })),
          });
        }
        const { maxDistance } = lookNets.find(({ id }) => id === net)!;
        const people = matchIdentities(files, maxDistance).map(([person]) => person);
        const manIs = people[0];
        clips.forEach((clip, at) => {
          if (man.includes(clip)) expect(people[at], clip).toBe(manIs);
        });
        expect(new Set(people).size).toBe(4);
      },
      900_000,
    );
  });
}
