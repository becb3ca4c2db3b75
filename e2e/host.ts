import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

/** A real host, started the way a person does, with folders of its own. */
export interface TestHost {
  /** Address with the token in it. */
  url: string;
  /** Data, cache and export folders live below it. */
  dir: string;
  project: string;
  process: ChildProcess;
  /** Stop it as Ctrl+C would (default) or with another signal; resolves when it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Remove its folders. */
  cleanUp(): void;
}

export interface HostOptions {
  media?: string[];
  /** Folder of an earlier host, to start again on the same project. */
  dir?: string;
  /** Project file; default `<dir>/test.diarist`, null = what the app chooses. */
  project?: string | null;
}

export async function startHost(options: HostOptions = {}): Promise<TestHost> {
  const dir = options.dir ?? mkdtempSync(path.join(os.tmpdir(), 'diarist-e2e-'));
  const project = options.project === undefined ? path.join(dir, 'test.diarist') : options.project;
  const child = spawn(
    process.execPath,
    [
      path.join(root, 'bin/diarist'),
      'app',
      '--serve',
      '--port',
      '0',
      ...(project === null ? [] : ['--project', project]),
      ...(options.media ?? []),
    ],
    {
      cwd: dir,
      env: {
        ...process.env,
        DIARIST_DATA_DIR: path.join(dir, 'data'),
        DIARIST_CACHE_DIR: path.join(dir, 'cache'),
        DIARIST_OFFLINE: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const match = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(output);
      if (match) resolve(match[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => reject(new Error(`The host ended with ${code} before it served:\n${output}`)));
  });
  const gone = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  return {
    url,
    dir,
    project: project ?? '',
    process: child,
    stop: async (signal = 'SIGINT') => {
      child.kill(signal);
      await gone;
    },
    cleanUp: () => rmSync(dir, { recursive: true, force: true }),
  };
}
