import { constants } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '#shared/api/errors.ts';
import { faceArtifacts, identitiesDataSchema, trackIndexSchema } from '#shared/evidence/face-schemas.ts';
import { roiFromLips } from '#shared/formats/m3sd-lips.ts';
import type { DiarizedFile } from '#jobs/diarize-files.ts';
import { writeSet } from '#jobs/export/write-set.ts';
import type { PlannedOutput } from './output-plan.ts';

/** What `--lips` sets, so that pictures of the lips are kept. */
export const lipSettings: Readonly<Record<string, boolean>> = { 'face-views.lipCrops': true };

const lipIndexSchema = z.object({ minMeshProbability: z.number() });

/**
 * `<stem>.roi.json` (faces and lips in M3SD's shape), `<stem>.lips.npy` (uint8 [n, 96, 96]) and `<stem>.lips.csv` (track and
 * frame of each picture).
 * @returns sentences for the person
 * @throws AppError conflict when a file exists already and `overwrite` is not set
 */
export async function writeLips(
  planned: Pick<PlannedOutput, 'rttmPath'>,
  file: Pick<DiarizedFile, 'result' | 'probe'>,
  overwrite: boolean,
): Promise<string[]> {
  const paths = new Map(file.result.artifacts.map((artifact) => [artifact.name, artifact.path]));
  const [index, faces, lips, lipIndex] = [faceArtifacts.trackIndex, faceArtifacts.tracks, 'lips', 'lipIndex'].map(
    (name) => paths.get(name),
  );
  const video = file.probe.video[0];
  if (index === undefined || faces === undefined || lips === undefined || lipIndex === undefined || !video) {
    return [
      'No lips were looked at: there is no picture, or this system does not look at faces; --lips wrote nothing.',
    ];
  }
  const json = async <T>(from: string, schema: z.ZodType<T>): Promise<T> =>
    schema.parse(JSON.parse(await readFile(from, 'utf8')));
  const lies = video.rotationDeg % 180 !== 0;
  const identities = paths.get('identities');
  const people = identities === undefined ? [] : (await json(identities, identitiesDataSchema)).identities;
  const personOf = new Map(people.flatMap(({ id, trackIds }) => trackIds.map((track) => [track, id] as const)));
  const roi = roiFromLips(
    {
      tracks: (await json(index, trackIndexSchema)).tracks,
      faces: await float32(faces),
      lips: await float32(lips),
      minMeshProbability: (await json(lipIndex, lipIndexSchema)).minMeshProbability,
    },
    { widthPx: lies ? video.heightPx : video.widthPx, heightPx: lies ? video.widthPx : video.heightPx },
    (track) => String(personOf.get(track) ?? `track${track}`),
  );
  const stem = planned.rttmPath.replace(/\.rttm$/u, '');
  await writeSet(path.dirname(stem), [{ name: `${path.basename(stem)}.roi.json`, data: roi.text }], overwrite);
  for (const [name, ending] of [
    ['lipCrops', '.lips.npy'],
    ['lipCropList', '.lips.csv'],
  ] as const) {
    const from = paths.get(name);
    if (from !== undefined) await copyNew(from, `${stem}${ending}`, overwrite);
  }
  return roi.warnings;
}

async function copyNew(from: string, to: string, overwrite: boolean): Promise<void> {
  try {
    await copyFile(from, to, overwrite ? 0 : constants.COPYFILE_EXCL);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new AppError('conflict', `${to} exists already and was left as it is.`, {
      file: to,
      fix: 'Choose another folder with -o, or overwrite with --force.',
    });
  }
}

async function float32(file: string): Promise<Float32Array> {
  const bytes = await readFile(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
