import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Diarizer } from '#jobs/diarize-files.ts';
import { modelsDir } from '#engine/audio/testing/local-kernels.ts';
import { convRoof } from '../conv-roof.ts';
import { embeddingCost } from '../embedding/cost.ts';
import { withTreeUsage } from '../process-tree.ts';
import { printStages } from './stage-table.ts';

const loopedWavScript = path.join(import.meta.dirname, '../looped-wav.ts');
const limitRtf = 0.035;
/** GFLOP of the embedder's trunk per second of sound: 1,216,320 multiply-adds per mel frame, 100 frames. */
const TRUNK_GFLOP_PER_SEC = (2 * 1_216_320 * 100) / 1e9;

/** Diarist audio on `media` looped to `minutes`. @returns whether it keeps its limit */
export async function audioSpeed(media: string, minutes: number): Promise<boolean> {
  const roof = await convRoof();
  const cores = availableParallelism();
  console.log(`conv roof ${roof.toFixed(1)} GFLOP per CPU second of one core, ${cores} cores`);
  const folder = await mkdtemp(path.join(tmpdir(), 'diarist-bench-'));
  try {
    const wav = path.join(folder, 'long.wav');
    const mediaSec = minutes * 60;
    // In a process of its own: what it holds of a long recording is not the job's memory.
    await promisify(execFile)(process.execPath, [loopedWavScript, media, wav, `${mediaSec}`]);
    const { value, usage } = await withTreeUsage(async () => {
      const diarizer = await Diarizer.open({ cacheDir: path.join(folder, 'cache') });
      try {
        const start = performance.now();
        const { result } = await diarizer.diarize(wav, { systemId: 'diarist-audio' });
        return { result, wallSec: (performance.now() - start) / 1000 };
      } finally {
        await diarizer.close();
      }
    });
    const { result, wallSec } = value;
    console.log(`Diarist audio, ${minutes} min of ${path.basename(media)}, ${result.segments.length} segments`);
    const perCore = printStages(result.provenance.stages, { mediaSec, wallSec, usage }, (stage) =>
      stage.id === 'voice-trunk'
        ? `${((100 * TRUNK_GFLOP_PER_SEC * mediaSec) / stage.cpuSec / roof).toFixed(0)} % of roof`
        : '',
    );
    // After the job, whose memory is that of this process too.
    const { trunk, frontEnd } = await embeddingCost(path.join(modelsDir, 'diarist-voice'));
    console.log(
      `of the voice trunk, an hour: its convolutions ${trunk.toFixed(1)} core-s, ` +
        `${((100 * TRUNK_GFLOP_PER_SEC * 3600) / trunk / roof).toFixed(0)} % of the roof; its front end ${frontEnd.toFixed(1)} core-s`,
    );
    console.log(
      `real-time factor ${(wallSec / mediaSec).toFixed(4)} by the clock (load average ${loadavg()[0]!.toFixed(1)}), ` +
        `${perCore.toFixed(4)} by CPU seconds over ${cores} cores (limit ${limitRtf})`,
    );
    return perCore <= limitRtf;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
