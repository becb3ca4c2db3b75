import { availableParallelism } from 'node:os';
import type { Provenance } from '#shared/domain/hypothesis.ts';
import type { TreeUsage } from '../process-tree.ts';

/** A line of the table of stages; `sharePercent` of what one core can do at best, where that is known. */
function row(name: string, mediaSec: number, wallSec: number, cpuSec: number, rssBytes?: number, note = ''): void {
  console.log(
    name.padEnd(18) +
      wallSec.toFixed(2).padStart(8) +
      (wallSec / mediaSec).toFixed(5).padStart(9) +
      cpuSec.toFixed(2).padStart(8) +
      ((cpuSec / mediaSec) * 3600).toFixed(1).padStart(11) +
      (rssBytes === undefined ? '–' : (rssBytes / 2 ** 20).toFixed(0)).padStart(9) +
      note.padStart(14),
  );
}

/**
 * What each stage of a job took and the whole of it.
 * @param noteOf a stage's last column
 * @returns CPU seconds of the whole job over all cores, as a share of real time
 */
export function printStages(
  stages: Provenance['stages'],
  whole: { readonly mediaSec: number; readonly wallSec: number; readonly usage: TreeUsage | null },
  noteOf: (stage: Provenance['stages'][number]) => string = () => '',
): number {
  const { mediaSec, wallSec, usage } = whole;
  console.log('stage               wall s      RTF   CPU s   core-s/h   RSS MB');
  for (const stage of stages) {
    row(stage.id, mediaSec, stage.wallSec, stage.cpuSec, stage.peakRssBytes, noteOf(stage));
  }
  const cpuSec = usage ? [...usage.cpuSec.values()].reduce((sum, value) => sum + value, 0) : NaN;
  row('whole job', mediaSec, wallSec, cpuSec, usage?.peakRssBytes);
  if (usage) {
    const names = [...usage.cpuSec].sort((a, b) => b[1] - a[1]).map(([name, sec]) => `${name} ${sec.toFixed(1)} s`);
    console.log(`CPU of the whole job by program, start of the engine included: ${names.join(', ')}`);
  }
  const cores = availableParallelism();
  return (usage ? cpuSec : wallSec * cores) / cores / mediaSec;
}
