import { AppError, toErrorData, type AppErrorData, type ErrorCode } from '#shared/api/errors.ts';

/** What the command line promises to scripts. */
export const exitCode = { ok: 0, failed: 1, usage: 2, badInput: 3, interrupted: 130 } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** A command line that cannot be obeyed: exit 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

const inputCodes = new Set<ErrorCode>(['bad-input', 'not-found', 'unsupported', 'newer-version']);

/**
 * Exit code of an error: whose fault it is. With `inputFile` something else that is not found or damaged, such as ffmpeg or a
 * model, is a failure of this computer, so that a script does not discard the file as bad.
 */
export function exitCodeOf(error: AppErrorData, inputFile?: string): ExitCode {
  if (error.code === 'cancelled') return exitCode.interrupted;
  if (error.code === 'bad-parameter') return exitCode.usage;
  const isElse = error.file === undefined ? error.code === 'not-found' : error.file !== inputFile;
  if (inputFile !== undefined && isElse) return exitCode.failed;
  return inputCodes.has(error.code) ? exitCode.badInput : exitCode.failed;
}

/** What the command line itself names wrongly, such as an unknown format, is a usage error. */
export function asUsage<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code: _, message, ...more } = error.data;
    throw new AppError('bad-parameter', message, more);
  }
}

/** The worst of several results: bad input is reported over a failure, either over success. */
export function worst(codes: readonly ExitCode[]): ExitCode {
  const order = [exitCode.ok, exitCode.failed, exitCode.badInput, exitCode.usage, exitCode.interrupted];
  return codes.reduce<ExitCode>((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), exitCode.ok);
}

/** An error for a person: what happened, to which file, the way out. */
export function describeError(error: AppErrorData): string {
  const file = error.file && !error.message.includes(error.file) ? `${printable(error.file)}: ` : '';
  const fix = error.fix ? `\n  ${error.fix}` : '';
  const detail = error.code === 'internal' && error.detail ? `\n${error.detail}` : '';
  return `${file}${printable(error.message)}${printable(fix)}${detail}`;
}

/** Control characters of hostile file names must not reach the terminal; line ends of our own stay. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}]/gu, (c) => (c === '\n' ? c : `\\x${c.codePointAt(0)!.toString(16).padStart(2, '0')}`));
}

/** Runs a command's body and turns what it throws into a message and an exit code. */
export async function guarded(json: boolean, body: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await body();
  } catch (thrown) {
    if (thrown instanceof UsageError) {
      process.stderr.write(`diarist: ${thrown.message}\n`);
      return exitCode.usage;
    }
    const error = toErrorData(thrown);
    if (json) process.stdout.write(`${JSON.stringify({ type: 'error', error })}\n`);
    process.stderr.write(`diarist: ${describeError(error)}\n`);
    return exitCodeOf(error);
  }
}
