import { existsSync } from 'node:fs';
import path from 'node:path';
import { it } from 'vitest';

/** Reference media and weights that continuous integration has and a user has not. */
export const sharedDir = path.resolve(import.meta.dirname, '../../../shared');
export const hasShared = existsSync(path.join(sharedDir, 'data'));

/** Absolute path below ../shared. */
export const sharedPath = (...parts: string[]): string => path.join(sharedDir, ...parts);

/** `it` for tests that need ../shared: skipped, with that said in the name, where it is absent. */
export const itShared = (name: string, body: () => Promise<void> | void, timeoutMs?: number): void => {
  if (hasShared) it(name, body, timeoutMs);
  else it.skip(`${name} (needs ../shared)`, body);
};
