/**
 * The served app on the file given, from start to exported labels, as one process of its own; prints one JSON line. With
 * `--call-home` in place of a file it only tries to reach the network, to show that the watch on it works.
 */
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { entryPath } from '#runtime/entry-path.ts';
import type { EngineSpawner } from '#jobs/engine-process.ts';
import { createHost } from '../host.ts';
import { startServer } from '../serve/server.ts';

const [target] = process.argv.slice(2);
if (target === '--call-home') {
  await fetch('https://192.0.2.1/').catch(() => {});
  await fetch('https://diarist.example/').catch(() => {});
  process.exit(0);
}
const folder = process.env['DIARIST_DATA_DIR']!;
mkdirSync(path.join(folder, 'page'), { recursive: true });
writeFileSync(path.join(folder, 'page', 'index.html'), '<!doctype html>');

/** As #jobs/engine-process.ts does it, but with the flags of this process: the watch goes with them. */
const spawnEngine: EngineSpawner = (events, env) => {
  const child = fork(entryPath('engine'), [], {
    env,
    execArgv: process.execArgv,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.on('message', (message) => events.onMessage(message));
  child.on('exit', (code, signal) => events.onExit({ code, signal }));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => events.onStderr(text));
  return {
    pid: child.pid,
    send: (message) => {
      if (child.connected) child.send(message as object);
    },
    kill: () => child.kill('SIGKILL'),
  };
};

const host = await createHost({
  face: 'served',
  rendererDir: path.join(folder, 'page'),
  project: null,
  media: [target!],
  notices: [],
  spawnEngine,
});
const server = await startServer({ ...host, port: 0 }).catch(() => null);
const done = new Promise<string>((resolve) => {
  host.events.on((event) => {
    if (event.type !== 'job.changed') return;
    const { state, error } = event.job;
    if (state !== 'queued' && state !== 'running') resolve(error ? `${state}: ${error.message}` : state);
  });
});
const state = await done;
const media = (await host.dispatch('media.list', {})) as { value: { id: string; segmentCount: number }[] };
const labels = await host.dispatch('export.text', { mediaId: media.value[0]?.id, format: 'rttm' });
console.log(JSON.stringify({ state, segmentCount: media.value[0]?.segmentCount, exported: labels.ok }));
await server?.close();
await host.close();
