import { randomBytes } from 'node:crypto';
import { access, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import { syncFolder } from '#runtime/atomic-file.ts';
import { stageEntryParts, stageMetaName } from '#shared/engine/stage-entry.ts';
import type { StageEntryMeta } from '#shared/engine/stage-entry.ts';
import { evict } from './cache-eviction.ts';
import { FileClaim } from './file-claim.ts';
import { CachePin } from './cache-pin.ts';
import { discard } from './cache-trash.ts';
import { StageEntry, describeFiles } from './stage-files.ts';

/** Thrown inside the engine when the cache was deleted or damaged under a running stage: what was lost is computed again. */
export class CacheDisturbed extends Error {
  override name = 'CacheDisturbed';
}

/**
 * Results of stages on disk. Several processes may share the folder; it may be deleted at any moment.
 *
 *     stages/<stageId>/<key>/     finished: files and meta.json, appears by one rename
 *     work/<stageId>/<key>/       unfinished: shards/ survive a kill; out-<random>/ is one attempt's output
 *     work/<stageId>/<key>.lock   who works on it
 *     pins/                       what running jobs use
 *     trash/                      on its way out
 */
export class StageCache {
  readonly dir: string;
  readonly limitBytes: number;

  constructor(dir: string, limitBytes: number) {
    this.dir = dir;
    this.limitBytes = limitBytes;
  }

  entryFolder(stageId: string, key: string): string {
    return path.join(this.dir, ...stageEntryParts(stageId, key));
  }

  /** The finished stage, or null; what is damaged is put away. */
  async lookup(stageId: string, key: string): Promise<StageEntry | null> {
    const folder = this.entryFolder(stageId, key);
    const entry = await StageEntry.open(folder, stageId, key);
    if (!entry) await discard(this.dir, folder);
    return entry;
  }

  /**
   * The finished stage, or the right to compute it: waits while another process does.
   * @throws what `signal` aborts with
   */
  async lookupOrBegin(stageId: string, key: string, signal: AbortSignal): Promise<StageEntry | StageWork> {
    for (;;) {
      signal.throwIfAborted();
      const found = await this.lookup(stageId, key);
      if (found) return found;
      const folder = path.join(this.dir, 'work', stageId, key);
      const claim = await FileClaim.tryTake(`${folder}.lock`);
      if (claim) {
        try {
          // Between the look and the claim another process may have finished it.
          const late = await StageEntry.open(this.entryFolder(stageId, key), stageId, key);
          if (late) {
            await claim.release();
            return late;
          }
          return await StageWork.begin(this, stageId, key, folder, claim);
        } catch (error) {
          await claim.release();
          throw error;
        }
      }
      await sleep(100, undefined, { signal });
    }
  }

  /** Names what a job will use; nothing of it is evicted until the pin is released or its process is gone. */
  pin(entries: readonly { stageId: string; key: string }[]): Promise<CachePin> {
    return CachePin.take(this.dir, entries);
  }

  /** Delete least recently used entries until the limit is kept; answers the bytes that remain. */
  evict(): Promise<number> {
    return evict(this.dir, this.limitBytes);
  }
}

/** One attempt at a stage. */
export class StageWork {
  readonly #cache: StageCache;
  readonly #stageId: string;
  readonly #key: string;
  readonly #folder: string;
  readonly #claim: FileClaim;
  readonly outFolder: string;

  private constructor(cache: StageCache, stageId: string, key: string, folder: string, claim: FileClaim) {
    this.#cache = cache;
    this.#stageId = stageId;
    this.#key = key;
    this.#folder = folder;
    this.#claim = claim;
    this.outFolder = path.join(folder, `out-${randomBytes(6).toString('hex')}`);
  }

  static async begin(
    cache: StageCache,
    stageId: string,
    key: string,
    folder: string,
    claim: FileClaim,
  ): Promise<StageWork> {
    const work = new StageWork(cache, stageId, key, folder, claim);
    // Output of attempts that were killed; their shards stay.
    for (const name of await readdir(folder).catch(() => [])) {
      if (name.startsWith('out-')) await rm(path.join(folder, name), { recursive: true, force: true });
    }
    await ensureFolder(work.outFolder);
    return work;
  }

  get shardFolder(): string {
    return path.join(this.#folder, 'shards');
  }

  /** false when somebody deleted the folder. */
  async exists(): Promise<boolean> {
    return access(this.outFolder).then(
      () => true,
      () => false,
    );
  }

  /**
   * Publish the output under its key and forget the shards.
   * @throws CacheDisturbed when files the stage wrote are gone
   */
  async commit(
    meta: Omit<StageEntryMeta, 'format' | 'key' | 'stageId' | 'files' | 'createdMs'>,
    written: Iterable<string>,
  ): Promise<StageEntry> {
    const target = this.#cache.entryFolder(this.#stageId, this.#key);
    try {
      const files = await describeFiles(this.outFolder);
      for (const name of written) {
        if (!files.some((file) => file.name === name)) throw new CacheDisturbed(`${name} is gone`);
      }
      const full: StageEntryMeta = {
        format: 1,
        stageId: this.#stageId,
        key: this.#key,
        createdMs: Date.now(),
        ...meta,
        files,
      };
      await writeFile(path.join(this.outFolder, stageMetaName), JSON.stringify(full), { flush: true });
      await ensureFolder(path.dirname(target));
      try {
        await rename(this.outFolder, target);
      } catch (error) {
        // Somebody else finished first: equal keys mean equal contents.
        const code = (error as NodeJS.ErrnoException).code;
        if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
      }
      await syncFolder(path.dirname(target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new CacheDisturbed('the work folder is gone');
      throw error;
    }
    const entry = await StageEntry.open(target, this.#stageId, this.#key);
    if (!entry) throw new CacheDisturbed('the finished stage is gone or damaged');
    await rm(this.#folder, { recursive: true, force: true }).catch(() => undefined);
    await this.#claim.release();
    return entry;
  }

  /** Give up the claim; shards stay for the next attempt. */
  async abandon(): Promise<void> {
    await rm(this.outFolder, { recursive: true, force: true }).catch(() => undefined);
    await this.#claim.release();
  }
}
