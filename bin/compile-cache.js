// Plain JavaScript, because it runs before anything that would be kept by it.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { constants, enableCompileCache } from 'node:module';
import path from 'node:path';

/** Folders kept: this version's, and those of two other installations that share the cache. */
const KEPT = 3;

/**
 * Lets Node keep compiled code from one start to the next, in the app's own cache folder, also for the processes and threads
 * that this one starts. Whatever is in the way (a folder that cannot be written, or that others may write to), the
 * app starts as it did without it.
 * @param {string} root of the checkout
 * @returns {Promise<void>}
 */
export async function keepCompiledCode(root) {
  // Somebody has chosen a place of their own, or none.
  if (process.env.NODE_COMPILE_CACHE || process.env.NODE_DISABLE_COMPILE_CACHE) return;
  try {
    const cacheDir = path.resolve(process.env.DIARIST_CACHE_DIR ?? (await defaultCacheDir()));
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    const code = path.join(cacheDir, 'code');
    const folder = path.join(code, `${version}-node-${process.versions.node}-${process.arch}`);
    if (!existsSync(folder)) {
      makeFolder(folder);
      chmodSync(code, 0o700);
      removeOld(code);
    }
    if (!isOwn(code) || !isOwn(folder)) return;
    if (enableCompileCache(folder).status !== constants.compileCacheStatus.ENABLED) return;
    process.env.NODE_COMPILE_CACHE = folder;
  } catch {
    // A start that is not faster.
  }
}

/** As env-paths says it for all of the app (src-main/runtime/dirs.ts). */
async function defaultCacheDir() {
  const { default: envPaths } = await import('env-paths');
  return envPaths('diarist', { suffix: '' }).cache;
}

/** Level by level: `recursive` tries for ever where a file system takes no folders (src-main/runtime/ensure-folder.ts). */
function makeFolder(folder) {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

/** What is run from there must be written by nobody else. */
function isOwn(folder) {
  const { uid, mode } = statSync(folder);
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

/** Code of versions that are no longer used: the newest folders stay. */
function removeOld(code) {
  const folders = readdirSync(code)
    .map((name) => path.join(code, name))
    .map((folder) => ({ folder, atMs: statSync(folder).mtimeMs }))
    .sort((a, b) => b.atMs - a.atMs);
  for (const { folder } of folders.slice(KEPT)) rmSync(folder, { recursive: true, force: true });
}
