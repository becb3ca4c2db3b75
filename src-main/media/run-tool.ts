import { spawn } from 'node:child_process';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import type { ReadInto } from './reading-pair.ts';
import { BufferReader, readAll } from './read-stdout.ts';
import { StallWatch } from './stall-watch.ts';

/** ffmpeg or ffprobe that says nothing for so long is stuck, not busy. */
export const STALL_MS = 30_000;
const TAIL_LINES = 40;
const TAIL_COLUMNS = 500;

export interface ToolOutcome {
  /** Exit status; null when it was stopped because the consumer had enough, or crashed. */
  readonly exitCode: number | null;
  /** Signal that ended it, when neither we nor it meant to. */
  readonly crash: NodeJS.Signals | null;
  /** Last lines of stderr, without progress lines. */
  readonly stderrTail: string;
  /** Lines on stderr without progress lines; with `-v error` the count of errors. */
  readonly errorLines: number;
}

export interface RunToolOptions {
  readonly signal?: AbortSignal | undefined;
  /** Each piece of stdout; a promise holds the process back. Returning `stop` ends it: enough was read. */
  onStdout?(chunk: Buffer): void | 'stop' | Promise<void | 'stop'>;
  /** Instead of {@link onStdout}: stdout is read straight into these buffers. */
  readonly readInto?: ReadInto | undefined;
  /** Seconds of output time ffmpeg reports (needs `-progress pipe:2`). */
  readonly onOutTime?: ((seconds: number) => void) | undefined;
  /** Named in errors. */
  readonly mediaPath?: string | undefined;
  readonly stallMs?: number | undefined;
}

const progressKey =
  /^(?:frame|fps|bitrate|total_size|out_time(?:_us|_ms)?|dup_frames|drop_frames|speed|progress|stream_\w+)=/;
const outTime = /^out_time=(-)?(\d+):(\d\d):(\d\d(?:\.\d+)?)/;

/**
 * Run ffmpeg or ffprobe without a shell and read what it says. stdin is closed. It is killed on abort, when the consumer
 * throws or has enough, and after 30 s without a word; time the consumer takes does not count.
 * @throws AppError `cancelled`, `io` (stuck), `not-found` (binary cannot be started); whatever the consumer throws.
 */
export async function runTool(
  binary: string,
  args: readonly string[],
  options: RunToolOptions = {},
): Promise<ToolOutcome> {
  const { signal } = options;
  if (signal?.aborted) throw cancelled();
  const into = options.readInto ? new BufferReader(options.readInto) : null;
  const pair = into ? await into.connect() : null;
  if (signal?.aborted) {
    pair?.reader.destroy();
    pair?.childEnd.destroy();
    throw cancelled();
  }
  const child = spawn(binary, args, {
    stdio: ['ignore', pair?.childEnd ?? 'pipe', 'pipe'],
    windowsHide: true,
    env: toolEnvironment(),
  });
  pair?.childEnd.destroy();
  const closed = new Promise<{ code: number | null; by: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, by) => resolve({ code, by }));
  });
  closed.catch(() => undefined);

  let end: 'running' | 'aborted' | 'stalled' | 'enough' = 'running';
  const stop = (why: 'aborted' | 'stalled' | 'enough'): void => {
    if (end === 'running') end = why;
    child.kill('SIGKILL');
  };
  const onAbort = (): void => stop('aborted');
  signal?.addEventListener('abort', onAbort, { once: true });

  const watch = new StallWatch(options.stallMs ?? STALL_MS, () => stop('stalled'));
  watch.listen();

  const log = new StderrLog(options.onOutTime);
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    watch.listen();
    log.push(text);
  });

  const go = (judged: void | 'stop'): 'stop' | undefined => {
    if (end !== 'running') return 'stop';
    if (judged === 'stop') {
      stop('enough');
      return 'stop';
    }
    watch.listen();
    return undefined;
  };
  const judge = (verdict: void | 'stop' | Promise<void | 'stop'>): 'stop' | undefined | Promise<'stop' | undefined> =>
    verdict instanceof Promise ? verdict.then(go) : go(verdict);

  try {
    if (into && pair) {
      // A process that could not be started closes nothing.
      closed.catch(() => pair.reader.destroy());
      await into.readAll(pair.reader, () => watch.rest(), judge);
    } else {
      await readAll(child.stdout!, (chunk) => {
        watch.rest();
        return judge(into ? into.pour(chunk) : options.onStdout?.(chunk));
      });
    }
  } catch (error) {
    stop('enough');
    await closed.catch(() => null);
    throw error;
  } finally {
    // A process that closed its stdout may still hang; the timer goes on until it has ended.
    watch.listen();
    await closed.catch(() => null);
    watch.end();
    signal?.removeEventListener('abort', onAbort);
  }

  const name = path.basename(binary);
  const ended = await closed.catch((cause: unknown) => {
    throw new AppError('not-found', `${name} could not be started.`, {
      file: binary,
      fix: 'Set another ffmpeg in Settings or in DIARIST_FFMPEG.',
      detail: String(cause),
    });
  });
  log.finish();
  const reason = end as 'running' | 'aborted' | 'stalled' | 'enough';
  if (reason === 'aborted') throw cancelled();
  if (reason === 'stalled') {
    throw new AppError('io', `${name} said nothing for ${(options.stallMs ?? STALL_MS) / 1000} s and was stopped.`, {
      ...(options.mediaPath === undefined ? {} : { file: options.mediaPath }),
      fix: 'Check that the disk answers and that the file opens in a player, then try again.',
      detail: log.tail(),
    });
  }
  const enough = reason === 'enough';
  return {
    exitCode: enough ? null : ended.code,
    crash: enough ? null : ended.by,
    stderrTail: log.tail(),
    errorLines: log.count,
  };
}

export const cancelled = (): AppError => new AppError('cancelled', 'Cancelled.');

/** The tool ended by itself, on a signal: killed from outside, or a fault of its own. */
export function crashedError(binary: string, crash: NodeJS.Signals, mediaPath: string, detail: string): AppError {
  const killed = crash === 'SIGKILL' || crash === 'SIGTERM';
  const name = path.basename(binary);
  return new AppError(
    'crashed',
    killed ? `${name} was stopped by the system (${crash}).` : `${name} crashed (${crash}).`,
    {
      file: mediaPath,
      fix: killed
        ? 'Try again; if it is stopped again, the computer may be short of memory.'
        : 'Choose another ffmpeg in Settings or with DIARIST_FFMPEG, or convert the file first.',
      detail,
    },
  );
}

/** Variables that would make ffmpeg write reports or colours are dropped. */
function toolEnvironment(): NodeJS.ProcessEnv {
  const { FFREPORT: _report, AV_LOG_FORCE_COLOR: _colour, ...rest } = process.env;
  return {
    ...rest,
    AV_LOG_FORCE_NOCOLOR: '1',
    LC_ALL: 'C',
    // Static builds crash when they load the system's character set modules, as they do for names in MPEG-TS.
    ...(process.platform === 'linux' ? { GCONV_PATH: '/dev/null' } : {}),
  };
}

/** Separates progress from messages; keeps the last messages and counts all. */
class StderrLog {
  count = 0;
  #rest = '';
  readonly #lines: string[] = [];
  readonly #onOutTime: ((seconds: number) => void) | undefined;

  constructor(onOutTime?: (seconds: number) => void) {
    this.#onOutTime = onOutTime;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split(/[\r\n]+/);
    this.#rest = (lines.pop() ?? '').slice(-4 * TAIL_COLUMNS);
    for (const line of lines) this.#line(line);
  }

  finish(): void {
    if (this.#rest) this.#line(this.#rest);
    this.#rest = '';
  }

  tail(): string {
    return this.#lines.join('\n');
  }

  #line(line: string): void {
    if (!line.trim()) return;
    if (progressKey.test(line)) {
      const match = outTime.exec(line);
      if (match && !match[1]) this.#onOutTime?.(Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4]));
      return;
    }
    const repeated = /^\s*Last message repeated (\d+) times/.exec(line);
    this.count += repeated ? Number(repeated[1]) : 1;
    this.#lines.push(line.slice(0, TAIL_COLUMNS));
    if (this.#lines.length > TAIL_LINES) this.#lines.shift();
  }
}
