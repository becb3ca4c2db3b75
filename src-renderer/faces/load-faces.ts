import type { z } from 'zod';
import { AppError } from '#shared/api/errors.ts';
import { BoxRows, FaceTracks, RowReader, rowCountOf } from '#shared/evidence/face-evidence.ts';
import {
  avEvidenceSchema,
  avSyncSchema,
  faceArtifacts,
  identitiesDataSchema,
  lipBoxAt,
  shotsDataSchema,
  trackIndexSchema,
  trackRowValues,
  type AvSync,
} from '#shared/evidence/face-schemas.ts';
import type { FaceSources } from './shown-faces.ts';

/** Addresses on the media route by artifact name, as `media.sources` gives them. */
export type EvidenceAddresses = Readonly<Record<string, { url: string; key: string }>>;

async function open(url: string, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(url, signal ? { signal } : {});
  if (response.ok) return response;
  throw new AppError('io', 'What was found in the picture could not be read from the cache.', {
    fix: 'Run the file again; its cache is rebuilt.',
    detail: `${response.status} ${url}`,
  });
}

async function json<T>(
  addresses: EvidenceAddresses,
  name: string,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T | null> {
  const address = addresses[name];
  if (!address) return null;
  const parsed = schema.safeParse(await (await open(address.url, signal)).json());
  return parsed.success ? parsed.data : null;
}

/** Rows of float32 as they arrive: the file is never whole in memory. */
async function readRows(
  url: string,
  values: number,
  take: (row: number, values: Float32Array) => void,
  signal?: AbortSignal,
): Promise<void> {
  const reader = new RowReader(values, take);
  const body = (await open(url, signal)).body;
  if (!body) return;
  const pieces = body.getReader();
  for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) reader.push(piece.value);
}

export interface LoadedEvidence {
  /** null: no faces were looked for. */
  readonly sources: FaceSources | null;
  readonly cutsSec: Float64Array;
  readonly sync: AvSync | null;
}

/** Everything small, and the boxes. What is absent is left out; what cannot be read fails the whole. */
export async function loadFaceEvidence(addresses: EvidenceAddresses, signal: AbortSignal): Promise<LoadedEvidence> {
  const [index, shots, identities, av, sync] = await Promise.all([
    json(addresses, faceArtifacts.trackIndex, trackIndexSchema, signal),
    json(addresses, faceArtifacts.shots, shotsDataSchema, signal),
    json(addresses, faceArtifacts.identities, identitiesDataSchema, signal),
    json(addresses, faceArtifacts.av, avEvidenceSchema, signal),
    json(addresses, faceArtifacts.sync, avSyncSchema, signal),
  ]);
  const cutsSec = Float64Array.from(shots?.shots.slice(1) ?? [], ({ firstFrame }) => firstFrame / shots!.frameRateHz);
  const boxesAddress = addresses[faceArtifacts.tracks];
  if (!index || !boxesAddress) return { sources: null, cutsSec, sync };
  const boxes = new BoxRows(rowCountOf(index));
  const readBoxes = readRows(
    boxesAddress.url,
    trackRowValues,
    (row, values) => boxes.set(row, values[0]!, values[1]!, values[2]!, values[3]!),
    signal,
  );
  const talkingAddress = addresses[faceArtifacts.talking];
  // Together: what is left behind by a failure of the other must not fail unheard.
  const [talking] = await Promise.all([
    talkingAddress ? scores(talkingAddress.url, boxes.count, signal) : null,
    readBoxes,
  ]);
  const sources = { faces: new FaceTracks(index, boxes, talking), boxesKey: boxesAddress.key, av, identities };
  return { sources, cutsSec, sync };
}

/** One value a row; null when it is of another run and has another number of rows. */
async function scores(url: string, count: number, signal: AbortSignal): Promise<Float32Array | null> {
  const values = new Float32Array(count);
  let read = 0;
  await readRows(
    url,
    1,
    (row, [value]) => {
      if (row < count) values[row] = value!;
      read = row + 1;
    },
    signal,
  );
  return read === count ? values : null;
}

/** Lip boxes by row of the face boxes; null when nobody measured them for these rows. */
export async function loadLips(addresses: EvidenceAddresses, faces: FaceTracks): Promise<BoxRows | null> {
  const address = addresses[faceArtifacts.lips];
  if (!address) return null;
  const { count } = faces.boxes;
  const head = await fetch(address.url, { method: 'HEAD' });
  const floats = Number(head.headers.get('Content-Length')) / 4;
  // How many values a row has is the stage's to say; the rows are those of the boxes.
  const values = count > 0 ? floats / count : 0;
  if (!Number.isInteger(values) || values < lipBoxAt + 4) return null;
  const rows = new BoxRows(count);
  await readRows(address.url, values, (row, all) => {
    const [cx, cy, w, h] = [all[lipBoxAt]!, all[lipBoxAt + 1]!, all[lipBoxAt + 2]!, all[lipBoxAt + 3]!];
    rows.set(row, cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2);
  });
  return rows;
}
