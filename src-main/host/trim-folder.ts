import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Deletes the files of a folder that were used longest ago (by mtime) until the rest fits; never `keep`. */
export async function trimFolder(folder: string, limitBytes: number, keep: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const info = await stat(file).catch(() => null);
      return info?.isFile() ? { file, sizeBytes: info.size, usedMs: info.mtimeMs } : null;
    }),
  );
  const present = files.filter((entry) => entry !== null).sort((a, b) => a.usedMs - b.usedMs);
  let totalBytes = present.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  for (const { file, sizeBytes } of present) {
    if (totalBytes <= limitBytes) return;
    if (file === keep) continue;
    // One that is being played stays readable until it is closed, or cannot be deleted (Windows): next time.
    const gone = await rm(file).then(
      () => true,
      () => false,
    );
    if (gone) totalBytes -= sizeBytes;
  }
}
