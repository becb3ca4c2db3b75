import { toErrorData } from '#shared/api/errors.ts';
import { openEnginePort } from './engine-port.ts';
import { EngineServer } from './engine-server.ts';
import type { EngineOptions } from './engine-server.ts';

/** A job that does not stop by itself in this time, after the host is gone, is ended with the process. */
const graceMs = 3_000;

/** Be the engine until the host goes or says so. */
export function runEngine(options: EngineOptions): void {
  const port = openEnginePort();
  if (!port) {
    process.stderr.write('The engine is started by the app; it is no command of its own.\n');
    process.exitCode = 2;
    return;
  }
  const server = new EngineServer(port, options);
  port.onClose(() => {
    // Not process.exit: inside a run of a net that ends in an abort, and a core dump.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs).unref();
    void server.close().finally(() => process.exit(0));
  });
  // Of several kernels that were cancelled together, a stage may have waited for the first only.
  process.on('unhandledRejection', (reason) => {
    const { code, message } = toErrorData(reason);
    if (code !== 'cancelled') port.send({ type: 'log', level: 'error', message: `unhandled: ${message}` });
  });
  process.on('uncaughtException', (error) => {
    port.send({ type: 'log', level: 'error', message: error.stack ?? error.message });
    // A state nobody planned for: the host starts a fresh engine, which goes on from the cache.
    setImmediate(() => process.kill(process.pid, 'SIGKILL'));
  });
  // Ctrl+C in a terminal reaches the whole group: the host decides, by message or by going.
  process.on('SIGINT', () => undefined);
}
