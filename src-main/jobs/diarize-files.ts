import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { MediaChoice, MediaIdentity, MediaProbe } from '#shared/domain/media.ts';
import type { EngineJob, EngineResult, JobProgress } from '#shared/engine/protocol.ts';
import type { VoicePrints, VoiceSpan } from '#shared/engine/voice-prints.ts';
import { AUTO_SYSTEM } from '#shared/engine/systems.ts';
import { identifyFile } from '#media/identity.ts';
import { probeMedia } from '#media/probe.ts';
import { EngineClient, EngineCrash } from './engine-client.ts';
import type { EngineSpawner } from './engine-process.ts';
import { readVoicePrints } from './voices/read-prints.ts';
import { resolveWorkspace } from './workspace.ts';
import type { Workspace, WorkspaceOptions } from './workspace.ts';

export interface DiarizeOptions {
  /** Default: `auto`, which looks for faces. */
  systemId?: string | undefined;
  /** Known or bounded speaker count; null = automatic. */
  speakers?: EngineJob['speakers'] | undefined;
  /** `stage.param` → value. */
  params?: Record<string, unknown> | undefined;
  choice?: MediaChoice | undefined;
  onProgress?: ((progress: JobProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface DiarizedFile {
  probe: MediaProbe;
  identity: MediaIdentity;
  result: EngineResult;
}

/** As often a job is tried again when the engine dies under it. */
const maxCrashes = 3;

/** Runs jobs without a project, one engine for many files. `close()` it. */
export class Diarizer {
  readonly workspace: Workspace;
  readonly #engine: EngineClient;

  private constructor(workspace: Workspace, engine: EngineClient) {
    this.workspace = workspace;
    this.#engine = engine;
  }

  /** @throws AppError `not-found` when there is no ffmpeg */
  static async open(
    options: WorkspaceOptions & {
      spawn?: EngineSpawner | undefined;
      onLog?: ((level: 'debug' | 'info' | 'warn' | 'error', message: string) => void) | undefined;
    } = {},
  ): Promise<Diarizer> {
    const workspace = await resolveWorkspace(options);
    const engine = new EngineClient({
      settings: workspace.settings,
      ...(options.spawn ? { spawn: options.spawn } : {}),
      ...(options.onLog ? { onLog: options.onLog } : {}),
    });
    return new Diarizer(workspace, engine);
  }

  /**
   * Who speaks when in one file. Goes on from the stage cache after a kill; tries again when the engine dies.
   * @throws AppError: `bad-input` (no media, no audio), `bad-parameter` (system, parameters), `unsupported` (codec), `cancelled`, `crashed`, …
   */
  async diarize(file: string, options: DiarizeOptions = {}): Promise<DiarizedFile> {
    return this.#run(file, 'diarize', options.systemId ?? AUTO_SYSTEM.id, options);
  }

  /**
   * What speakers of a file sound like; without `spans` all speech is taken for one voice. Cheap after `diarize`.
   * @throws AppError as `diarize` does
   */
  async voicePrints(
    file: string,
    spans: readonly VoiceSpan[] | null,
    options: Pick<DiarizeOptions, 'choice' | 'onProgress' | 'signal'> = {},
  ): Promise<VoicePrints> {
    const params = spans === null ? {} : { 'prints.spans': spans };
    const { result } = await this.#run(file, 'voices', 'voice-prints', { ...options, params });
    return readVoicePrints(result);
  }

  async #run(
    file: string,
    kind: 'diarize' | 'voices',
    systemId: string,
    options: DiarizeOptions,
  ): Promise<DiarizedFile> {
    const mediaPath = path.resolve(file);
    // In this order a file that is replaced in between is noticed: the engine compares it with its identity.
    const identity = await identifyFile(mediaPath);
    this.#engine.prepare();
    const probe = await probeMedia(this.workspace.tools, mediaPath);
    const choice = options.choice ?? { audioStream: null, channel: 'mix' as const, range: null };
    const job: EngineJob = {
      jobId: randomUUID(),
      kind,
      media: { path: mediaPath, identity, probe, choice },
      systemId,
      params: options.params ?? {},
      speakers: options.speakers ?? null,
    };
    for (let crashes = 0; ;) {
      try {
        const result = await this.#engine.run(job, {
          ...(options.onProgress ? { onProgress: options.onProgress } : {}),
          ...(options.signal ? { signal: options.signal } : {}),
        });
        return { probe, identity, result };
      } catch (error) {
        if (!(error instanceof EngineCrash) || ++crashes >= maxCrashes) throw error;
      }
    }
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}

/** One file with an engine of its own; for several files keep a {@link Diarizer}. */
export async function diarizeFile(
  file: string,
  options: DiarizeOptions & WorkspaceOptions = {},
): Promise<DiarizedFile> {
  const diarizer = await Diarizer.open(options);
  try {
    return await diarizer.diarize(file, options);
  } finally {
    await diarizer.close();
  }
}
