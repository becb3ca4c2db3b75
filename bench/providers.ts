/**
 *   npm run bench -- providers [--models DIR]
 *
 * Every installed net on every provider that onnxruntime knows on this system: milliseconds a run, largest difference from
 * the CPU's answer (a share of its root mean square), or why it cannot run there. DIR is searched for models first
 * (by default ../shared/models). A provider is tried in a process of its own: a broken driver must not end the table.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import type { Provider } from '#shared/engine/protocol.ts';
import { createWith } from '#engine/session.ts';
import { modelDirs } from '#jobs/workspace.ts';
import { readOnnxSignature, type OnnxValueShape } from '#models/onnx-signature.ts';
import { listModels, resolveModel } from '#models/registry.ts';

const RUNS = 5;
/** Sizes tried for free dimensions, by how many dimensions an input has. */
const freeSizes: Readonly<Record<number, readonly number[]>> = { 2: [1, 32_000], 3: [1, 150, 80], 4: [1, 3, 192, 320] };

const letterSizes: Readonly<Record<string, number>> = { B: 1, N: 32_000, T: 100, L: 50, C: 1, H: 192, W: 320 };

interface Outcome {
  milliseconds: number | null;
  difference: number | null;
  reason: string | null;
}

export async function run(args: string[]): Promise<number> {
  const given = args.includes('--models') ? args[args.indexOf('--models') + 1] : undefined;
  const shared = path.resolve(import.meta.dirname, '../../shared/models');
  const folder = given ?? (existsSync(shared) ? shared : undefined);
  if (args[0] === '--try') {
    console.log(JSON.stringify(await tryProvider(args[1] as Provider, args[2]!, args.slice(3))));
    return 0;
  }
  const providers: Provider[] = ['cpu', 'webgpu', 'cuda', ...platformProviders()];
  console.log(`onnxruntime-node on ${process.platform}-${process.arch}: ms a run, difference from the CPU`);
  console.log('net'.padEnd(34) + providers.map((name) => name.padStart(18)).join(''));
  const reasons = new Map<string, string>();
  for (const { id, installed, contract } of await listModels(modelDirs(folder))) {
    if (!installed) continue;
    const { path: file } = await resolveModel(id, modelDirs(folder));
    const cells = providers.map((provider) => {
      const { milliseconds, difference, reason } = inOwnProcess(provider, file, inputPatterns(contract));
      if (reason !== null && provider !== 'cpu') reasons.set(provider, reason);
      if (milliseconds === null) return provider === 'cpu' ? 'no input known' : 'not exercised';
      return `${milliseconds.toFixed(2)}${difference === null ? '' : ` (${difference.toExponential(0)})`}`;
    });
    console.log(id.padEnd(34) + cells.map((cell) => cell.padStart(18)).join(''));
  }
  for (const [provider, reason] of reasons) console.log(`${provider}: falls back to the CPU: ${reason}`);
  return 0;
}

function platformProviders(): Provider[] {
  if (process.platform === 'win32') return ['dml'];
  return process.platform === 'darwin' ? ['coreml'] : [];
}

function inOwnProcess(provider: Provider, file: string, patterns: readonly string[]): Outcome {
  try {
    const main = path.join(import.meta.dirname, 'main.ts');
    const out = execFileSync(process.execPath, [main, 'providers', '--try', provider, file, ...patterns], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 120_000,
    });
    return JSON.parse(out.trim().split('\n').at(-1)!) as Outcome;
  } catch (error) {
    return {
      milliseconds: null,
      difference: null,
      reason: error instanceof Error ? error.message.split('\n')[0]! : String(error),
    };
  }
}

async function tryProvider(provider: Provider, file: string, patterns: readonly string[]): Promise<Outcome> {
  const create = createWith(ort);
  const bytes = new Uint8Array(await readFile(file));
  try {
    const feeds = feedsFor((await readOnnxSignature(file)).inputs, patterns);
    const cpu = await create(bytes, 'cpu', 1);
    const expected = await cpu.run(feeds);
    const session = provider === 'cpu' ? cpu : await create(bytes, provider, 1);
    const actual = provider === 'cpu' ? expected : await session.run(feeds);
    const times: number[] = [];
    for (let k = 0; k < RUNS; k++) {
      const start = performance.now();
      await session.run(feeds);
      times.push(performance.now() - start);
    }
    const difference = provider === 'cpu' ? null : largestDifference(expected, actual);
    return { milliseconds: times.sort((a, b) => a - b)[RUNS >> 1]!, difference, reason: null };
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 160);
    return { milliseconds: null, difference: null, reason };
  }
}

/**
 * Noise of the shapes the net declares; a free dimension gets the size that its letter has in the registry, else a usual
 * one.
 */
function feedsFor(inputs: readonly OnnxValueShape[], patterns: readonly string[]): Record<string, ort.Tensor> {
  const feeds: Record<string, ort.Tensor> = {};
  inputs.forEach(({ name, type, dims }, position) => {
    const letters = /\[(.*)\]$/u.exec(patterns[position] ?? '')?.[1]?.split(',') ?? [];
    const shape = dims.map(
      (dim, at) => dim ?? sizeOf(letters[at], at === 0 && dims.length > 1) ?? freeSizes[dims.length]?.[at] ?? 1,
    );
    const size = shape.reduce((product, dim) => product * dim, 1);
    const noise = Float32Array.from({ length: size }, (_, k) => 0.1 * Math.sin(0.37 * k) + 0.05 * Math.sin(1.91 * k));
    feeds[name] =
      type === 'i64'
        ? new ort.Tensor('int64', new BigInt64Array(size).fill(16_000n), shape)
        : new ort.Tensor('float32', noise, shape);
  });
  return feeds;
}

/** `f32[B,576]`, …: the inputs of a registry's contract. */
const inputPatterns = (contract: string): string[] =>
  (contract.split('→')[0] ?? '').match(/\b[fi]\d+\[[^\]]*\]/gu)?.slice() ?? [];

/**
 * `B`, `T`, `4T`, `576`: letters and numbers of the registry's contracts.
 * @param isBatch the first of several dimensions: how many there are at once, whatever its letter
 */
function sizeOf(pattern: string | undefined, isBatch: boolean): number | undefined {
  if (pattern !== undefined && /^\d+$/u.test(pattern)) return Number(pattern);
  if (isBatch) return 1;
  const [, times, letter] = /^(\d*)([A-Z])$/u.exec(pattern ?? '') ?? [];
  const size = letter === undefined ? undefined : letterSizes[letter];
  return size === undefined ? undefined : size * Number(times === '' ? 1 : times);
}

function largestDifference(expected: ort.InferenceSession.ReturnType, actual: ort.InferenceSession.ReturnType): number {
  let most = 0;
  for (const [name, { data }] of Object.entries(expected)) {
    const other = actual[name]?.data;
    if (!(data instanceof Float32Array) || !(other instanceof Float32Array)) continue;
    const level = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / Math.max(1, data.length));
    data.forEach((value, k) => (most = Math.max(most, Math.abs(value - other[k]!) / Math.max(level, 1e-6))));
  }
  return most;
}
