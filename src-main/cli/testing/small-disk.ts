import { execFileSync } from 'node:child_process';

/** Whether this process may mount a small disk of its own (Linux, as root); asked by trying. */
export function canMount(folder: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    mountSmallDisk(folder, '64k')();
    return true;
  } catch {
    return false;
  }
}

/** A disk in memory at `folder`, which exists. Returns what takes it away again. */
export function mountSmallDisk(folder: string, size: string): () => void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'diarist-test', folder], { stdio: 'pipe' });
  return () => void execFileSync('umount', ['-l', folder], { stdio: 'pipe' });
}

/** From now on nothing can be written to it. */
export function makeReadOnly(folder: string): void {
  execFileSync('mount', ['-o', 'remount,ro', folder], { stdio: 'pipe' });
}
