import { readdir, readFile } from 'node:fs/promises';

/** Clock ticks a second in /proc: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_PER_SEC = 100;
const PAGE_BYTES = 4096;

export interface TreeUsage {
  /** CPU seconds of this process and everything it started, by command name. */
  cpuSec: Map<string, number>;
  /** Largest sum of resident memory over all of them at one moment. */
  peakRssBytes: number;
}

interface Stat {
  pid: number;
  parent: number;
  name: string;
  cpuSec: number;
  rssBytes: number;
}

/**
 * CPU and memory of this process and its descendants while `work` runs, sampled ten times a second from /proc; null where
 * there is none.
 */
export async function withTreeUsage<T>(work: () => Promise<T>): Promise<{ value: T; usage: TreeUsage | null }> {
  const seen = new Map<number, { name: string; first: number; last: number }>();
  let peakRssBytes = 0;
  let any = false;
  let isFirst = true;
  const sample = async (): Promise<void> => {
    const family = await familyStats(process.pid);
    if (family.length > 0) any = true;
    peakRssBytes = Math.max(
      peakRssBytes,
      family.reduce((sum, stat) => sum + stat.rssBytes, 0),
    );
    for (const { pid, name, cpuSec } of family) {
      const known = seen.get(pid);
      // Of what runs already only what it uses from now on; what is started later is counted from its birth.
      seen.set(pid, { name, first: known?.first ?? (isFirst ? cpuSec : 0), last: cpuSec });
    }
    isFirst = false;
  };
  await sample();
  let sampling = Promise.resolve();
  const timer = setInterval(() => {
    sampling = sampling.then(sample);
  }, 100);
  try {
    const value = await work();
    clearInterval(timer);
    await sampling;
    await sample();
    const cpuSec = new Map<string, number>();
    for (const { name, first, last } of seen.values()) cpuSec.set(name, (cpuSec.get(name) ?? 0) + last - first);
    return { value, usage: any ? { cpuSec, peakRssBytes } : null };
  } finally {
    clearInterval(timer);
  }
}

/**
 * A process and what it started. Its children are those of its main thread, so that the sampling itself costs little: reading
 * every process of the computer ten times a second is as dear as decoding a film.
 */
async function familyStats(root: number): Promise<Stat[]> {
  const found: Stat[] = [];
  const pids = [root];
  for (const pid of pids) {
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => null);
    // Kernels without this file.
    if (children === null && pid === root) return descendants(await allStats(), root);
    const stat = await statOf(pid);
    if (stat) found.push(stat);
    pids.push(...(children ?? '').split(' ').filter(Boolean).map(Number));
  }
  return found;
}

async function allStats(): Promise<Stat[]> {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/u.test(name)).map(Number);
  return (await Promise.all(pids.map(statOf))).filter((stat) => stat !== null);
}

async function statOf(pid: number): Promise<Stat | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  const match = line === null ? null : /^(\d+) \((.*)\) (.*)$/su.exec(line.trim());
  if (!match) return null;
  const fields = match[3]!.split(' ');
  return {
    pid: Number(match[1]),
    name: match[2]!,
    parent: Number(fields[1]),
    cpuSec: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SEC,
    rssBytes: Number(fields[21]) * PAGE_BYTES,
  };
}

function descendants(stats: readonly Stat[], root: number): Stat[] {
  const family = new Set([root]);
  for (let grew = true; grew;) {
    grew = false;
    for (const { pid, parent } of stats) {
      if (family.has(parent) && !family.has(pid)) {
        family.add(pid);
        grew = true;
      }
    }
  }
  return stats.filter(({ pid }) => family.has(pid));
}
