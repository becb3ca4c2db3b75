import { readdirSync, readFileSync } from 'node:fs';

/**
 * Watches what a process and all below it hold in memory (Linux: /proc; elsewhere nothing is measured). Counts
 * proportional shares, so that pages of one library in several processes count once.
 * `stop` returns the most that was seen at once, in bytes, or null.
 */
export function watchMemory(pid: number, everyMs = 250): { stop(): number | null } {
  let most: number | null = null;
  const look = (): void => {
    const now = treeBytes(pid);
    if (now !== null) most = Math.max(most ?? 0, now);
  };
  const timer = setInterval(look, everyMs);
  return {
    stop() {
      clearInterval(timer);
      return most;
    },
  };
}

function treeBytes(root: number): number | null {
  const children = new Map<number, number[]>();
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return null;
  }
  for (const name of names) {
    const parent = parentOf(name);
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  let bytes = 0;
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    bytes += residentBytes(pid);
    open.push(...(children.get(pid) ?? []));
  }
  return bytes;
}

function parentOf(name: string): number | null {
  try {
    // `pid (command) state ppid …`; the command may hold anything.
    const text = readFileSync(`/proc/${name}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

function residentBytes(pid: number): number {
  try {
    const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return Number(pss?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
