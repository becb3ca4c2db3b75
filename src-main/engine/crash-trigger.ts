import { closeSync, openSync } from 'node:fs';

/**
 * For tests of crash isolation: `DIARIST_TEST_CRASH=<point>` makes this process die by SIGABRT, as a bug in native code
 * would make it, when `<point>` is reached: the name of a kernel, or `load` before onnxruntime is loaded.
 * `<point>@<file>` does so only once: the file is created first and its existence disarms the trigger.
 */
export function crashIfAsked(point: string): void {
  const wish = process.env['DIARIST_TEST_CRASH'];
  if (!wish) return;
  const [at, onceFile] = wish.split('@', 2);
  if (at !== point) return;
  if (onceFile) {
    try {
      closeSync(openSync(onceFile, 'wx'));
    } catch {
      return;
    }
  }
  process.kill(process.pid, 'SIGABRT');
}
