import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import type { MediaProbe } from '#shared/domain/media.ts';
import type { EngineResult } from '#shared/engine/protocol.ts';
import { packageTools } from '#media/find-tools.ts';
import { Diarizer } from '#jobs/diarize-files.ts';
import { withTreeUsage } from '../process-tree.ts';
import { gridClip, type FaceCount } from './grid-clip.ts';
import { pipeCost, printPipeCost } from './pipe-share.ts';
import { secondPassFrames } from './second-pass.ts';
import { printStages } from './stage-table.ts';

const limitRtf = 0.18;
const limitFurtherFaceRtf = 0.06;
const limitPipeShare = 0.1;
/** Longer side at which faces are looked for in every frame that is read. */
const PASS_PX = 640;
/** What the second pass reads where small faces are everywhere: printed beside the others, without a limit. */
const WHOLE_PX = 1280;

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
      const { perCore, result, probe } = await diarized(
        clip,
        path.join(folder, `cache-${faces}`),
        faces,
        mediaSec,
        modelsDir,
      );
      shares.push(perCore);
      const first = { maxWidthPx: PASS_PX, maxHeightPx: PASS_PX };
      const second = await secondPassFrames(result, probe);
      // The first reading makes ready.
      if (faces === 1) await pipeCost(tools, clip, first);
      const ways = [['first pass', first, true] as const, ['second pass', second, true] as const];
      const whole = ['all of it', { maxWidthPx: WHOLE_PX, maxHeightPx: WHOLE_PX }, false] as const;
      for (const [what, options, isLimited] of [...ways, ...(faces === 1 ? [whole] : [])]) {
        const cost = await pipeCost(tools, clip, options);
        const printed = cost ? printPipeCost(what, cost) : 0;
        if (isLimited) share = Math.max(share, printed);
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

/** @returns CPU seconds over all cores as a share of real time, and what the job left */
async function diarized(
  clip: string,
  cacheDir: string,
  faces: FaceCount,
  mediaSec: number,
  modelsDir: string | undefined,
): Promise<{ perCore: number; result: EngineResult; probe: MediaProbe }> {
  const { value, usage } = await withTreeUsage(async () => {
    const diarizer = await Diarizer.open({ cacheDir, modelsDir });
    try {
      const start = performance.now();
      const { result, probe } = await diarizer.diarize(clip, { systemId: 'diarist-av' });
      return { result, probe, wallSec: (performance.now() - start) / 1000 };
    } finally {
      await diarizer.close();
    }
  });
  const { result, probe, wallSec } = value;
  const { models, stages } = result.provenance;
  console.log(`\nDiarist AV, ${mediaSec} s of 1280×720 at 25 frames a second, faces: ${faces}`);
  console.log(`models: ${models.map(({ id }) => id).join(', ')}`);
  const perCore = printStages(stages, { mediaSec, wallSec, usage });
  console.log(
    `real-time factor ${(wallSec / mediaSec).toFixed(4)} by the clock (load average ${loadavg()[0]!.toFixed(1)}), ` +
      `${perCore.toFixed(4)} by CPU seconds over ${availableParallelism()} cores`,
  );
  return { perCore, result, probe };
}
