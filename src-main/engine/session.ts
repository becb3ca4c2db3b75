import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import type { Provider, ProviderWish } from '#shared/engine/protocol.ts';
import type * as Ort from 'onnxruntime-node';
import type { NetRewrite } from './kernel.ts';

export interface SessionOptions {
  provider: ProviderWish;
  intraOpThreads: number;
  /** What is loaded in place of the file's own graph. */
  rewrite?: NetRewrite;
}

export interface OpenedSession {
  session: Ort.InferenceSession;
  /** What the net really runs on. */
  provider: Provider;
  /** Why it is not the wished provider, or not the first of the ladder; null when it is. */
  reason: string | null;
}

export type SessionFactory = (model: Uint8Array, provider: Provider, intraOp: number) => Promise<Ort.InferenceSession>;

/**
 * `graphOptimizationLevel: 'all'` halves the time of convolution nets; one intra-op thread per worker beats the default
 * pools, which spin against each other.
 */
export const createWith =
  (ort: typeof Ort): SessionFactory =>
  (model, provider, intraOpThreads) =>
    ort.InferenceSession.create(model, {
      executionProviders: [provider],
      intraOpNumThreads: intraOpThreads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
      logSeverityLevel: 3,
    });

const ladders: Readonly<Record<string, readonly Provider[]>> = {
  linux: ['cuda', 'webgpu'],
  win32: ['cuda', 'dml', 'webgpu'],
  darwin: ['coreml', 'webgpu'],
};

/** What a wish is tried on before the CPU, the fastest first. */
export function ladderOf(wish: ProviderWish, platform: string = process.platform): readonly Provider[] {
  if (wish === 'cpu') return [];
  return wish === 'auto' ? (ladders[platform] ?? ['webgpu']) : [wish];
}

/**
 * Open a model on the wished provider, or on the first of the ladder that takes it, or else on the CPU. onnxruntime does not fall back by itself:
 * `['webgpu', 'cpu']` throws on a machine without an adapter. A provider other than the CPU is trusted only after its
 * first output agreed with the CPU's; until then every run goes through that comparison.
 * @throws AppError `io` for a file that cannot be read or is no model
 */
export async function openSession(
  create: SessionFactory,
  modelPath: string,
  options: SessionOptions,
  onChange: (now: Omit<OpenedSession, 'session'>) => void = () => undefined,
): Promise<OpenedSession> {
  const bytes = await readFile(modelPath).catch((error: unknown) => {
    throw new AppError('io', `The model ${path.basename(modelPath)} cannot be read: ${wordsOf(error)}.`, {
      file: modelPath,
      fix: 'Check that the file exists and may be read, or pull the model again.',
    });
  });
  const unusable = (error: unknown): never => {
    throw new AppError('io', `The model ${path.basename(modelPath)} cannot be loaded: it is damaged or no ONNX file.`, {
      file: modelPath,
      fix: 'Pull the model again.',
      detail: wordsOf(error),
    });
  };
  const model = rewritten(bytes, options.rewrite, unusable);
  const onCpu = (): Promise<Ort.InferenceSession> =>
    create(model, 'cpu', options.intraOpThreads).then((session) => namingModel(session, modelPath), unusable);
  const refusals: string[] = [];
  for (const provider of ladderOf(options.provider)) {
    let wished: Ort.InferenceSession;
    try {
      wished = await create(model, provider, options.intraOpThreads);
    } catch (error) {
      refusals.push(`${provider} refused: ${wordsOf(error)}`);
      continue;
    }
    const refused = refusals.length === 0 ? null : refusals.join('; ');
    const session = verifyAgainst(wished, await onCpu(), (reason) =>
      onChange(reason === null ? { provider, reason: refused } : { provider: 'cpu', reason: `${provider}: ${reason}` }),
    );
    return { session, provider, reason: refused };
  }
  return { session: await onCpu(), provider: 'cpu', reason: refusals.length === 0 ? null : refusals.join('; ') };
}

function rewritten(
  model: Uint8Array,
  rewrite: NetRewrite | undefined,
  unusable: (error: unknown) => never,
): Uint8Array {
  try {
    return rewrite ? rewrite.apply(model) : model;
  } catch (error) {
    return unusable(error);
  }
}

/** The same session, whose failures name the file and the way out instead of a place in onnxruntime. */
function namingModel(session: Ort.InferenceSession, modelPath: string): Ort.InferenceSession {
  const run = async (...given: Parameters<Ort.InferenceSession['run']>): Promise<Ort.InferenceSession.ReturnType> => {
    try {
      return await session.run(...given);
    } catch (error) {
      throw new AppError('bad-input', `The model ${path.basename(modelPath)} cannot work on what it is given.`, {
        file: modelPath,
        fix: 'It may be another net than its place is for: diarist models verify checks it, diarist models list names what the place takes.',
        detail: wordsOf(error),
      });
    }
  };
  return new Proxy(session, {
    get(target, name) {
      if (name === 'run') return run;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** The wished session, replaced for good by the CPU's if its first answer differs or fails. */
function verifyAgainst(
  wished: Ort.InferenceSession,
  cpu: Ort.InferenceSession,
  onVerdict: (reason: string | null) => void,
): Ort.InferenceSession {
  let verdict: 'open' | 'wished' | 'cpu' = 'open';
  const run = async (feeds: Ort.InferenceSession.FeedsType): Promise<Ort.InferenceSession.ReturnType> => {
    if (verdict === 'wished') return wished.run(feeds);
    const expected = await cpu.run(feeds);
    if (verdict === 'cpu') return expected;
    let reason: string | null;
    try {
      reason = differenceOf(expected, await wished.run(feeds));
    } catch (error) {
      reason = `its first run failed: ${wordsOf(error)}`;
    }
    verdict = reason === null ? 'wished' : 'cpu';
    await (reason === null ? cpu : wished).release();
    onVerdict(reason);
    return expected;
  };
  return new Proxy(wished, {
    get(target, name) {
      if (name === 'run') return run;
      const current = verdict === 'cpu' ? cpu : target;
      const value: unknown = Reflect.get(current, name, current);
      return typeof value === 'function' ? (value.bind(current) as unknown) : value;
    },
  });
}

/** Float32 kernels differ between providers by rounding; wrong ones differ by far more. */
const relativeTolerance = 1e-2;

/** In words, where two answers of one net differ by more than rounding; null when they agree. */
export function differenceOf(
  expected: Ort.InferenceSession.ReturnType,
  actual: Ort.InferenceSession.ReturnType,
): string | null {
  for (const [name, want] of Object.entries(expected)) {
    const have = actual[name];
    if (!have) return `its answer has no output ${name}`;
    const a = want.data;
    const b = have.data;
    if (a.length !== b.length) return `its output ${name} has another size`;
    if (!(a instanceof Float32Array) || !(b instanceof Float32Array)) continue;
    let sumSquares = 0;
    for (const value of a) sumSquares += value * value;
    const scale = Math.max(1e-6, Math.sqrt(sumSquares / Math.max(1, a.length)));
    for (let i = 0; i < a.length; i++) {
      const error = Math.abs(a[i]! - b[i]!);
      // Not `>`: a NaN must count as a difference.
      if (!(error <= relativeTolerance * Math.max(scale, Math.abs(a[i]!)))) {
        return `its output ${name} differs from the CPU's by ${error.toPrecision(2)}`;
      }
    }
  }
  return null;
}

/** Sessions of one worker, by model file; a file that was replaced on disk is opened anew. */
export class SessionCache {
  readonly #sessions = new Map<string, { stamp: string; opened: Promise<OpenedSession> }>();
  readonly #open: (modelPath: string, rewrite?: NetRewrite) => Promise<OpenedSession>;

  constructor(open: (modelPath: string, rewrite?: NetRewrite) => Promise<OpenedSession>) {
    this.#open = open;
  }

  async get(modelPath: string, rewrite?: NetRewrite): Promise<Ort.InferenceSession> {
    const info = await stat(modelPath).catch(() => null);
    const stamp = info ? `${info.size}:${info.mtimeMs}` : 'missing';
    const key = `${modelPath}\n${rewrite?.name ?? ''}`;
    const known = this.#sessions.get(key);
    if (known?.stamp === stamp) return (await known.opened).session;
    if (known) await this.#release(key, known.opened);
    const opened = this.#open(modelPath, rewrite);
    this.#sessions.set(key, { stamp, opened });
    // A refused model is tried again next time: it may have been repaired.
    opened.catch(() => this.#sessions.delete(key));
    return (await opened).session;
  }

  async releaseAll(): Promise<void> {
    await Promise.all([...this.#sessions].map(([key, { opened }]) => this.#release(key, opened)));
  }

  async #release(key: string, opened: Promise<OpenedSession>): Promise<void> {
    this.#sessions.delete(key);
    try {
      await (await opened).session.release();
    } catch {
      // Never opened, or released already: nothing is held.
    }
  }
}

/** First line of a message, without the place in onnxruntime's sources that comes before its reason. */
function wordsOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.replace(/^.*\.cc:\d+ .* was false\. /u, '').slice(0, 200);
}
