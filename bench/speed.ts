/**
 *   npm run bench -- speed [--minutes N] [--media FILE]
 *
 * Diarist audio on a recording of N minutes (default 10; FILE looped, by default a conversation of ../shared/data or the
 * bundled sample), with an empty cache: wall seconds, real-time factor, CPU seconds and memory of each stage beside what
 * one core can do at best (conv roof, measured first). Limit: the CPU seconds of the whole job, start of the engine
 * included and shared by all cores, are at most 0.035 of real time; wall time depends on what else the machine does.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { Diarizer } from '#jobs/diarize-files.ts';
import { convRoof } from './conv-roof.ts';
import { writeLoopedWav } from './looped-wav.ts';
import { withTreeUsage } from './process-tree.ts';

const limitRtf = 0.035;
/** GFLOP of the embedder's trunk per second of sound: 1,216,320 multiply-adds per mel frame, 100 frames. */
const TRUNK_GFLOP_PER_SEC = (2 * 1_216_320 * 100) / 1e9;
const root = path.resolve(import.meta.dirname, '..');

export async function run(args: string[]): Promise<number> {
  const valueOf = (name: string): string | undefined =>
    args.includes(name) ? args[args.indexOf(name) + 1] : undefined;
  const minutes = Number(valueOf('--minutes') ?? 10);
  const media = [
    valueOf('--media'),
    path.join(root, '../shared/data/composed/libri_conv/dev/dev_5spk_reverb.flac'),
    path.join(root, 'resources/sample/sample.mp4'),
  ].find((file) => file !== undefined && existsSync(file));
  if (!(minutes > 0) || media === undefined) {
    console.error('Usage: npm run bench -- speed [--minutes N] [--media FILE]');
    return 2;
  }
  const roof = await convRoof();
  const cores = availableParallelism();
  console.log(`conv roof ${roof.toFixed(1)} GFLOP per CPU second of one core, ${cores} cores`);
  const folder = await mkdtemp(path.join(tmpdir(), 'diarist-bench-'));
  try {
    const wav = path.join(folder, 'long.wav');
    await writeLoopedWav(media, wav, minutes * 60);
    const mediaSec = minutes * 60;
    const { value, usage } = await withTreeUsage(async () => {
      const diarizer = await Diarizer.open({ cacheDir: path.join(folder, 'cache') });
      try {
        const start = performance.now();
        const { result } = await diarizer.diarize(wav);
        return { result, wallSec: (performance.now() - start) / 1000 };
      } finally {
        await diarizer.close();
      }
    });
    const { result, wallSec } = value;
    console.log(`${minutes} min of ${path.basename(media)}, ${result.segments.length} segments`);
    console.log('stage               wall s      RTF   CPU s   core-s/h   RSS MB   of the roof');
    const row = (name: string, wall: number, cpu: number, rss: number | undefined, gflop?: number): void =>
      console.log(
        name.padEnd(18) +
          wall.toFixed(2).padStart(8) +
          (wall / mediaSec).toFixed(5).padStart(9) +
          cpu.toFixed(2).padStart(8) +
          ((cpu / mediaSec) * 3600).toFixed(1).padStart(11) +
          (rss === undefined ? '–' : (rss / 2 ** 20).toFixed(0)).padStart(9) +
          (gflop === undefined ? '' : `${((100 * gflop) / cpu / roof).toFixed(0)} %`.padStart(14)),
      );
    for (const stage of result.provenance.stages) {
      const gflop = stage.id === 'voice-trunk' ? TRUNK_GFLOP_PER_SEC * mediaSec : undefined;
      row(stage.id, stage.wallSec, stage.cpuSec, stage.peakRssBytes, gflop);
    }
    const cpuSec = usage ? [...usage.cpuSec.values()].reduce((sum, value) => sum + value, 0) : NaN;
    row('whole job', wallSec, cpuSec, usage?.peakRssBytes);
    if (usage) {
      const names = [...usage.cpuSec].sort((a, b) => b[1] - a[1]).map(([name, sec]) => `${name} ${sec.toFixed(1)} s`);
      console.log(`CPU of the whole job by program, start of the engine included: ${names.join(', ')}`);
    }
    const perCore = (usage ? cpuSec : wallSec * cores) / cores / mediaSec;
    console.log(
      `real-time factor ${(wallSec / mediaSec).toFixed(4)} by the clock (load average ${loadavg()[0]!.toFixed(1)}), ` +
        `${perCore.toFixed(4)} by CPU seconds over ${cores} cores (limit ${limitRtf})`,
    );
    return perCore <= limitRtf ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
