/**
 * Packages the desktop app for this platform.
 *
 *   npm run package              installers (electron-builder.yml)
 *   npm run package -- --dir     the unpacked folder only
 *
 * Without a network it goes as far as it can and says in one line where it stopped; other arguments go to electron-builder.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { electronPackage, findElectron } from '../src-main/host/start/electron-binary.ts';
import { wrongFuses } from './fuses.ts';
import { stageModels } from './stage-models.ts';

const root = path.resolve(import.meta.dirname, '..');
const step = (text: string): void => void process.stdout.write(`package: ${text}\n`);

class Stop extends Error {}

function run(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** The LGPL builds of scripts/ffmpeg-lgpl.sh: a package without them would leave people without any decoder. */
function checkFfmpeg(): string | null {
  const folder = path.join(root, 'resources', 'bin', `${process.platform}-${process.arch}`);
  if (existsSync(folder)) return null;
  return `no LGPL ffmpeg in ${path.relative(root, folder)} (scripts/ffmpeg-lgpl.sh makes it)`;
}

async function electronDist(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'diarist-package-'));
  try {
    const electron = await findElectron({
      packageDir: electronPackage(),
      stampFile: path.join(folder, 'tried'),
      offline: process.env['DIARIST_OFFLINE'] === '1',
    });
    if (electron.path === null) throw new Stop(`before electron-builder: ${electron.reason}`);
    return path.join(electronPackage()!, 'dist');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads the fuses back from the binary of each unpacked folder. */
async function checkFuses(): Promise<void> {
  const release = path.join(root, 'release');
  for (const name of await readdir(release)) {
    const folder = path.join(release, name);
    const binary = [
      path.join(folder, 'diarist'),
      path.join(folder, 'Diarist.exe'),
      path.join(folder, 'Diarist.app', 'Contents', 'MacOS', 'Diarist'),
    ].find((file) => existsSync(file));
    if (!binary) continue;
    const wrong = await wrongFuses(binary);
    if (wrong.length > 0) throw new Stop(`after packing: ${wrong.join('; ')} in ${name}`);
    step(`fuses of ${name} are as they should be`);
  }
}

try {
  const args = process.argv.slice(2);
  if ((await run(process.execPath, [path.join(root, 'scripts', 'build.ts')])) !== 0)
    throw new Stop('at the build of dist/');
  step('dist/renderer and dist/main are built');
  const models = await stageModels(path.join(root, 'models'), path.join(root, 'dist', 'models'));
  step(`${models} nets of npm packages are in dist/models`);
  const noFfmpeg = checkFfmpeg();
  const dist = await electronDist();
  // The packed engine is tried with the package's own ffmpeg (scripts/after-pack.ts).
  if (noFfmpeg) throw new Stop(`before electron-builder: ${noFfmpeg}`);
  const builder = path.join(root, 'node_modules', 'electron-builder', 'cli.js');
  const code = await run(process.execPath, [builder, ...args, `-c.electronDist=${dist}`, '--publish', 'never']);
  if (code !== 0) throw new Stop('in electron-builder (see above)');
  await checkFuses();
  step('done: see release/');
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  step(`stopped ${error.message}`);
  process.exitCode = 1;
}
