/**
 *   npm run bench -- embedding [--net FOLDER] [--resamples N]
 *
 * Equal error rates of the voice embedding on the trial list of models/trials, beside the first checkpoint (../shared),
 * statistics that need no training and a published net, with 95 % intervals by resampling: speakers of `clean`,
 * clips of `other` and `talk`, which have few speakers. Differences are resampled in pairs, so that both nets see the same draws.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { findTools } from '#media/ffmpeg.ts';
import { streamPcm } from '#media/pcm.ts';
import { probeMedia } from '#media/probe.ts';
import { equalErrorRate, fallingOrder, type ScoredTrials } from '#shared/metrics/equal-error-rate.ts';
import { embeddingCost } from './embedding/cost.ts';
import type { Embedder } from './embedding/embedders.ts';
import { bilstmEmbedder, diaristEmbedder, mfccStatistics } from './embedding/embedders.ts';
import { interval95, resample, seededRandom } from './embedding/resampling.ts';
import { scoreTrials } from './embedding/score-trials.ts';
import { readTrials, setOf, type TrialCondition, type TrialSegment } from './embedding/trials.ts';

const root = path.resolve(import.meta.dirname, '..');
const shared = path.resolve(root, '../shared');
const dataDir = path.join(shared, 'data');
const bilstmPath = path.join(shared, 'models/spk_embed/bilstm_librispeech/spk_bilstm_mean_all_specaug.onnx');

/** A row of the table: one condition, or several pooled (all their trials under one threshold). */
interface Pool {
  name: string;
  conditions: readonly TrialCondition[];
}

export async function run(args: string[]): Promise<number> {
  const options = { net: path.join(root, 'models/diarist-voice'), resamples: 500 };
  for (let i = 0; i < args.length; i += 2) {
    const value = args[i + 1];
    if (args[i] === '--net' && value !== undefined) options.net = path.resolve(value);
    else if (args[i] === '--resamples' && Number(value) > 0) options.resamples = Number(value);
    else {
      console.error('Usage: npm run bench -- embedding [--net FOLDER] [--resamples N]');
      return 2;
    }
  }
  if (!existsSync(dataDir)) {
    console.error(`Nothing to compare: ${dataDir} is not there.`);
    return 2;
  }
  const conditions = await readTrials(path.join(root, 'models/trials'));
  const embedders: Embedder[] = [
    await diaristEmbedder(options.net, 'Diarist voice', 'window'),
    await diaristEmbedder(options.net, '… lengths accounted for', 'window', true),
    await diaristEmbedder(options.net, '… as in a recording', 'sliding'),
    await diaristEmbedder(options.net, '… both', 'sliding', true),
    await diaristEmbedder(path.join(shared, 'training'), 'first checkpoint', 'window'),
    await diaristEmbedder(path.join(shared, 'training'), '… lengths accounted for', 'window', true),
    mfccStatistics(),
    ...(existsSync(bilstmPath) ? [await bilstmEmbedder(bilstmPath)] : []),
  ];
  const clips = await readClips(conditions);
  const scored = new Map<Embedder, Map<TrialCondition, ScoredTrials>>();
  for (const embedder of embedders) {
    const perCondition = new Map<TrialCondition, ScoredTrials>();
    for (const condition of conditions) perCondition.set(condition, await scoreTrials(embedder, condition, clips));
    scored.set(embedder, perCondition);
  }
  const pools: Pool[] = [
    ...conditions.map((condition) => ({ name: condition.name, conditions: [condition] })),
    ...['other', 'clean'].map((set) => ({
      name: `${set}, all lengths`,
      conditions: conditions.filter((condition) => setOf(condition) === set),
    })),
    { name: 'other and clean', conditions: conditions.filter((condition) => setOf(condition) !== 'talk') },
  ];
  console.log('Equal error rate in %, cosine; 95 % interval; change against MFCC and against the first checkpoint.');
  console.log('Who was trained on whom: models/trials/README.md.\n');
  const cost = await embeddingCost(options.net);
  console.log(
    `Core-seconds per hour of speech: front end ${cost.frontEnd.toFixed(1)}, trunk ${cost.trunk.toFixed(1)}, ` +
      `head ${cost.head.toFixed(1)} (windows of 1.5 s every 0.75 s).\n`,
  );
  for (const pool of pools) printPool(pool, embedders, scored, options.resamples);
  return 0;
}

async function readClips(conditions: readonly TrialCondition[]): Promise<Map<string, Float32Array>> {
  const tools = await findTools();
  const clips = new Map<string, Float32Array>();
  for (const file of new Set(conditions.flatMap((condition) => condition.segments.map((segment) => segment.file)))) {
    const media = path.join(dataDir, file);
    const probe = await probeMedia(tools, media);
    const pieces: Buffer[] = [];
    await streamPcm(
      tools,
      { path: media, probe, choice: { audioStream: null, channel: 'mix', range: null } },
      {
        signal: new AbortController().signal,
        onChunk: (samples) => {
          pieces.push(Buffer.from(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)));
        },
      },
    );
    const bytes = new Uint8Array(Buffer.concat(pieces));
    clips.set(
      file,
      Float32Array.from(new Int16Array(bytes.buffer), (value) => value / 32_768),
    );
  }
  return clips;
}

/** What is drawn again in a resampling: people where there are many, else recordings. */
const unitOf = (set: string, segment: TrialSegment): string => (set === 'clean' ? segment.speaker : segment.file);

/** Weights of all trials of a pool in one draw of the units of each set. */
function drawWeights(pool: Pool, random: () => number): Float64Array {
  const drawn = new Map<string, Map<string, number>>();
  for (const set of new Set(pool.conditions.map(setOf))) {
    const ofSet = pool.conditions.filter((condition) => setOf(condition) === set);
    const units = [...new Set(ofSet.flatMap(({ segments }) => segments.map((segment) => unitOf(set, segment))))];
    const counts = resample(units.length, random);
    drawn.set(set, new Map(units.map((unit, k) => [unit, counts[k]!])));
  }
  const weights: number[] = [];
  for (const condition of pool.conditions) {
    const set = setOf(condition);
    const times = drawn.get(set)!;
    for (const { first, second } of condition.trials) {
      const [a, b] = [unitOf(set, condition.segments[first]!), unitOf(set, condition.segments[second]!)];
      weights.push(a === b ? times.get(a)! : times.get(a)! * times.get(b)!);
    }
  }
  return Float64Array.from(weights);
}

function printPool(
  pool: Pool,
  embedders: readonly Embedder[],
  scored: ReadonlyMap<Embedder, ReadonlyMap<TrialCondition, ScoredTrials>>,
  resamples: number,
): void {
  const all = embedders.map((embedder): ScoredTrials => {
    const parts = pool.conditions.map((condition) => scored.get(embedder)!.get(condition)!);
    return {
      scores: Float64Array.from(parts.flatMap((part) => [...part.scores])),
      same: Uint8Array.from(parts.flatMap((part) => [...part.same])),
    };
  });
  const orders = all.map((trials) => fallingOrder(trials.scores));
  const values = all.map((trials, k) => equalErrorRate(trials, undefined, orders[k]));
  const draws: number[][] = embedders.map(() => []);
  const random = seededRandom(1);
  for (let r = 0; r < resamples; r++) {
    const weights = drawWeights(pool, random);
    all.forEach((trials, k) => draws[k]!.push(equalErrorRate(trials, weights, orders[k])));
  }
  const index = (text: string): number => embedders.findIndex((embedder) => embedder.label.startsWith(text));
  const change = (k: number, base: number): string => {
    if (k === base) return ''.padStart(24);
    const [low, high] = interval95(draws[k]!.map((value, r) => value / draws[base]![r]! - 1));
    return `${signed(values[k]! / values[base]! - 1)} [${signed(low)}, ${signed(high)}]`.padStart(24);
  };
  const { same } = all[0]!;
  const targets = same.reduce((sum, one) => sum + one, 0);
  console.log(`${pool.name}: ${targets} same-speaker trials, ${same.length - targets} others`);
  embedders.forEach((embedder, k) => {
    const [low, high] = interval95(draws[k]!);
    console.log(
      `  ${embedder.label.padEnd(34)}${percent(values[k]!)}  [${percent(low)}, ${percent(high)}]` +
        `${change(k, index('MFCC'))}${change(k, index('first'))}`,
    );
  });
}

const percent = (share: number): string => (100 * share).toFixed(1).padStart(5);
const signed = (share: number): string => `${share > 0 ? '+' : '−'}${Math.abs(100 * share).toFixed(0)} %`;
