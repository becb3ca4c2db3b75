import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { EngineJob, EngineResult, JobProgress } from '#shared/engine/protocol.ts';
import { identifyFile } from '#media/identity.ts';
import { probeMedia } from '#media/probe.ts';
import { makeMedia } from '#media/testing/make-media.ts';
import { findTools } from '#media/ffmpeg.ts';
import { EngineFixture, wholeFile } from '../../testing/engine-fixture.ts';
import { pcmStage } from '../media-stages.ts';
import { StageCache } from '../stage-cache.ts';
import { runJob } from '../stage-runner.ts';
import type { Stage, SystemRecipe } from '../stage.ts';
import { trackIndexFile } from '../video/tracking/track-file.ts';
import { WorkerPool } from '../worker-pool.ts';
import { automatic } from './auto.ts';

const ran: string[] = [];
const trackParams = z.object({ count: z.number().int().default(0).describe('Tracks that are found') });
const tracksStage: Stage<typeof trackParams> = {
  id: 'test-tracks',
  version: '1',
  label: 'Following faces',
  params: trackParams,
  models: [],
  async run(context) {
    ran.push('tracks');
    context.warn('The light was poor.');
    const track = { shot: 0, firstFrame: 0, frameCount: 25, firstRow: 0, foundFrames: 5, meanScore: 1 };
    const tracks = Array.from({ length: context.params.count }, (_, id) => ({ id, ...track }));
    await context.writeJson(trackIndexFile, { frameRateHz: 25, tracks });
  },
};
const answerParams = z.object({ level: z.number().default(0).describe('Nothing') });
const answerStage = (id: string): Stage<typeof answerParams> => ({
  id,
  version: '1',
  label: 'Writing turns',
  params: answerParams,
  models: [],
  async run(context) {
    ran.push(id);
    await context.writeJson('hypothesis.json', {
      segments: [{ startSec: 0, endSec: 1, speaker: id, confidence: null }],
    });
  },
});
const pcm = { id: 'pcm', stage: pcmStage, inputs: [], costPerHour: 4 };
const about = { version: '1', description: 'For tests of the default rule.', output: 'answer' };
const seen: SystemRecipe = {
  ...{ ...about, id: 'seen', label: 'Seen', needsVideo: true },
  nodes: [
    pcm,
    { id: 'face-tracks', stage: tracksStage, inputs: [], costPerHour: 50 },
    { id: 'answer', stage: answerStage('test-seen'), inputs: ['pcm', 'face-tracks'], costPerHour: 50 },
  ],
};
const heard: SystemRecipe = {
  ...{ ...about, id: 'heard', label: 'Heard', needsVideo: false },
  nodes: [pcm, { id: 'answer', stage: answerStage('test-heard'), inputs: ['pcm'], costPerHour: 10 }],
};

let fixture: EngineFixture;
let pool: WorkerPool;
let video: EngineJob['media'];
beforeAll(async () => {
  fixture = await EngineFixture.create(2);
  pool = new WorkerPool({ workers: 1, intraOpThreads: 1, provider: 'cpu' });
  const file = await makeMedia('picture.mp4');
  const tools = await findTools();
  video = { path: file, identity: await identifyFile(file), probe: await probeMedia(tools, file), choice: wholeFile };
});
afterAll(async () => {
  await pool.close();
  await fixture.remove();
});

async function run(
  patch: Partial<EngineJob>,
  cache: string = randomUUID(),
): Promise<{ result: EngineResult; progress: JobProgress[] }> {
  ran.length = 0;
  const cacheDir = path.join(fixture.folder, cache);
  const progress: JobProgress[] = [];
  const result = await runJob(
    fixture.job({ systemId: 'auto', ...patch }),
    automatic(seen, heard),
    {
      settings: { ...fixture.settings, cacheDir },
      cache: new StageCache(cacheDir, 1e9),
      pool,
      resolveModel: () => Promise.reject(new Error('no models here')),
      checkMedia: async () => undefined,
      providerNote: () => 'cpu',
      log: () => undefined,
    },
    {
      signal: new AbortController().signal,
      onProgress: (one) => progress.push(one),
      onArtifacts: () => undefined,
    },
  );
  return { result, progress };
}

describe('the default rule', () => {
  it('takes picture and sound where a face is followed', async () => {
    const { result } = await run({ media: video, params: { 'face-tracks.count': 2 } });
    expect(result.provenance.systemId).toBe('seen');
    expect(result.segments.map(({ speaker }) => speaker)).toEqual(['test-seen']);
    expect(ran).toEqual(['tracks', 'test-seen']);
  });

  it('goes on with sound where none is, in one rising progress, and keeps what was said of the picture', async () => {
    const { result, progress } = await run({ media: video });
    expect(result.provenance.systemId).toBe('heard');
    expect(result.segments.map(({ speaker }) => speaker)).toEqual(['test-heard']);
    expect(ran).toEqual(['tracks', 'test-heard']);
    expect(result.warnings).toContain('The light was poor.');
    const shares = progress.map(({ totalShare }) => totalShare);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(result.provenance.params).not.toHaveProperty('face-tracks.count');
  });

  it('never looks for faces in sound alone', async () => {
    const { result } = await run({});
    expect(result.provenance.systemId).toBe('heard');
    expect(ran).toEqual(['test-heard']);
  });

  it('asks nothing twice', async () => {
    const first = await run({ media: video }, 'kept');
    const second = await run({ media: video }, 'kept');
    expect(ran).toEqual([]);
    expect(second.result.segments).toEqual(first.result.segments);
    expect(second.result.provenance.systemId).toBe('heard');
  });

  it('takes parameters of either system, and refuses those of none', async () => {
    const { result } = await run({ params: { 'face-tracks.count': 2, 'answer.level': 3 } });
    expect(result.provenance.params).toEqual({ 'answer.level': 3 });
    await expect(run({ params: { 'answer.nothing': 1 } })).rejects.toMatchObject({ data: { code: 'bad-parameter' } });
    await expect(run({ media: video, params: { 'answer.nothing': 1 } })).rejects.toMatchObject({
      data: { code: 'bad-parameter' },
    });
  });
});
