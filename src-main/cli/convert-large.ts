import { randomBytes } from 'node:crypto';
import { copyFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { emptyLabels, encodeLabels, writeLabels } from '#shared/formats/index.ts';
import { writeSet } from '#jobs/export/write-set.ts';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import { appVersion } from '#runtime/version.ts';
import { readLargeRttm, rttmTurns } from './rttm-stream.ts';

/**
 * An RTTM too large to be held as text: into RTTM it is checked line by line and copied, in bounded memory; into another
 * format its turns are held, as many as `maxTurnsHeld`.
 */
export async function convertLargeRttm(
  input: string,
  output: string,
  formatId: string,
  overwrite: boolean,
): Promise<{ turns: number; warnings: string[] }> {
  const name = path.basename(input);
  const folder = path.dirname(path.resolve(output));
  if (formatId === 'rttm') {
    const checked = await countTurns(input, name);
    await ensureFolder(folder);
    const part = path.join(folder, `.${randomBytes(6).toString('hex')}.part`);
    try {
      await copyFile(input, part);
      await rename(part, output);
    } finally {
      await rm(part, { force: true });
    }
    return checked;
  }
  const { turns, warnings } = await readLargeRttm(input, name);
  const written = writeLabels({ ...emptyLabels(), turns }, formatId, {
    stem: path.basename(output).replace(/(?<=.)\..*$/u, ''),
    appVersion: appVersion(),
    createdMs: Date.now(),
  });
  await writeSet(folder, [{ name: path.basename(output), data: encodeLabels(written.text, formatId) }], overwrite);
  return { turns: turns.length, warnings: [...warnings, ...written.warnings] };
}

async function countTurns(input: string, name: string): Promise<{ turns: number; warnings: string[] }> {
  let turns = 0;
  const batches = rttmTurns(input, name);
  for (;;) {
    const { done, value } = await batches.next();
    if (done) return { turns, warnings: value };
    turns += value.length;
  }
}
