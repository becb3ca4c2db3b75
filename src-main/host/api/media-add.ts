import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import type { MediaIdentity, MediaItem, MediaProbe } from '#shared/domain/media.ts';
import type { FfmpegTools } from '#media/ffmpeg.ts';
import { identifyFile } from '#media/identity.ts';
import { probeMedia } from '#media/probe.ts';

export interface ExaminedFile {
  path: string;
  identity: MediaIdentity;
  probe: MediaProbe;
}

/**
 * Probes and identifies files before any of them is taken: the first that is no media refuses all.
 *
 * @throws AppError naming the file
 */
export async function examineFiles(tools: FfmpegTools, paths: readonly string[]): Promise<ExaminedFile[]> {
  const examined: ExaminedFile[] = [];
  for (const given of new Set(paths)) {
    if (!path.isAbsolute(given)) {
      throw new AppError('bad-input', 'Files are named by their full path.', { file: given });
    }
    const file = path.resolve(given);
    // ffprobe first: its refusal says more than a hash of rubbish would.
    const probe = await probeMedia(tools, file);
    if (probe.audio.length === 0 && probe.video.length === 0) {
      throw new AppError('bad-input', 'The file holds neither sound nor picture.', {
        file,
        fix: 'Choose a video or sound file.',
      });
    }
    examined.push({ path: file, probe, identity: await identifyFile(file) });
  }
  return examined;
}

export interface AddPlan {
  /** Files to be added, each content once. */
  fresh: ExaminedFile[];
  /** Files of the project that have the same content as an asked one, by hash. */
  known: Map<string, MediaItem>;
}

/** Leaves out what the project has already (by content) and doubles within the call. */
export function planAdd(examined: readonly ExaminedFile[], present: readonly MediaItem[]): AddPlan {
  const known = new Map<string, MediaItem>();
  const fresh = new Map<string, ExaminedFile>();
  const byHash = new Map(present.map((item) => [item.identity.hash, item]));
  for (const file of examined) {
    const item = byHash.get(file.identity.hash);
    if (item) known.set(file.identity.hash, item);
    else if (!fresh.has(file.identity.hash)) fresh.set(file.identity.hash, file);
  }
  return { fresh: [...fresh.values()], known };
}
