import { readFileSync } from 'node:fs';
import { cpuUsage, memoryUsage } from 'node:process';

export interface Usage {
  wallSec: number;
  /** This process with its threads and, on Linux, its ended children (ffmpeg). */
  cpuSec: number;
  peakRssBytes: number;
}

const sampleMs = 200;
/** Linux counts children's time in ticks of 1/100 s (USER_HZ, fixed for user space). */
const ticksPerSec = 100;

function childrenCpuSec(): number {
  try {
    const text = readFileSync('/proc/self/stat', 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[13]) + Number(fields[14])) / ticksPerSec;
  } catch {
    return 0;
  }
}

const ownCpuSec = (): number => {
  const { user, system } = cpuUsage();
  return (user + system) / 1e6;
};

/** Start measuring; the returned function ends it. */
export function measureUsage(): () => Usage {
  const startMs = performance.now();
  const startCpu = ownCpuSec() + childrenCpuSec();
  let peakRssBytes = memoryUsage.rss();
  const timer = setInterval(() => {
    peakRssBytes = Math.max(peakRssBytes, memoryUsage.rss());
  }, sampleMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    return {
      wallSec: (performance.now() - startMs) / 1000,
      cpuSec: ownCpuSec() + childrenCpuSec() - startCpu,
      peakRssBytes: Math.max(peakRssBytes, memoryUsage.rss()),
    };
  };
}
