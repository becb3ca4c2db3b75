import type { ApiEvent, ApiMethod, ApiResult } from './contract.ts';
import type { AppErrorData } from './errors.ts';

/** Frames of the WebSocket transport, one JSON text each. */
export interface CallFrame {
  /** Chosen by the caller, unique on its connection. */
  id: number;
  method: string;
  input: unknown;
}

export type HostFrame =
  | { id: number; result: ApiResult<ApiMethod> }
  /** A frame the host could not read; `id` is unknown. */
  | { id: null; error: AppErrorData }
  | { event: ApiEvent }
  /** Sent every {@link beatMs}, so that a face notices a dead line. */
  | { beat: true };

/** Path of the WebSocket on the served host. */
export const socketPath = '/api';
/** Milliseconds between two beats of the host. */
export const beatMs = 10_000;
/** Largest frame the host reads, in bytes: an imported label file of a very long recording fits. */
export const maxFrameBytes = 256 * 1024 * 1024;

/** What the preload script puts on `window.diarist`: named functions and nothing else. */
export interface DiaristBridge {
  call(method: string, input: unknown): Promise<ApiResult<ApiMethod>>;
  /** Returns the unsubscribe function. */
  onEvent(listener: (event: ApiEvent) => void): () => void;
  /** Path on this machine of a file that was dropped on the window; `''` when it has none. */
  pathForFile(file: unknown): string;
}

/** IPC channels of the Electron transport. */
export const ipcChannels = { call: 'diarist:call', event: 'diarist:event' } as const;
