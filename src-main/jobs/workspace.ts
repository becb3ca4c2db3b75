import { existsSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { providerWishSchema } from '#shared/engine/protocol.ts';
import type { EngineSettings } from '#shared/engine/protocol.ts';
import { findTools } from '#media/ffmpeg.ts';
import type { FfmpegTools } from '#media/ffmpeg.ts';
import { defaultCacheDir, userModelsDir } from '#runtime/dirs.ts';
import { appRoot } from '#runtime/entry-path.ts';
import { appVersion } from '#runtime/version.ts';

export interface WorkspaceOptions {
  /** Default: the place of the system for caches, or DIARIST_CACHE_DIR. */
  cacheDir?: string | undefined;
  cacheLimitBytes?: number | undefined;
  /** Searched before the person's and the app's own (`--models-dir`). */
  modelsDir?: string | undefined;
  /** ffmpeg from the person's settings. */
  ffmpegPath?: string | null | undefined;
  /** Worker threads; 0 = one per core. */
  threads?: number | undefined;
}

/** What every caller of the engine needs to know of this machine. */
export interface Workspace {
  settings: EngineSettings;
  tools: FfmpegTools;
}

export const defaultCacheLimitBytes = 20 * 2 ** 30;

/** Folders searched for models, first hit first: the given one, what the person pulled, what comes with the app. */
export function modelDirs(given?: string): string[] {
  const { resourcesPath } = process as { resourcesPath?: string };
  const packaged = resourcesPath ? path.join(resourcesPath, 'models') : null;
  return [
    ...(given === undefined ? [] : [path.resolve(given)]),
    userModelsDir(),
    ...(packaged !== null && existsSync(packaged) ? [packaged] : []),
    path.join(appRoot(), 'models'),
  ];
}

/**
 * Settings of the engine on this machine.
 * @throws AppError `not-found` when there is no ffmpeg, `bad-parameter` for DIARIST_PROVIDER
 */
export async function resolveWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  const tools = await findTools({ setting: options.ffmpegPath ?? null });
  return {
    tools,
    settings: {
      cacheDir: path.resolve(options.cacheDir ?? defaultCacheDir()),
      cacheLimitBytes: options.cacheLimitBytes ?? defaultCacheLimitBytes,
      modelDirs: modelDirs(options.modelsDir),
      ffmpegPath: tools.ffmpegPath,
      ffprobePath: tools.ffprobePath,
      ffmpegVersion: tools.ffmpegVersion,
      appVersion: appVersion(),
      threads: options.threads ?? 0,
      layout: 'workers',
      provider: wishedProvider(),
    },
  };
}

/** DIARIST_PROVIDER names what the nets should run on, `auto` the best of this system; the CPU is the default and what everything falls back to. */
function wishedProvider(): EngineSettings['provider'] {
  const wish = process.env['DIARIST_PROVIDER'];
  if (!wish) return 'cpu';
  const parsed = providerWishSchema.safeParse(wish);
  if (parsed.success) return parsed.data;
  throw new AppError('bad-parameter', `DIARIST_PROVIDER=${wish} names nothing that nets can run on.`, {
    fix: `Use one of: ${providerWishSchema.options.join(', ')}.`,
  });
}
