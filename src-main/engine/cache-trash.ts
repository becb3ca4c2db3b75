import { randomBytes } from 'node:crypto';
import { access, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { ensureFolder } from '#runtime/ensure-folder.ts';

/** Take a folder of the cache away at once, then delete it: nobody sees it half-deleted. An absent one is fine. */
export async function discard(cacheDir: string, folder: string): Promise<void> {
  const trash = path.join(cacheDir, 'trash', randomBytes(8).toString('hex'));
  try {
    await access(folder);
    await ensureFolder(path.dirname(trash));
    await rename(folder, trash);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await rm(trash, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}
