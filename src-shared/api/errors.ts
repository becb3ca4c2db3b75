/** Errors are data: they cross processes and are shown as what happened, to which file, and the way out. */
export const errorCodes = [
  'bad-input',
  /** A setting that does not exist or does not take this value: what is asked is wrong, not the file. */
  'bad-parameter',
  'not-found',
  'stale-revision',
  'read-only',
  'conflict',
  'cancelled',
  'unsupported',
  'newer-version',
  'io',
  'crashed',
  'quarantined',
  'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export interface AppErrorData {
  code: ErrorCode;
  /** One sentence: what happened and why. */
  message: string;
  /** The file concerned, if any. */
  file?: string | undefined;
  /** The way out, as an instruction. */
  fix?: string | undefined;
  /** Technical detail, folded in the app. */
  detail?: string | undefined;
}

/** Thrown inside a process; becomes {@link AppErrorData} at its border. */
export class AppError extends Error {
  readonly data: AppErrorData;
  constructor(code: ErrorCode, message: string, more: Omit<AppErrorData, 'code' | 'message'> = {}) {
    super(message);
    this.name = 'AppError';
    this.data = { code, message, ...more };
  }
}

/** Any thrown value as data; unknown errors become `internal` with their stack as detail. */
export function toErrorData(thrown: unknown): AppErrorData {
  if (thrown instanceof AppError) return thrown.data;
  if (thrown instanceof Error) {
    if (thrown.name === 'AbortError') return { code: 'cancelled', message: 'Cancelled.' };
    return {
      code: 'internal',
      message: thrown.message || thrown.name,
      ...(thrown.stack ? { detail: thrown.stack } : {}),
    };
  }
  return { code: 'internal', message: String(thrown) };
}

/** The same error as a value to throw again on this side of a border. */
export function fromErrorData(data: AppErrorData): AppError {
  const { code, message, ...more } = data;
  return new AppError(code, message, more);
}
