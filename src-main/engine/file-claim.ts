import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import { z } from 'zod';
import { mayBeAlive, ownIdentity, processIdentitySchema } from './process-identity.ts';

const claimSchema = processIdentitySchema.extend({ token: z.string() });

/** The holder touches its file this often … */
const beatMs = 3_000;
/** … and counts as gone after this long, whatever its process id says. */
const staleMs = 30_000;

/**
 * A file that says "this process works on that". It is advice, not a guarantee: where two processes hold one claim after
 * all (a computer that slept), they do the same work twice and the first to finish wins.
 */
export class FileClaim {
  readonly #file: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(file: string) {
    this.#file = file;
    this.#timer = setInterval(() => {
      const now = new Date();
      utimes(file, now, now).catch(() => undefined);
    }, beatMs);
    this.#timer.unref();
  }

  /** null while another living process holds it. */
  static async tryTake(file: string): Promise<FileClaim | null> {
    await ensureFolder(path.dirname(file));
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        const handle = await open(file, 'wx');
        try {
          await handle.writeFile(JSON.stringify({ ...ownIdentity(), token: randomBytes(8).toString('hex') }));
        } finally {
          await handle.close();
        }
        return new FileClaim(file);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === 'ENOENT') {
          await ensureFolder(path.dirname(file));
          continue;
        }
        if (code !== 'EEXIST') throw error;
      }
      const judged = await readFile(file, 'utf8').catch(() => null);
      if (judged === null) continue;
      if (await isHeld(file)) return null;
      const aside = `${file}.${randomBytes(6).toString('hex')}.stale`;
      await rename(file, aside).catch(() => undefined);
      if ((await readFile(aside, 'utf8').catch(() => judged)) !== judged) {
        // Another process was quicker to break it, and this is its fresh claim.
        await rename(aside, file).catch(() => undefined);
        return null;
      }
      await rm(aside, { force: true });
    }
    return null;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await rm(this.#file, { force: true }).catch(() => undefined);
  }
}

/** true while the file exists and its process may be alive. */
export async function isHeld(file: string): Promise<boolean> {
  let ageMs: number;
  let text: string;
  try {
    ageMs = Date.now() - (await stat(file)).mtimeMs;
    text = await readFile(file, 'utf8');
  } catch {
    return false;
  }
  if (ageMs > staleMs) return false;
  try {
    return mayBeAlive(claimSchema.parse(JSON.parse(text)));
  } catch {
    // Just created and not yet written, or torn by a kill: the age decides.
    return ageMs < beatMs;
  }
}
