import type { FromEngine } from '#shared/engine/protocol.ts';

/** The engine's line to its host: Electron's utilityProcess and child_process.fork speak differently. */
export interface EnginePort {
  send(message: FromEngine): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The host is gone. */
  onClose(listener: () => void): void;
}

/** What Electron adds to `process` in a utility process. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
  start?(): void;
}

/** null when this process was started by hand, without a host. */
export function openEnginePort(): EnginePort | null {
  const { parentPort } = process as unknown as { parentPort?: ParentPort };
  if (parentPort) {
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (listener) => {
        parentPort.on('message', (event) => listener(event.data));
        parentPort.start?.();
      },
      onClose: (listener) => parentPort.on('close', listener),
    };
  }
  if (!process.send) return null;
  return {
    // Errors arrive in the callback when the host is gone; `disconnect` follows.
    send: (message) => void process.send?.(message, undefined, undefined, () => undefined),
    onMessage: (listener) => process.on('message', listener),
    onClose: (listener) => process.once('disconnect', listener),
  };
}
