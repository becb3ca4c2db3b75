import { editOpSchema } from '#shared/domain/edit-op.ts';
import type { EditOp } from '#shared/domain/edit-op.ts';
import { parseBoxesRef } from '#shared/domain/boxes-ref.ts';
import type { HypothesisPicture } from '#shared/domain/hypothesis.ts';
import type { DocRecord, FaceTrack, RecordsDiff } from '#shared/domain/records.ts';
import { unpackJson } from './packed-json.ts';
import type { FaceEdits } from './protocol.ts';
import type { Statements } from './sqlite.ts';

interface JournalRow {
  op: string;
  diff: unknown;
  source: string;
}

/**
 * Which answer the face tracks of a file come from and whose faces a person said they are, by the journal; null where no
 * answer with a picture was adopted.
 */
export function readFaceOrigin(
  sql: Statements,
  mediaId: string,
  pictureOf: (hypothesisId: string) => HypothesisPicture | null,
): Omit<FaceEdits, 'records'> | null {
  const rows = sql<[string], JournalRow>(
    `SELECT op, diff, source FROM journal WHERE media_id = ? AND state = 'done'
     AND (op ->> 'op' LIKE 'track.%' OR op ->> 'op' LIKE 'cut.%' OR op ->> 'op' = 'hypothesis.adopt') ORDER BY seq`,
  ).all(mediaId);
  let picture: HypothesisPicture | null = null;
  let naming = new Map<string, boolean>();
  for (const row of rows) {
    const op = editOpSchema.parse(JSON.parse(row.op));
    if (op.op === 'hypothesis.adopt') {
      const adopted = pictureOf(op.hypothesisId);
      // One that only heard leaves the tracks alone.
      if (!adopted) continue;
      picture = adopted;
      naming = new Map();
    } else if (op.op === 'track.assign') {
      if (row.source !== 'human') continue;
      for (const id of op.trackIds) naming.set(id, op.speakerId !== null);
    } else if (naming.size > 0) {
      handOn(naming, unpackJson(row.diff) as RecordsDiff);
    }
  }
  return picture && { picture, naming: [...naming] };
}

/** Whether an edit says whose a face is that no person has said so yet, though the machine may have. */
export function namesFaces(op: EditOp, readOrigin: () => Pick<FaceEdits, 'naming'> | null): boolean {
  if (op.op !== 'track.assign') return false;
  const known = new Map(readOrigin()?.naming);
  return op.trackIds.some((id) => known.get(id) !== (op.speakerId !== null));
}

/** Parts of a track that was named, and tracks it was merged into, are named with it. */
function handOn(naming: Map<string, boolean>, { added, updated, removed }: RecordsDiff): void {
  const before = [...updated.map(({ from }) => from), ...removed].filter(isTrack);
  const after = [...updated.map(({ to }) => to), ...added].filter(isTrack);
  for (const track of after) {
    if (naming.has(track.id)) continue;
    const origin = before.find((other) => naming.has(other.id) && sharesBoxes(other, track));
    if (origin) naming.set(track.id, naming.get(origin.id)!);
  }
}

const isTrack = (record: DocRecord): record is FaceTrack => record.kind === 'track';

function sharesBoxes(one: FaceTrack, other: FaceTrack): boolean {
  const refs = (track: FaceTrack): string[] =>
    parseBoxesRef(track.boxesArtifact).flatMap(({ artifact, trackIds }) => trackIds.map((id) => `${artifact}#${id}`));
  const known = new Set(refs(one));
  return refs(other).some((ref) => known.has(ref));
}
