import { create } from 'zustand';
import type { ApiClient, MediaSources } from '#shared/api/contract.ts';
import { AppError, toErrorData, type AppErrorData } from '#shared/api/errors.ts';
import { parseFrameTable } from '#shared/media/frame-table.ts';
import { parsePeaks, type PeakPyramid } from '#shared/media/peaks.ts';
import type { MediaItem } from '#shared/domain/media.ts';

/** Bulk data of the file under review, fetched as binary over the media route. */
export interface SourceState {
  readonly mediaId: string | null;
  readonly sources: MediaSources | null;
  /** Where peaks, voice and PCM begin, seconds: above 0 when only a part of the file is worked on. */
  readonly startSec: number;
  readonly peaks: PeakPyramid | null;
  readonly frameTimesSec: Float64Array | null;
  /** Voice activity, 0..1 per step. */
  readonly voice: Float32Array | null;
  /** What could not be fetched, in words for the place where it would be shown. */
  readonly problem: AppErrorData | null;
}

const nothing: SourceState = {
  mediaId: null,
  sources: null,
  startSec: 0,
  peaks: null,
  frameTimesSec: null,
  voice: null,
  problem: null,
};

export const useMediaSources = create<SourceState>()(() => nothing);

/** Where what is shown came from, so that an unchanged address is not fetched again. */
let loadedFrom: Partial<Record<'peaksUrl' | 'frameTableUrl' | 'vadUrl', string>> = {};

async function fetchBytes(url: string, signal: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, { signal });
  if (!response.ok) {
    throw new AppError('io', 'Waveform or frame times could not be read from the cache.', {
      fix: 'Run the file again; its cache is rebuilt.',
      detail: `${response.status} ${url}`,
    });
  }
  return new Uint8Array(await response.arrayBuffer());
}

function toFloats(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength >> 2 }, (_, i) => view.getFloat32(4 * i, true));
}

/**
 * Asks the host where the file's data is and fetches what is new. What is already there stays shown meanwhile; a part
 * that fails leaves the others alone. A later call supersedes an earlier one through `signal`.
 */
export async function loadMediaSources(api: ApiClient, media: MediaItem | null, signal: AbortSignal): Promise<void> {
  const before = useMediaSources.getState();
  if (!media) {
    useMediaSources.setState(nothing);
    return;
  }
  if (before.mediaId !== media.id) {
    loadedFrom = {};
    useMediaSources.setState({ ...nothing, mediaId: media.id });
  }
  const put = (part: Partial<SourceState>) => {
    if (!signal.aborted) useMediaSources.setState(part);
  };
  const fail = (thrown: unknown) => put({ problem: toErrorData(thrown) });
  let sources: MediaSources;
  try {
    sources = await api.call('media.sources', { mediaId: media.id });
  } catch (thrown) {
    fail(thrown);
    return;
  }
  put({ sources, startSec: media.choice.range?.startSec ?? 0, problem: null });
  const part = async (field: keyof typeof loadedFrom, take: (bytes: Uint8Array) => void): Promise<void> => {
    const url = sources[field];
    if (url === null || loadedFrom[field] === url) return;
    try {
      const bytes = await fetchBytes(url, signal);
      if (signal.aborted) return;
      take(bytes);
      loadedFrom[field] = url;
    } catch (thrown) {
      if (!signal.aborted) fail(thrown);
    }
  };
  await Promise.all([
    part('peaksUrl', (bytes) => put({ peaks: parsePeaks(bytes) })),
    part('frameTableUrl', (bytes) => put({ frameTimesSec: parseFrameTable(bytes) })),
    part('vadUrl', (bytes) => put({ voice: toFloats(bytes) })),
  ]);
}
