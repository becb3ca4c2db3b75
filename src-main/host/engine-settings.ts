import type { Settings } from '#shared/api/contract.ts';
import { AppError } from '#shared/api/errors.ts';
import type { EngineSettings } from '#shared/engine/protocol.ts';
import { modelDirs, resolveWorkspace } from '#jobs/workspace.ts';
import type { FfmpegTools } from '#media/ffmpeg.ts';
import { findTools } from '#media/ffmpeg.ts';
import { defaultCacheDir } from '#runtime/dirs.ts';
import { appVersion } from '#runtime/version.ts';

/** Looks for ffmpeg once per setting: finding it starts processes. A failure is looked at anew each time. */
export class ToolFinder {
  #known: { setting: string | null; tools: Promise<FfmpegTools> } | null = null;

  /** @throws AppError not-found with the way out */
  find(setting: string | null): Promise<FfmpegTools> {
    if (this.#known?.setting === setting) return this.#known.tools;
    const tools = findTools({ setting });
    const known = { setting, tools };
    this.#known = known;
    tools.catch(() => {
      if (this.#known === known) this.#known = null;
    });
    return tools;
  }
}

/**
 * What the engine runs with. The app opens without ffmpeg too, so that another can be chosen in Settings: until then the
 * engine has no tools, and media.add says what is missing before anything is queued.
 */
export async function engineSettings(settings: Settings): Promise<EngineSettings> {
  const { cacheLimitBytes, ffmpegPath } = settings;
  try {
    return (await resolveWorkspace({ cacheLimitBytes, ffmpegPath })).settings;
  } catch (error) {
    if (!(error instanceof AppError) || error.data.code !== 'not-found') throw error;
    return {
      cacheDir: defaultCacheDir(),
      cacheLimitBytes,
      modelDirs: modelDirs(),
      ffmpegPath: '',
      ffprobePath: '',
      ffmpegVersion: '',
      appVersion: appVersion(),
      threads: 0,
      layout: 'workers',
      provider: 'cpu',
    };
  }
}
