/**
 *   npm run bench -- <name> [arguments]
 *
 * Runs bench/<name>.ts, which exports `run(args)` and resolves with the exit code: 0 = within its limits.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

interface Bench {
  run?: (args: string[]) => Promise<number>;
}

const folder = import.meta.dirname;
const [name, ...args] = process.argv.slice(2);
const file = name && /^[a-z][a-z0-9-]*$/u.test(name) ? path.join(folder, `${name}.ts`) : null;
const bench = file && existsSync(file) ? ((await import(pathToFileURL(file).href)) as Bench) : null;
if (bench?.run) {
  process.exitCode = await bench.run(args);
} else {
  const names: string[] = [];
  for (const entry of await readdir(folder)) {
    if (!entry.endsWith('.ts') || entry === 'main.ts') continue;
    const found = (await import(pathToFileURL(path.join(folder, entry)).href)) as Bench;
    if (found.run) names.push(entry.slice(0, -3));
  }
  console.error(`Usage: npm run bench -- <${names.join(' | ')}>`);
  process.exitCode = 2;
}
