import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineJob } from '#shared/engine/protocol.ts';
import { packageTools } from '#media/find-tools.ts';
import { identifyFile } from '#media/identity.ts';
import { probeMedia } from '#media/probe.ts';
import { makeMedia } from '#media/testing/make-media.ts';
import { resolveModel } from '#models/registry.ts';
import { itShared, sharedPath } from '../../testing/shared-data.ts';
import { modelsDir } from '../audio/testing/local-kernels.ts';
import { StageCache } from '../stage-cache.ts';
import { runJob } from '../stage-runner.ts';
import type { SystemRecipe } from '../stage.ts';
import { WorkerPool } from '../worker-pool.ts';
import { iou, type Box } from './face-detect/detection.ts';
import { detectionIndexSchema } from './face-detect/detection-file.ts';
import { blazeFaceStage, retinaFaceStage, rfbStage, yunetStage } from './face-detect/face-detect-stage.ts';
import { shotsSchema, shotsStage, type Shots } from './shots/shots-stage.ts';
import { faceTracksStage } from './tracking/face-tracks-stage.ts';
import { TRACK_ROW_VALUES, trackIndexSchema, type TrackIndex } from './tracking/track-file.ts';

const sample = path.resolve(import.meta.dirname, '../../../resources/sample/sample.mp4');
const recipe = (detect: typeof blazeFaceStage): SystemRecipe => ({
  id: 'test-faces',
  label: 'Faces',
  version: '1',
  description: 'For tests of the stages of the picture.',
  needsVideo: true,
  nodes: [
    { id: 'face-detect', stage: detect, inputs: [], costPerHour: 300 },
    { id: 'shots', stage: shotsStage, inputs: ['face-detect'], costPerHour: 1 },
    { id: 'face-tracks', stage: faceTracksStage, inputs: ['face-detect', 'shots'], costPerHour: 1 },
  ],
  output: 'face-tracks',
});

let folder = '';
let pool: WorkerPool;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'diarist-faces-'));
  pool = new WorkerPool({ workers: 2, intraOpThreads: 1, provider: 'cpu' });
});
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true, force: true });
});

interface Outcome {
  shots: Shots;
  index: TrackIndex;
  rows: Float32Array;
  faceCount: number;
  warnings: string[];
}

async function follow(
  file: string,
  options: {
    range?: EngineJob['media']['choice']['range'];
    detector?: typeof blazeFaceStage;
    params?: Record<string, unknown>;
    signal?: AbortSignal;
    cache?: string;
  } = {},
): Promise<Outcome> {
  const detector = options.detector ?? blazeFaceStage;
  const tools = await packageTools();
  const cacheDir = path.join(folder, options.cache ?? 'cache');
  const settings = {
    ...{ cacheDir, cacheLimitBytes: 1e9, modelDirs: [], appVersion: 'test', threads: 2, layout: 'workers' as const },
    ...{ ffmpegPath: tools.ffmpegPath, ffprobePath: tools.ffprobePath, ffmpegVersion: tools.ffmpegVersion },
    provider: 'cpu' as const,
  };
  const choice = { audioStream: null, channel: 'mix' as const, range: options.range ?? null };
  const result = await runJob(
    {
      jobId: 'test',
      kind: 'ingest',
      media: { path: file, identity: await identifyFile(file), probe: await probeMedia(tools, file), choice },
      systemId: 'test-faces',
      params: options.params ?? {},
      speakers: null,
    },
    recipe(detector),
    {
      settings,
      cache: new StageCache(cacheDir, 1e9),
      pool,
      resolveModel: (id) => resolveModel(id, [modelsDir, sharedPath('models')]),
      checkMedia: async () => undefined,
      providerNote: () => 'cpu',
      log: () => undefined,
    },
    {
      signal: options.signal ?? new AbortController().signal,
      onProgress: () => undefined,
      onArtifacts: () => undefined,
    },
  );
  const artifact = (name: string): string => result.artifacts.find((candidate) => candidate.name === name)!.path;
  const bytes = await readFile(artifact('faceTracks'));
  const json = async (name: string): Promise<unknown> => JSON.parse(await readFile(artifact(name), 'utf8'));
  const detections = await newest(cacheDir, detector.id);
  return {
    shots: shotsSchema.parse(await json('shots')),
    index: trackIndexSchema.parse(await json('faceTrackIndex')),
    rows: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
    faceCount: detectionIndexSchema.parse(JSON.parse(await readFile(detections, 'utf8'))).faceCount,
    warnings: result.warnings,
  };
}

async function newest(cacheDir: string, stageId: string): Promise<string> {
  const all = await readdir(cacheDir, { recursive: true });
  return path.join(cacheDir, all.filter((name) => name.includes(stageId) && name.endsWith('detections.json')).at(-1)!);
}

/** Box of a track in a frame, in pixels of the picture. */
function boxAt(
  { index, rows }: Outcome,
  track: TrackIndex['tracks'][number],
  frame: number,
  [width, height]: readonly [number, number] = [1280, 720],
): Box {
  expect(index.tracks).toContain(track);
  const at = TRACK_ROW_VALUES * (track.firstRow + frame - track.firstFrame);
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = rows.subarray(at, at + 4);
  return { x1: x1 * width, y1: y1 * height, x2: x2 * width, y2: y2 * height };
}

describe('the sample', () => {
  it('has one cut and two faces on each side of it, where they are drawn', async () => {
    const scenes = JSON.parse(await readFile(sample.replace('.mp4', '.scenes.json'), 'utf8')) as {
      cutSec: number;
      shots: { centreX: number; centreY: number; heightPx: number }[][];
    };
    const cut = Math.round(scenes.cutSec * 25);
    const found = await follow(sample, { range: { startSec: 28, endSec: 32 } });
    expect(found.shots.shots).toEqual([
      { firstFrame: 700, endFrame: cut },
      { firstFrame: cut, endFrame: 800 },
    ]);
    expect(found.index.tracks).toHaveLength(4);
    for (const [number, faces] of scenes.shots.entries()) {
      const { firstFrame, endFrame } = found.shots.shots[number]!;
      const tracks = found.index.tracks.filter(({ shot }) => shot === number);
      expect(tracks).toHaveLength(2);
      for (const track of tracks) {
        // From the first frame of its shot to the last.
        expect([track.firstFrame, track.firstFrame + track.frameCount]).toEqual([firstFrame, endFrame]);
      }
      for (const { centreX, centreY, heightPx } of faces) {
        const hits = tracks.filter((track) => {
          const { x1, y1, x2, y2 } = boxAt(found, track, firstFrame + 20);
          expect(y2 - y1).toBeGreaterThan(0.4 * heightPx);
          return x1 < centreX && centreX < x2 && y1 < centreY + heightPx / 3 && centreY < y2;
        });
        expect(hits).toHaveLength(1);
      }
    }
  });

  it('is followed by DeepSORT in the same places, one person a track', async () => {
    const range = { startSec: 28, endSec: 32 };
    const chained = await follow(sample, { range });
    const sorted = await follow(sample, { range, params: { 'face-tracks.tracker': 'deepsort' } });
    expect(sorted.index.tracks).toHaveLength(chained.index.tracks.length);
    expect(sorted.index.tracks.map(({ person }) => person)).toEqual([0, 1, 2, 3]);
    expect(chained.index.tracks.map(({ person }) => person)).toEqual([null, null, null, null]);
    expect(sorted.warnings.join()).toMatch(/by their place alone/);
    for (const track of chained.index.tracks) {
      const overlaps = sorted.index.tracks
        .filter(({ firstFrame, frameCount }) => firstFrame === track.firstFrame && frameCount === track.frameCount)
        .map((other) => iou(boxAt(chained, track, track.firstFrame + 20), boxAt(sorted, other, track.firstFrame + 20)));
      expect(Math.max(...overlaps)).toBeGreaterThan(0.8);
    }
  });

  it('is followed again from the cache, the same', async () => {
    const range = { startSec: 28, endSec: 32 };
    const [first, second] = [await follow(sample, { range }), await follow(sample, { range })];
    expect(second).toEqual(first);
  });

  it('stops when it is cancelled', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 700);
    const work = follow(sample, { signal: abort.signal, cache: 'cancelled' });
    await expect(work).rejects.toMatchObject({ data: { code: 'cancelled' } });
  });
});

describe('other pictures', () => {
  it('a test picture has one shot and no face', async () => {
    const found = await follow(await makeMedia('picture.mp4'));
    expect(found.shots.shots).toEqual([{ firstFrame: 0, endFrame: 75 }]);
    expect(found.index.tracks).toEqual([]);
    expect(found.warnings).toEqual([]);
  });

  itShared(
    'each person of the composed clips has one track a scene, in the right panel',
    async () => {
      const clip = sharedPath('data/composed/grid_av/dev/dev_4p_cuts');
      const panels = new Map<string, { frame: number; box: number[] }>();
      for (const line of (await readFile(`${clip}.csv`, 'utf8')).trim().split('\n').slice(1)) {
        const [frame, , , ...rest] = line.split(',').map(Number);
        const box = rest.slice(0, 4);
        if (!panels.has(box.join())) panels.set(box.join(), { frame: frame!, box });
      }
      expect(panels.size).toBe(7);
      for (const detector of [blazeFaceStage, yunetStage]) {
        const found = await follow(`${clip}.mp4`, { detector });
        expect(found.shots.shots).toEqual([
          { firstFrame: 0, endFrame: 487 },
          { firstFrame: 487, endFrame: 641 },
          { firstFrame: 641, endFrame: 925 },
        ]);
        expect(found.index.tracks).toHaveLength(panels.size);
        for (const { frame, box } of panels.values()) {
          const [left = 0, top = 0, right = 0, bottom = 0] = box;
          const inside = found.index.tracks.filter((track) => {
            if (track.firstFrame !== frame) return false;
            const { x1, y1, x2, y2 } = boxAt(found, track, frame, [720, 576]);
            return x1 > left && y1 > top && x2 < right && y2 < bottom;
          });
          expect(inside).toHaveLength(1);
        }
      }
    },
    180_000,
  );

  itShared(
    'the published detectors find the same people',
    async () => {
      const clip = sharedPath('data/composed/grid_av/dev/dev_4p_cuts.mp4');
      const range = { startSec: 17, endSec: 21 };
      const known = await follow(clip, { range });
      for (const detector of [retinaFaceStage, rfbStage]) {
        const found = await follow(clip, { range, detector });
        expect(found.index.tracks, detector.id).toHaveLength(known.index.tracks.length);
        for (const track of known.index.tracks) {
          const at = track.firstFrame + 10;
          const overlaps = found.index.tracks
            .filter(({ firstFrame, frameCount }) => firstFrame <= at && at < firstFrame + frameCount)
            .map((other) => iou(boxAt(known, track, at), boxAt(found, other, at)));
          expect(Math.max(...overlaps), detector.id).toBeGreaterThan(0.5);
        }
      }
    },
    180_000,
  );

  itShared(
    'cartoons have no track of 10 frames',
    async () => {
      for (const name of ['big_buck_bunny_small.mp4', 'short.mp4', 'video.mp4']) {
        expect((await follow(sharedPath('data/video/misc_no_face', name))).index.tracks, name).toEqual([]);
      }
    },
    180_000,
  );
});
