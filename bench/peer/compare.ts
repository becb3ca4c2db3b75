/**
 *   npm run bench -- speed --peer [--minutes N] [--rounds N]
 *
 * Diarist against sherpa-onnx-node on one recording with nets of the same shapes (segmentation-3.0 and ResNet34), each in
 * its own processes, turn by turn. The published weights cannot be had everywhere, so both get random ones that keep
 * two speakers in every window: the work is exact, the labels mean nothing. The peer is fetched from the npm registry into
 * a temporary folder; it is no dependency.
 *
 * Diarist's seconds begin with the start of its engine, but for the row of an engine that runs already (the second file of
 * several); the peer's leave its start and the loading of its nets out, which stand below.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { EngineResult } from '#shared/engine/protocol.ts';
import { Diarizer } from '#jobs/diarize-files.ts';
import { modelDirs } from '#jobs/workspace.ts';
import { addModel } from '#models/own-models.ts';
import { listModels } from '#models/registry.ts';
import { convRoof } from '../conv-roof.ts';
import { writeLoopedWav } from '../looped-wav.ts';
import { withTreeUsage } from '../process-tree.ts';
import { resNet34, segmentation } from './random-nets.ts';

const PEER = 'sherpa-onnx-node@1.13.8';
const limitRatio = 7;
/** GFLOP, a multiply-add being two. */
const TRUNK_GFLOP_PER_SEC = 4.562;
const SEGMENTATION_GFLOP_PER_WINDOW = 2.636;
const WINDOW_SEC = 10;
/** A file that is worked on before the one that is measured, so that the engine runs. */
const SHORT_SEC = 12;
const CHUNK_FRAMES = 589;
const FRAME_SEC = 270 / 16_000;
const root = path.resolve(import.meta.dirname, '../..');

interface Measured {
  wallSec: number;
  cpuSec: number;
  rssBytes: number;
  /** Start of the process until the nets are loaded, where that is not counted above. */
  loadSec?: number;
}

const HOPS_SEC = [2.5, 1] as const;

export async function run(args: string[]): Promise<number> {
  const numberOf = (name: string, value: number): number =>
    args.includes(name) ? Number(args[args.indexOf(name) + 1]) : value;
  const [minutes, rounds] = [numberOf('--minutes', 5), numberOf('--rounds', 2)];
  const media = [
    path.join(root, '../shared/data/composed/libri_conv/dev/dev_5spk_reverb.flac'),
    path.join(root, 'resources/sample/sample.mp4'),
  ].find((file) => existsSync(file));
  if (!(minutes > 0) || !(rounds >= 1) || media === undefined) {
    console.error('Usage: npm run bench -- speed --peer [--minutes N] [--rounds N]');
    return 2;
  }
  const peerFolder = fetchPeer();
  if (peerFolder === null) return 2;
  const folder = await mkdtemp(path.join(tmpdir(), 'diarist-peer-'));
  try {
    const wav = path.join(folder, 'long.wav');
    const mediaSec = 60 * minutes;
    await writeLoopedWav(media, wav, mediaSec);
    const short = path.join(folder, 'short.wav');
    await writeLoopedWav(media, short, SHORT_SEC);
    const nets = { segmentation: path.join(folder, 'segmentation.onnx'), voice: path.join(folder, 'voice.onnx') };
    await writeFile(nets.voice, resNet34());
    await writeFile(nets.segmentation, segmentation(await balance(wav)));
    const modelsDir = path.join(folder, 'models');
    const slots = new Map((await listModels(modelDirs())).map((model) => [model.id, model]));
    await addModel(nets.segmentation, slots.get('pyannote-segmentation-3')!, modelsDir);
    await addModel(nets.voice, slots.get('wespeaker-resnet34-lm')!, modelsDir);

    const roof = await convRoof();
    const threads = availableParallelism();
    console.log(
      `conv roof ${roof.toFixed(1)} GFLOP per CPU second of one core, ${threads} cores, load ${loadavg()[0]!.toFixed(1)}`,
    );
    console.log(`${minutes} min of sound, random weights: the labels of both mean nothing`);
    const best: Record<string, Measured> = {};
    const keep = (name: string, one: Measured): void => {
      if (!best[name] || one.wallSec < best[name].wallSec) best[name] = one;
    };
    let stages = '';
    let embedded = 0;
    for (let round = 0; round < rounds; round++) {
      keep('sherpa-onnx-node, 1 s', runPeer(peerFolder, nets, wav, threads));
      for (const hopSec of HOPS_SEC) {
        const one = await runDiarist([wav], modelsDir, path.join(folder, `cache-${round}-${hopSec}`), hopSec);
        keep(`Diarist, ${hopSec} s`, one);
        if (hopSec === 1) embedded = one.embeddedSec;
        else stages = stagesText(one.stages, mediaSec, hopSec, roof);
      }
      const [hopSec] = HOPS_SEC;
      keep(
        `Diarist, ${hopSec} s, running`,
        await runDiarist([short, wav], modelsDir, path.join(folder, `cache-${round}-running`), hopSec),
      );
    }
    const peer = best['sherpa-onnx-node, 1 s']!;
    const windows = (hopSec: number): number => 1 + Math.ceil((mediaSec - WINDOW_SEC) / hopSec);
    console.log('step of windows           wall s      RTF   CPU s   RSS MB   windows   embedded s   times as fast');
    for (const [name, one] of Object.entries(best)) {
      const hopSec = name.startsWith('Diarist, 2.5') ? 2.5 : 1;
      const heard = name.startsWith('Diarist') ? mediaSec : embedded;
      console.log(
        name.padEnd(24) +
          one.wallSec.toFixed(1).padStart(8) +
          (one.wallSec / mediaSec).toFixed(4).padStart(9) +
          one.cpuSec.toFixed(1).padStart(8) +
          (one.rssBytes / 1e6).toFixed(0).padStart(9) +
          String(windows(hopSec)).padStart(10) +
          heard.toFixed(0).padStart(13) +
          (peer.wallSec / one.wallSec).toFixed(1).padStart(16),
      );
    }
    console.log(stages);
    const ratio = peer.wallSec / best['Diarist, 2.5 s']!.wallSec;
    const loadSec = peer.loadSec ?? 0;
    const whole = (peer.wallSec + loadSec) / best['Diarist, 2.5 s']!.wallSec;
    console.log(
      `The peer's start and loading, ${loadSec.toFixed(2)} s, are not counted; with them Diarist is ${whole.toFixed(1)} times as fast`,
    );
    console.log(`Diarist is ${ratio.toFixed(1)} times as fast (limit ${limitRatio})`);
    return ratio >= limitRatio ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns null where it cannot be had, after saying so */
function fetchPeer(): string | null {
  const folder = path.join(tmpdir(), `diarist-${PEER.replace('@', '-')}`);
  if (existsSync(path.join(folder, 'node_modules/sherpa-onnx-node'))) return folder;
  try {
    execFileSync('npm', ['install', '--prefix', folder, '--no-save', '--ignore-scripts', PEER], { stdio: 'ignore' });
    return folder;
  } catch {
    console.error(`The peer ${PEER} could not be fetched from the npm registry; nothing was measured.`);
    return null;
  }
}

/** What has to be taken from the difference of the two speakers so that each has half of the first minute. */
async function balance(wav: string): Promise<number> {
  const session = await InferenceSession.create(Buffer.from(segmentation(0)), { intraOpNumThreads: 1 });
  const bytes = readFileSync(wav);
  const pcm = new Int16Array(bytes.buffer, bytes.byteOffset + 44, Math.min(960_000, (bytes.length - 44) / 2));
  const differences: number[] = [];
  for (let first = 0; first + 160_000 <= pcm.length; first += 160_000) {
    const sound = Float32Array.from(pcm.subarray(first, first + 160_000), (value) => value / 32_768);
    const { y } = await session.run({ x: new Tensor('float32', sound, [1, 1, 160_000]) });
    const values = y!.data as Float32Array;
    for (let at = 0; at < values.length; at += 7) differences.push((values[at + 1]! - values[at + 2]!) / 2);
  }
  await session.release();
  return differences.sort((a, b) => a - b)[differences.length >> 1] ?? 0;
}

function runPeer(
  folder: string,
  nets: { segmentation: string; voice: string },
  wav: string,
  threads: number,
): Measured {
  const script = path.join(import.meta.dirname, 'sherpa.ts');
  const out = execFileSync(process.execPath, [script, folder, nets.segmentation, nets.voice, wav, `${threads}`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(out.trim().split('\n').at(-1)!) as Measured;
}

type Stages = { id: string; cpuSec: number; wallSec: number }[];

/** Diarist on files in a row, in one engine; what the last one takes, start of the engine included if it is the only one. */
async function runDiarist(
  files: readonly string[],
  modelsDir: string,
  cacheDir: string,
  hopSec: number,
): Promise<Measured & { embeddedSec: number; stages: Stages }> {
  const diarizer = await Diarizer.open({ cacheDir, modelsDir });
  const diarize = async (file: string): Promise<EngineResult> => {
    const options = { systemId: 'pyannote-3.1', params: { 'local.hopSec': hopSec }, speakers: { min: 3, max: 3 } };
    return (await diarizer.diarize(file, options)).result;
  };
  try {
    for (const file of files.slice(0, -1)) await diarize(file);
  } catch (error) {
    await diarizer.close();
    throw error;
  }
  const { value, usage } = await withTreeUsage(async () => {
    try {
      const start = performance.now();
      const result = await diarize(files.at(-1)!);
      return { result, wallSec: (performance.now() - start) / 1000 };
    } finally {
      await diarizer.close();
    }
  });
  const { stages } = value.result.provenance;
  const local = value.result.artifacts.find(({ name }) => name === 'local/local.u8');
  const active = local ? readFileSync(local.path).reduce((sum, set) => sum + (set > 0 ? 1 : 0), 0) : 0;
  return {
    wallSec: value.wallSec,
    cpuSec: [...(usage?.cpuSec.values() ?? [])].reduce((sum, sec) => sum + sec, 0),
    rssBytes: usage?.peakRssBytes ?? 0,
    embeddedSec: local ? Math.min(active * FRAME_SEC, (active / CHUNK_FRAMES) * WINDOW_SEC) : 0,
    stages,
  };
}

/** CPU seconds of each stage, and of the nets which share of the roof they reach. */
function stagesText(stages: Stages, mediaSec: number, hopSec: number, roof: number): string {
  const gflop = new Map([
    ['chunk-voices-wespeaker-resnet34-lm', TRUNK_GFLOP_PER_SEC * mediaSec],
    ['pyannote-segmentation-3', SEGMENTATION_GFLOP_PER_WINDOW * (1 + Math.ceil((mediaSec - WINDOW_SEC) / hopSec))],
  ]);
  const lines = stages.map(({ id, cpuSec, wallSec }) => {
    const work = gflop.get(id);
    const share = work === undefined ? '' : `, ${((100 * work) / cpuSec / roof).toFixed(0)} % of the roof`;
    return `  ${id.padEnd(36)} ${wallSec.toFixed(2).padStart(8)} s ${cpuSec.toFixed(2).padStart(8)} CPU s${share}`;
  });
  return [`Stages of Diarist at ${hopSec} s:`, ...lines].join('\n');
}
