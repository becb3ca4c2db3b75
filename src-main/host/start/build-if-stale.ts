import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { appRoot } from '#runtime/entry-path.ts';

/** Where scripts/build.ts puts the page. */
export const rendererDir = (): string => path.join(appRoot(), 'dist', 'renderer');

/**
 * Brings dist/ up to date in a checkout; an installed app carries it ready-made. A failed build with an older page at
 * hand is a notice, without one an error.
 *
 * @returns what the person should know, or null
 * @throws AppError internal
 */
export async function buildIfStale(parts: readonly ('renderer' | 'main')[]): Promise<string | null> {
  const script = path.join(appRoot(), 'scripts', 'build.ts');
  if (!existsSync(script)) return null;
  const { code, output } = await run(script, parts);
  if (code === 0) return null;
  const summary = output.trim().split('\n', 1)[0] ?? '';
  if (existsSync(path.join(rendererDir(), 'index.html')) && !parts.includes('main')) {
    return `The page could not be built again and is an older one: ${summary}`;
  }
  throw new AppError('internal', `The app could not be built: ${summary}`, {
    fix: 'Run `npm ci`, then `npm run build` to see all of the message.',
    detail: output,
  });
}

function run(script: string, parts: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...parts], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code, output }));
  });
}
