import type { AppErrorData } from '#shared/api/errors.ts';
import type { Provider, ProviderWish } from '#shared/engine/protocol.ts';
import type { KernelName } from './kernels.ts';

/** Between the pool and its workers; both ends are one build of one process, so types suffice. */
export interface WorkerSettings {
  intraOpThreads: number;
  provider: ProviderWish;
}

export type ToWorker =
  | {
      type: 'run';
      taskId: number;
      kernel: KernelName;
      input: unknown;
      /** Int32 at 0: 1 = cancelled. */
      cancelFlag: SharedArrayBuffer;
    }
  /** Release the sessions and end by itself: a worker is never terminated while it may be inside the runtime. */
  | { type: 'end' };

export type FromWorker =
  | { type: 'loaded' }
  | { type: 'session'; modelPath: string; provider: Provider; reason: string | null }
  | { type: 'done'; taskId: number; output: unknown }
  | { type: 'failed'; taskId: number; error: AppErrorData };
