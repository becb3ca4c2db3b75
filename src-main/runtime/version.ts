import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { appRoot } from './entry-path.ts';

let known: string | undefined;

/** The product's version, from package.json. */
export function appVersion(): string {
  known ??= z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(path.join(appRoot(), 'package.json'), 'utf8'))).version;
  return known;
}
