import { rename, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import { toErrorData } from '#shared/api/errors.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import type { FfmpegTools } from '#media/ffmpeg.ts';
import type { Proxy } from '#media/proxy.ts';
import { makeProxy } from '#media/proxy.ts';
import { trimFolder } from './trim-folder.ts';

export type CopyState = { state: 'making'; share: number } | { state: 'failed'; message: string };

export interface ReviewCopy {
  path: string;
  contentType: Proxy['mimeType'];
}

interface Work {
  item: MediaItem;
  stem: string;
  share: number;
  abort: AbortController;
}

/** Name of a finished copy; which one it is depends on the encoders of the ffmpeg at hand. */
const extensions: readonly (readonly [Proxy['mimeType'], string])[] = [
  ['video/mp4', '.mp4'],
  ['video/webm', '.webm'],
  ['audio/mp4', '.m4a'],
];

/** What is heard depends on stream and channel, what is worked on (the time range) does not matter to the copy. */
function stemOf({ identity, choice }: MediaItem): string {
  return `${identity.hash.replace(/[^\w]/g, '-')}-${choice.audioStream ?? 'default'}-${choice.channel}`;
}

/**
 * Review copies: what Chromium plays in place of a file it cannot play. Made in the background, one at a time, kept in
 * the cache by content, so that a moved file keeps its copy.
 */
export class ReviewCopies {
  readonly #folder: string;
  readonly #tools: () => Promise<FfmpegTools>;
  readonly #onChange: (mediaId: string) => void;
  readonly #limitBytes: () => number;
  readonly #queue: Work[] = [];
  readonly #failures = new Map<string, string>();
  #running: Promise<void> | null = null;

  constructor(options: {
    cacheDir: string;
    /** Of all copies together; the one used longest ago goes first. */
    limitBytes: () => number;
    tools: () => Promise<FfmpegTools>;
    onChange: (mediaId: string) => void;
  }) {
    this.#folder = path.join(options.cacheDir, 'review-copies');
    this.#tools = options.tools;
    this.#onChange = options.onChange;
    this.#limitBytes = options.limitBytes;
  }

  /** The finished copy of a file; null when there is none. */
  async find(item: MediaItem): Promise<ReviewCopy | null> {
    for (const [contentType, extension] of extensions) {
      const file = path.join(this.#folder, stemOf(item) + extension);
      if (!(await stat(file).catch(() => null))) continue;
      const now = new Date();
      await utimes(file, now, now).catch(() => {});
      return { path: file, contentType };
    }
    return null;
  }

  /** Asks for a copy that is not there; calling it again tells how far it is. */
  want(item: MediaItem): CopyState {
    const stem = stemOf(item);
    const failure = this.#failures.get(stem);
    if (failure !== undefined) return { state: 'failed', message: failure };
    const work = this.#queue.find((one) => one.stem === stem);
    if (work) return { state: 'making', share: work.share };
    this.#queue.push({ item, stem, share: 0, abort: new AbortController() });
    this.#running ??= this.#drain();
    return { state: 'making', share: 0 };
  }

  /** Failures are tried again, e.g. with another ffmpeg. */
  forgetFailures(): void {
    this.#failures.clear();
  }

  /** Stops what is being made. */
  async close(): Promise<void> {
    for (const work of this.#queue) work.abort.abort();
    this.#queue.length = Math.min(this.#queue.length, 1);
    await this.#running;
  }

  async #drain(): Promise<void> {
    for (let work = this.#queue[0]; work; work = this.#queue[0]) {
      await this.#make(work);
      this.#queue.shift();
      if (!work.abort.signal.aborted) this.#onChange(work.item.id);
    }
    this.#running = null;
  }

  async #make(work: Work): Promise<void> {
    const { path: source, probe, choice } = work.item;
    let toldPercent = 0;
    try {
      await ensureFolder(this.#folder);
      const made = path.join(this.#folder, `${work.stem}.new`);
      const { mimeType } = await makeProxy(await this.#tools(), { path: source, probe, choice }, made, {
        signal: work.abort.signal,
        onProgress: (share) => {
          work.share = share;
          // A few words in the window, not a stream of events.
          if (share * 100 - toldPercent < 5) return;
          toldPercent = share * 100;
          this.#onChange(work.item.id);
        },
      });
      const extension = extensions.find(([type]) => type === mimeType)![1];
      const file = path.join(this.#folder, work.stem + extension);
      await rename(made, file);
      await trimFolder(this.#folder, this.#limitBytes(), file);
    } catch (error) {
      if (!work.abort.signal.aborted) this.#failures.set(work.stem, toErrorData(error).message);
    }
  }
}
