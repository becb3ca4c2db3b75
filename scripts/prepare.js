// Runs after `npm ci`. Plain JavaScript for any Node, and never a reason for an install to fail.
//
// 1. Links bin/diarist into node_modules/.bin: npm links the bins of dependencies but not those of the package itself, and
//    `npx --no-install diarist` looks there.
// 2. Builds the window's page, so that the first `npm start` opens at once.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..');
const binFolder = path.join(root, 'node_modules', '.bin');

try {
  mkdirSync(binFolder, { recursive: true });
  const link = path.join(binFolder, 'diarist');
  rmSync(link, { force: true });
  if (process.platform === 'win32') {
    writeFileSync(`${link}.cmd`, '@node "%~dp0..\\..\\bin\\diarist" %*\r\n');
  } else {
    symlinkSync(path.join('..', '..', 'bin', 'diarist'), link);
    chmodSync(path.join(root, 'bin', 'diarist'), 0o755);
  }
} catch (error) {
  process.stderr.write(`diarist: could not link the command: ${error.message}\n`);
}

const build = path.join(root, 'scripts', 'build.ts');
if (Number(process.versions.node.split('.')[0]) >= 24 && existsSync(build)) {
  const result = spawnSync(process.execPath, [build, '--if-possible'], { stdio: 'inherit' });
  if (result.status !== 0) process.stderr.write('diarist: the page will be built at the first start.\n');
}
