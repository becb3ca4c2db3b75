import { readFile, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { PullOffer } from '#shared/api/models.ts';
import { mirrorLicences } from './mirror.ts';
import type { Mirror } from './mirror.ts';
import { noAddress, notInMirror } from './pull.ts';
import type { ModelEntry } from './registry.ts';

/**
 * What a person is told before anything is fetched: licence and its text, size, source, where it will lie, room on that disk.
 * @param dir the models folder that is pulled into; it need not exist yet
 * @param licenceDirs where the registry's `licenceFile` is looked for
 */
export async function offerPulls(
  models: readonly ModelEntry[],
  dir: string,
  mirror: Mirror | null,
  licenceDirs: readonly string[] = [],
): Promise<PullOffer> {
  const folder = path.resolve(dir);
  return {
    folder,
    freeBytes: await freeBytes(folder),
    mirror: mirror?.dir ?? null,
    models: await Promise.all(
      models.map(async (model) => {
        const file = path.join(folder, model.file);
        const listed = mirror?.files.get(model.file);
        const from = mirror ? (listed ? path.join(mirror.dir, model.file) : null) : (model.downloads[0] ?? null);
        return {
          id: model.id,
          stage: model.stage,
          sizeBytes: model.bytes ?? listed?.bytes ?? null,
          partBytes: mirror ? 0 : await unfinishedBytes(model, folder),
          from,
          source: model.urls[0] ?? null,
          file,
          sha256: model.sha256 ?? listed?.sha256 ?? null,
          licence: model.licence,
          nonCommercial: model.nonCommercial,
          licenceTexts: listed ? await mirrorLicences(mirror!, model.file) : await ownLicence(model, licenceDirs),
          problem: from !== null ? null : (mirror ? notInMirror(model, mirror) : noAddress(model)).data,
        };
      }),
    ),
  };
}

/** What an earlier download left that did not come to its end. */
export async function unfinishedBytes(model: ModelEntry, dir: string): Promise<number> {
  if (model.downloads.length === 0) return 0;
  return (await stat(path.resolve(dir, `${model.file}.part`)).catch(() => null))?.size ?? 0;
}

/** Room on the disk of a folder, or of the nearest one above it that exists. */
async function freeBytes(folder: string): Promise<number | null> {
  for (let at = folder; ; at = path.dirname(at)) {
    const disk = await statfs(at).catch(() => null);
    if (disk) return disk.bavail * disk.bsize;
    if (at === path.dirname(at)) return null;
  }
}

async function ownLicence(model: ModelEntry, dirs: readonly string[]): Promise<{ name: string; text: string }[]> {
  if (model.licenceFile === null) return [];
  for (const dir of dirs) {
    const text = await readFile(path.join(dir, model.licenceFile), 'utf8').catch(() => null);
    if (text !== null) return [{ name: path.basename(model.licenceFile), text }];
  }
  return [];
}
