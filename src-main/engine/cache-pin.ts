import { randomBytes } from 'node:crypto';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import { z } from 'zod';
import { mayBeAlive, ownIdentity, processIdentitySchema } from './process-identity.ts';

const pinSchema = processIdentitySchema.extend({ entries: z.array(z.string()) });

/** A file that keeps entries of the cache from being evicted while its process lives. */
export class CachePin {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  static async take(cacheDir: string, entries: readonly { stageId: string; key: string }[]): Promise<CachePin> {
    const file = path.join(cacheDir, 'pins', `${process.pid}-${randomBytes(6).toString('hex')}.json`);
    await ensureFolder(path.dirname(file));
    const names = entries.map((entry) => pinName(entry.stageId, entry.key));
    await writeFile(file, JSON.stringify({ ...ownIdentity(), entries: names }));
    return new CachePin(file);
  }

  async release(): Promise<void> {
    await rm(this.#file, { force: true }).catch(() => undefined);
  }
}

export const pinName = (stageId: string, key: string): string => `${stageId}/${key}`;

/** What living processes use; pins of dead ones are removed. */
export async function pinnedNames(cacheDir: string): Promise<Set<string>> {
  const folder = path.join(cacheDir, 'pins');
  const pinned = new Set<string>();
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name);
    try {
      const pin = pinSchema.parse(JSON.parse(await readFile(file, 'utf8')));
      if (mayBeAlive(pin)) for (const entry of pin.entries) pinned.add(entry);
      else await rm(file, { force: true });
    } catch {
      // Being written or just removed: the next sweep sees it.
    }
  }
  return pinned;
}
