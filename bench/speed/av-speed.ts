import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { packageTools } from '#media/find-tools.ts';
import { Diarizer } from '#jobs/diarize-files.ts';
import { withTreeUsage } from '../process-tree.ts';
import { gridClip, type FaceCount } from './grid-clip.ts';
import { pipeCost, printPipeCost } from './pipe-share.ts';
import { printStages } from './stage-table.ts';

const limitRtf = 0.18;
const limitFurtherFaceRtf = 0.06;
const limitPipeShare = 0.1;
/** Longer side at which faces are looked for in every frame that is read. */
const PASS_PX = 640;
/** Of the second pass, which reads a part of the frames: printed beside it, without a limit. */
const SECOND_PASS_PX = 1280;

/** Diarist AV on clips of one to three faces, each with an empty cache. @returns whether it keeps its limits */
export async function avSpeed(minutes: number, modelsDir?: string): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), 'diarist-bench-av-'));
  const mediaSec = minutes * 60;
  const shares: number[] = [];
  let share = 0;
  try {
    const tools = await packageTools();
    for (const faces of [1, 2, 3] as const satisfies FaceCount[]) {
      const clip = await gridClip(tools, folder, faces, mediaSec);
      shares.push(await diarized(clip, path.join(folder, `cache-${faces}`), faces, mediaSec, modelsDir));
      if (faces > 1) continue;
      // The first reading makes ready.
      await pipeCost(tools, clip, PASS_PX);
      for (const px of [PASS_PX, SECOND_PASS_PX]) {
        const cost = await pipeCost(tools, clip, px);
        if (cost && px === PASS_PX) share = printPipeCost(px, cost);
        else if (cost) printPipeCost(px, cost);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const further = (shares[2]! - shares[0]!) / 2;
  console.log(
    `one face ${shares[0]!.toFixed(4)} (limit ${limitRtf}), each further one +${further.toFixed(4)} ` +
      `(limit +${limitFurtherFaceRtf}), pipe ${(100 * share).toFixed(1)} % (limit ${100 * limitPipeShare} %)`,
  );
  return shares[0]! <= limitRtf && further <= limitFurtherFaceRtf && share <= limitPipeShare;
}

/** @returns CPU seconds over all cores as a share of real time */
async function diarized(
  clip: string,
  cacheDir: string,
  faces: FaceCount,
  mediaSec: number,
  modelsDir: string | undefined,
): Promise<number> {
  const { value, usage } = await withTreeUsage(async () => {
    const diarizer = await Diarizer.open({ cacheDir, modelsDir });
    try {
      const start = performance.now();
      const { result } = await diarizer.diarize(clip, { systemId: 'diarist-av' });
      return { result, wallSec: (performance.now() - start) / 1000 };
    } finally {
      await diarizer.close();
    }
  });
  const { result, wallSec } = value;
  const { models, stages } = result.provenance;
  console.log(`\nDiarist AV, ${mediaSec} s of 1280×720 at 25 frames a second, faces: ${faces}`);
  console.log(`models: ${models.map(({ id }) => id).join(', ')}`);
  const perCore = printStages(stages, { mediaSec, wallSec, usage });
  console.log(
    `real-time factor ${(wallSec / mediaSec).toFixed(4)} by the clock (load average ${loadavg()[0]!.toFixed(1)}), ` +
      `${perCore.toFixed(4)} by CPU seconds over ${availableParallelism()} cores`,
  );
  return perCore;
}
