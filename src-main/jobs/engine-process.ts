import { fork } from 'node:child_process';
import { entryPath } from '#runtime/entry-path.ts';

export interface EngineExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running engine, however it was started. */
export interface EngineProcess {
  readonly pid: number | undefined;
  send(message: unknown): void;
  /** SIGKILL, or what comes closest. */
  kill(): void;
}

export interface EngineProcessEvents {
  onMessage(message: unknown): void;
  /** Once, also when it could not be started. */
  onExit(exit: EngineExit): void;
  /** What native code prints before it dies. */
  onStderr(text: string): void;
}

/** Electron passes one over `utilityProcess.fork`; everywhere else {@link forkEngine} serves. */
export type EngineSpawner = (events: EngineProcessEvents, env: NodeJS.ProcessEnv) => EngineProcess;

/** Variables that would change how the child's own runtime starts, or make it another program. */
const notInherited = [
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_REPL_EXTERNAL_MODULE',
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'ELECTRON_RUN_AS_NODE',
  'ELECTRON_NO_ASAR',
  'LD_PRELOAD',
  'DYLD_INSERT_LIBRARIES',
];

export function engineEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !notInherited.includes(name.toUpperCase())));
}

/** Start the engine with child_process.fork. `file` defaults to the app's own engine. */
export const forkEngine =
  (file: string = entryPath('engine')): EngineSpawner =>
  (events, env) => {
    const child = fork(file, [], {
      env,
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let ended = false;
    const onExit = (exit: EngineExit): void => {
      if (ended) return;
      ended = true;
      events.onExit(exit);
    };
    child.on('message', (message) => events.onMessage(message));
    // `error` alone means that it never started; otherwise `exit` tells more.
    child.on('error', (error) => {
      events.onStderr(error.message);
      if (child.pid === undefined) onExit({ code: null, signal: null });
    });
    child.on('exit', (code, signal) => onExit({ code, signal }));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => events.onStderr(text));
    return {
      pid: child.pid,
      // A child that just died refuses the message; its exit is reported anyway.
      send: (message) => {
        if (child.connected) child.send(message as object, () => undefined);
      },
      kill: () => child.kill('SIGKILL'),
    };
  };
