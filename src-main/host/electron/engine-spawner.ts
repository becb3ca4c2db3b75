import { utilityProcess } from 'electron';
import { entryPath } from '#runtime/entry-path.ts';
import type { EngineSpawner } from '#jobs/engine-process.ts';

/** The engine as an Electron utility process: the fuse that ends `runAsNode` leaves no other child with Node. */
export const utilityEngine =
  (file: string = entryPath('engine')): EngineSpawner =>
  (events, env) => {
    const child = utilityProcess.fork(file, [], {
      env: Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined)),
      execArgv: [],
      serviceName: 'Diarist engine',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.on('message', (message: unknown) => events.onMessage(message));
    child.on('exit', (code) => events.onExit({ code, signal: null }));
    child.stderr?.on('data', (chunk: Buffer) => events.onStderr(chunk.toString('utf8')));
    return {
      // Electron sets it when the process has started.
      get pid() {
        return child.pid;
      },
      send: (message) => child.postMessage(message),
      kill: () => {
        // SIGKILL where the system has it: kill() asks politely, and a native loop does not listen.
        if (child.pid === undefined || process.platform === 'win32') child.kill();
        else process.kill(child.pid, 'SIGKILL');
      },
    };
  };
