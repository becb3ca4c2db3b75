import { statSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { defaultDataDir } from '#runtime/dirs.ts';
import type { Host } from './host.ts';
import { createHost } from './host.ts';
import type { ServedHost } from './serve/server.ts';
import { startServer } from './serve/server.ts';
import { buildIfStale, rendererDir } from './start/build-if-stale.ts';
import { runDesktop } from './start/desktop.ts';
import { electronPackage, findElectron } from './start/electron-binary.ts';
import { chooseFace } from './start/face.ts';

export interface StartOptions {
  /** Files to open; none = the bundled sample. Relative to the working folder. */
  media: string[];
  /** Serve to a browser even where a window could be opened. */
  serve: boolean;
  /** Port of the served app; absent = the usual one, or any free one. */
  port?: number;
  /** Project file to open, made when it does not exist; absent = the person's default project. */
  project?: string;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * What `npm start` does: the desktop window where Electron can be had, else the same app served to a browser of this
 * machine. Resolves when the person has closed it.
 *
 * @throws AppError not-found for a file that is not there, conflict for a taken port
 */
export async function startApp(options: StartOptions): Promise<void> {
  const media = options.media.map(existingFile);
  const project = options.project === undefined ? null : path.resolve(options.project);
  const choice = chooseFace({
    serve: options.serve,
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    env: process.env,
  });
  const notices: string[] = [];
  const fallBack = (reason: string): void => {
    const line = `No desktop window: ${reason}. Serving the app to a browser instead.`;
    say(line);
    notices.push(line);
  };
  if (choice.face === 'desktop') {
    const reason = await tryDesktop(media, project);
    if (reason === null) return;
    fallBack(reason);
  } else if (choice.reason !== null) {
    fallBack(choice.reason);
  }
  await serve({ media, project, port: options.port, notices });
}

/** null = it ran and was closed; else why there is no window. */
async function tryDesktop(media: string[], project: string | null): Promise<string | null> {
  const electron = await findElectron({
    packageDir: electronPackage(),
    stampFile: path.join(defaultDataDir(), 'electron-download-tried'),
    offline: process.env['DIARIST_OFFLINE'] === '1',
  });
  if (electron.path === null) return electron.reason;
  await buildIfStale(['renderer', 'main']);
  const end = await runDesktop(electron.path, { media, project });
  if (!end.opened) return `Electron could not start (${end.reason})`;
  if (end.code !== 0) throw new AppError('crashed', `The desktop app ended with exit status ${end.code}.`);
  return null;
}

interface ServeOptions {
  media: string[];
  project: string | null;
  port: number | undefined;
  notices: string[];
}

async function serve(options: ServeOptions): Promise<void> {
  // From the first moment on: a job may already run while the port is being opened.
  const stop = stopSignal();
  const notice = await buildIfStale(['renderer']);
  if (notice) options.notices.push(notice);
  let host: Host | undefined;
  let server: ServedHost | undefined;
  try {
    host = await createHost({
      face: 'served',
      rendererDir: rendererDir(),
      project: options.project,
      media: options.media,
      notices: options.notices,
    });
    const { dispatch, events, respond } = host;
    server = await startServer({ dispatch, events, respond, port: options.port });
    say(`Diarist is at ${server.url}`);
    await stop;
  } finally {
    await server?.close();
    await host?.close();
  }
}

/** Resolves at the first SIGINT, SIGTERM or SIGHUP; the second ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (): void => {
      if (asked) process.exit(130);
      asked = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
}

/** A slip in the name is told before anything starts. */
function existingFile(given: string): string {
  const file = path.resolve(given);
  if (!statSync(file, { throwIfNoEntry: false })) {
    throw new AppError('not-found', 'This file does not exist.', { file, fix: 'Check the name.' });
  }
  return file;
}
