import { mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { toErrorData } from '#shared/api/errors.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import type { FfmpegTools } from '#media/ffmpeg.ts';
import { makeProxy, proxyExtension } from '#media/proxy.ts';

export type CopyState =
  { state: 'ready'; path: string } | { state: 'making'; share: number } | { state: 'failed'; message: string };

interface Work {
  item: MediaItem;
  share: number;
  abort: AbortController;
}

/**
 * Review copies: what Chromium plays in place of a file it cannot play. Made in the background, one at a time, kept in
 * the cache by content, so that a moved file keeps its copy.
 */
export class ReviewCopies {
  readonly #folder: string;
  readonly #tools: () => Promise<FfmpegTools>;
  readonly #onChange: (mediaId: string) => void;
  readonly #queue: Work[] = [];
  readonly #failures = new Map<string, string>();
  #running: Promise<void> | null = null;

  constructor(options: { cacheDir: string; tools: () => Promise<FfmpegTools>; onChange: (mediaId: string) => void }) {
    this.#folder = path.join(options.cacheDir, 'review-copies');
    this.#tools = options.tools;
    this.#onChange = options.onChange;
  }

  /** The copy of a file; asks for it to be made when there is none. */
  async want(item: MediaItem): Promise<CopyState> {
    const file = this.#file(item);
    if (await stat(file).catch(() => null)) return { state: 'ready', path: file };
    const failure = this.#failures.get(file);
    if (failure !== undefined) return { state: 'failed', message: failure };
    const work = this.#queue.find((one) => this.#file(one.item) === file);
    if (work) return { state: 'making', share: work.share };
    this.#queue.push({ item, share: 0, abort: new AbortController() });
    this.#running ??= this.#drain();
    return { state: 'making', share: 0 };
  }

  /** Path of a finished copy by the id of its file; null when there is none. */
  async find(item: MediaItem): Promise<string | null> {
    const file = this.#file(item);
    return (await stat(file).catch(() => null)) ? file : null;
  }

  /** Stops what is being made. */
  async close(): Promise<void> {
    for (const work of this.#queue.splice(0)) work.abort.abort();
    await this.#running;
  }

  #file(item: MediaItem): string {
    return path.join(this.#folder, `${item.identity.hash.replace(/[^\w-]/g, '-')}${proxyExtension(item.probe)}`);
  }

  async #drain(): Promise<void> {
    for (let work = this.#queue[0]; work; work = this.#queue[0]) {
      await this.#make(work);
      const at = this.#queue.indexOf(work);
      if (at >= 0) this.#queue.splice(at, 1);
      if (!work.abort.signal.aborted) this.#onChange(work.item.id);
    }
    this.#running = null;
  }

  async #make(work: Work): Promise<void> {
    const file = this.#file(work.item);
    // The extension stays last: ffmpeg takes the container from it.
    const part = path.join(this.#folder, `.${process.pid}.part-${path.basename(file)}`);
    let toldPercent = 0;
    try {
      await mkdir(this.#folder, { recursive: true });
      const { path: source, probe } = work.item;
      await makeProxy(await this.#tools(), { path: source, probe }, part, {
        signal: work.abort.signal,
        onProgress: (share) => {
          work.share = share;
          // A few words in the window, not a stream of events.
          if (share * 100 - toldPercent < 5) return;
          toldPercent = share * 100;
          this.#onChange(work.item.id);
        },
      });
      await rename(part, file);
    } catch (error) {
      if (!work.abort.signal.aborted) this.#failures.set(file, toErrorData(error).message);
    } finally {
      await rm(part, { force: true });
    }
  }
}
