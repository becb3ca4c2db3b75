import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Diarizer } from '#jobs/diarize-files.ts';
import { forkEngine } from '#jobs/engine-process.ts';
import { findTools } from '#media/ffmpeg.ts';
import { appRoot } from '#runtime/entry-path.ts';
import { wrongFuses } from '../../scripts/fuses.ts';
import { stageModels } from '../../scripts/stage-models.ts';

/**
 * Packs the app with a stand-in for Electron's folder: a script that carries Electron's fuse wire. What electron-builder
 * puts where is real; the packed engine is started by this Node.
 */
let folder: string;
let packed: string;
let builderLog: string;

const supported = process.platform === 'linux' && process.arch === 'x64';
beforeAll(async () => {
  if (!supported) return;
  folder = await mkdtemp(path.join(os.tmpdir(), 'diarist-packaging-'));
  const dist = path.join(folder, 'electron');
  await mkdir(path.join(dist, 'locales'), { recursive: true });
  await mkdir(path.join(dist, 'resources'));
  const script = '#!/bin/sh\necho \'{"ok":true,"standIn":true}\'\nexit 0\n';
  const wire = ['dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', '\x01\x08', '01010100'];
  await writeFile(path.join(dist, 'electron'), Buffer.from(`${script}${wire.join('')}\n`, 'latin1'), { mode: 0o755 });
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'version'])
    await writeFile(path.join(dist, name), 'stand-in');
  const run = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: appRoot(), encoding: 'utf8' });
    expect([status, status === 0 ? '' : `${stdout}${stderr}`]).toEqual([0, '']);
    return stdout + stderr;
  };
  run('scripts/build.ts');
  await stageModels(path.join(appRoot(), 'models'), path.join(appRoot(), 'dist', 'models'));
  builderLog = run(
    ...['node_modules/electron-builder/cli.js', '--linux', '--x64', '--dir', '--publish', 'never'],
    ...[`-c.electronDist=${dist}`, `-c.directories.output=${path.join(folder, 'release')}`],
  );
  packed = path.join(folder, 'release', 'linux-unpacked');
}, 300_000);
afterAll(() => (supported ? rm(folder, { recursive: true, force: true }) : undefined));

describe.runIf(supported)('packed app (stand-in for electron)', () => {
  const resources = (...parts: string[]): string => path.join(packed, 'resources', ...parts);

  it('was tried by after-pack and carries its models, sample and licence outside the archive', async () => {
    expect(builderLog).toContain('after-pack: {"ok":true');
    for (const file of ['app.asar', 'LICENSE.txt', 'models/registry.json', 'sample/sample.mp4', 'models/LICENSES']) {
      expect(existsSync(resources(file)), file).toBe(true);
    }
  });

  it('carries the native closure of its own platform only, and no source maps', async () => {
    const modules = resources('app.asar.unpacked', 'node_modules');
    expect((await readdir(modules)).sort()).toEqual(['better-sqlite3', 'onnxruntime-common', 'onnxruntime-node']);
    expect(await readdir(path.join(modules, 'onnxruntime-node/bin/napi-v6'))).toEqual(['linux']);
    expect(await readdir(path.join(modules, 'onnxruntime-node/bin/napi-v6/linux'))).toEqual(['x64']);
    expect(await readdir(path.join(modules, 'better-sqlite3/prebuilds'))).toEqual(['linux-x64.node']);
    const all = await readdir(packed, { recursive: true });
    expect(all.filter((name) => /\.map$|\.d\.ts$/.test(name))).toEqual([]);
  });

  it('has every fuse as it should be (S6)', async () => {
    expect(await wrongFuses(path.join(packed, 'diarist'))).toEqual([]);
  });

  it('infers from the unpacked engine, its worker and its models', async () => {
    const diarizer = await Diarizer.open({
      modelsDir: resources('models'),
      cacheDir: path.join(folder, 'cache'),
      spawn: forkEngine(resources('app.asar.unpacked', 'dist', 'main', 'engine.js')),
    });
    try {
      const { result } = await diarizer.diarize(resources('sample', 'sample.mp4'));
      expect(result.segments.length).toBeGreaterThan(3);
    } finally {
      await diarizer.close();
    }
  });

  it('passes its own self-test from the packed files: bundle, engine, models and paths', async () => {
    // Where a release carries its own ffmpeg.
    const { ffmpegPath, ffprobePath } = await findTools();
    await mkdir(resources('bin'));
    await copyFile(ffmpegPath, resources('bin', 'ffmpeg'));
    await copyFile(ffprobePath, resources('bin', 'ffprobe'));
    // Found where Node looks for it from the packed bundle; plays the two parts of Electron that the self-test needs.
    const standIn = resources('node_modules', 'electron');
    await mkdir(standIn, { recursive: true });
    await writeFile(path.join(standIn, 'package.json'), '{"name":"electron","main":"index.js"}');
    await writeFile(path.join(standIn, 'index.js'), standInSource(path.join(packed, 'resources')));
    const entry = resources('app.asar.unpacked', 'dist', 'main', 'electron.js');
    const env = { ...process.env, DIARIST_NO_SYSTEM: '1', DIARIST_DATA_DIR: path.join(folder, 'data') };
    const run = spawnSync(process.execPath, [entry, '--self-test'], { encoding: 'utf8', env });
    expect([run.status, run.stderr, run.status === 0 ? '' : run.stdout]).toEqual([0, '', '']);
    expect(JSON.parse(run.stdout)).toMatchObject({ ok: true, ffmpeg: 'bundled', decodedSec: 1 });
  });
});

const standInSource = (resourcesPath: string): string => `
process.resourcesPath = ${JSON.stringify(resourcesPath)};
const { EventEmitter } = require('node:events');
const { fork } = require('node:child_process');
exports.app = { setPath() {}, whenReady: async () => {}, exit: (code) => process.exit(code), isPackaged: true };
exports.utilityProcess = {
  fork(file, args, { env }) {
    const child = fork(file, args, { env, serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    const face = Object.assign(new EventEmitter(), { pid: child.pid, stderr: child.stderr, kill: () => child.kill() });
    child.on('message', (message) => face.emit('message', message));
    child.on('exit', (code) => face.emit('exit', code));
    return Object.assign(face, { postMessage: (message) => child.connected && child.send(message) });
  },
};
// Imported by name, not used by the self-test.
exports.BrowserWindow = {};
exports.dialog = {};
exports.ipcMain = {};
exports.Menu = {};
exports.protocol = {};
exports.session = {};
exports.shell = {};
`;
