import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { stageMetaName } from '#shared/engine/stage-entry.ts';
import { pinName, pinnedNames } from './cache-pin.ts';
import { discard } from './cache-trash.ts';
import { isHeld } from './file-claim.ts';

interface Candidate {
  folder: string;
  sizeBytes: number;
  lastUseMs: number;
  evictable: boolean;
}

/**
 * Delete what was used longest ago until the folder holds at most `limitBytes`: finished stages, and work folders nobody
 * works on. What a running job names (pins) stays, whatever the limit.
 * @returns bytes that remain
 */
export async function evict(cacheDir: string, limitBytes: number): Promise<number> {
  // Left behind by a process that was killed while deleting.
  await rm(path.join(cacheDir, 'trash'), { recursive: true, force: true }).catch(() => undefined);
  const pinned = await pinnedNames(cacheDir);
  const candidates = [
    ...(await candidatesBelow(path.join(cacheDir, 'stages'), pinned)),
    ...(await candidatesBelow(path.join(cacheDir, 'work'), pinned)),
  ];
  let total = candidates.reduce((sum, one) => sum + one.sizeBytes, 0);
  candidates.sort((a, b) => a.lastUseMs - b.lastUseMs);
  for (const one of candidates) {
    if (total <= limitBytes) break;
    if (!one.evictable) continue;
    await discard(cacheDir, one.folder).catch(() => undefined);
    total -= one.sizeBytes;
  }
  return total;
}

async function candidatesBelow(root: string, pinned: ReadonlySet<string>): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const stageId of await namesOf(root)) {
    for (const key of await namesOf(path.join(root, stageId))) {
      if (key.endsWith('.lock') || key.endsWith('.stale')) continue;
      const folder = path.join(root, stageId, key);
      const { sizeBytes, lastMs } = await measure(folder);
      const used = await stat(path.join(folder, stageMetaName)).catch(() => null);
      found.push({
        folder,
        sizeBytes,
        lastUseMs: used?.mtimeMs ?? lastMs,
        evictable: !pinned.has(pinName(stageId, key)) && !(await isHeld(`${folder}.lock`)),
      });
    }
  }
  return found;
}

const namesOf = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

async function measure(folder: string): Promise<{ sizeBytes: number; lastMs: number }> {
  let sizeBytes = 0;
  let lastMs = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    const info = await stat(path.join(entry.parentPath, entry.name)).catch(() => null);
    if (!info) continue;
    sizeBytes += info.size;
    lastMs = Math.max(lastMs, info.mtimeMs);
  }
  return { sizeBytes, lastMs };
}
