import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EngineJob } from '#shared/engine/protocol.ts';
import { packageTools } from '#media/find-tools.ts';
import { identifyFile } from '#media/identity.ts';
import { probeMedia } from '#media/probe.ts';
import { resolveModel } from '#models/registry.ts';
import { modelsDir } from '../../audio/testing/local-kernels.ts';
import { StageCache } from '../../stage-cache.ts';
import { runJob } from '../../stage-runner.ts';
import type { SystemRecipe } from '../../stage.ts';
import { WorkerPool } from '../../worker-pool.ts';
import type { Box } from '../face-detect/detection.ts';
import { blazeFaceStage } from '../face-detect/face-detect-stage.ts';
import { shotsSchema, shotsStage, type Shots } from '../shots/shots-stage.ts';
import { faceTracksStage } from '../tracking/face-tracks-stage.ts';
import { TRACK_ROW_VALUES, trackIndexSchema, type TrackIndex } from '../tracking/track-file.ts';

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

export interface FollowedFaces {
  readonly shots: Shots;
  readonly index: TrackIndex;
  readonly rows: Float32Array;
  readonly warnings: readonly string[];
}

export interface FollowOptions {
  readonly range?: EngineJob['media']['choice']['range'];
  readonly detector?: typeof blazeFaceStage;
  /** `node.param` → value. */
  readonly params?: Record<string, unknown>;
  readonly corrections?: EngineJob['corrections'];
  readonly signal?: AbortSignal;
  /** A cache of its own, so that everything is computed. */
  readonly cache?: string;
}

/** Runs the stages of the picture up to face tracks, as a job does. `close()` it. */
export class FaceFollower {
  readonly #folder: string;
  readonly #pool = new WorkerPool({ workers: 2, intraOpThreads: 1, provider: 'cpu' });

  readonly #modelDirs: readonly string[];

  private constructor(folder: string, modelDirs: readonly string[]) {
    this.#folder = folder;
    this.#modelDirs = modelDirs;
  }

  /** @param moreModelDirs folders of models that do not come with the app */
  static async open(moreModelDirs: readonly string[] = []): Promise<FaceFollower> {
    return new FaceFollower(await mkdtemp(path.join(tmpdir(), 'diarist-faces-')), [modelsDir, ...moreModelDirs]);
  }

  async close(): Promise<void> {
    await this.#pool.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async follow(file: string, options: FollowOptions = {}): Promise<FollowedFaces> {
    const tools = await packageTools();
    const cacheDir = path.join(this.#folder, options.cache ?? 'cache');
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
        corrections: options.corrections,
      },
      recipe(options.detector ?? blazeFaceStage),
      {
        settings,
        cache: new StageCache(cacheDir, 1e9),
        pool: this.#pool,
        resolveModel: (id) => resolveModel(id, this.#modelDirs),
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
    return {
      shots: shotsSchema.parse(await json('shots')),
      index: trackIndexSchema.parse(await json('faceTrackIndex')),
      rows: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
      warnings: result.warnings,
    };
  }
}

/** Box of a track in a frame, in pixels of the picture. */
export function boxAt(
  { rows }: FollowedFaces,
  track: TrackIndex['tracks'][number],
  frame: number,
  [width, height]: readonly [number, number] = [1280, 720],
): Box {
  const at = TRACK_ROW_VALUES * (track.firstRow + frame - track.firstFrame);
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = rows.subarray(at, at + 4);
  return { x1: x1 * width, y1: y1 * height, x2: x2 * width, y2: y2 * height };
}
