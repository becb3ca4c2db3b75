import { AppError } from '#shared/api/errors.ts';
import { defaultDoubtLimit } from '#shared/domain/doubt.ts';
import { fileIdOf, mediaChoiceSchema, mediaProbeSchema } from '#shared/domain/media.ts';
import type { MediaItem, MediaState } from '#shared/domain/media.ts';
import path from 'node:path';
import { newId } from './ids.ts';
import type { MediaPatch, NewMedia, ReadableStore, WritableStore } from './protocol.ts';
import type { Statements } from './sqlite.ts';

interface MediaRow {
  id: string;
  path: string;
  name: string;
  size_bytes: number;
  mtime_ms: number;
  hash: string;
  probe: string;
  choice: string;
  state: MediaState;
  undecoded_share: number | null;
  added_ms: number;
  segments: number;
  speakers: number;
  doubts: number;
}

/** Doubtful as in domain/doubt.ts. */
const selectMedia = `
  SELECT media.*,
    (SELECT count(*) FROM segment WHERE segment.media_id = media.id) AS segments,
    (SELECT count(*) FROM speaker WHERE speaker.media_id = media.id) AS speakers,
    (SELECT count(*) FROM segment WHERE segment.media_id = media.id
       AND (review = 'doubtful' OR (review = 'unreviewed' AND confidence < ?))) AS doubts
  FROM media`;
const selectAllMedia = `${selectMedia} ORDER BY media.rowid`;
const selectOneMedia = `${selectMedia} WHERE media.id = ?`;

export function createMediaReader(sql: Statements): Pick<ReadableStore, 'listMedia' | 'getMedia'> {
  return {
    listMedia: (doubtLimit = defaultDoubtLimit) => sql<[number], MediaRow>(selectAllMedia).all(doubtLimit).map(toItem),
    getMedia: (id, doubtLimit = defaultDoubtLimit) => {
      const row = sql<[number, string], MediaRow>(selectOneMedia).get(doubtLimit, id);
      if (row) return toItem(row);
      throw new AppError('not-found', 'This file is not in the project (any more).', {
        fix: 'Choose a file of the list.',
      });
    },
  };
}

/** The methods must be called inside a writing transaction. */
export function createMediaWriter(sql: Statements): Pick<WritableStore, 'addMedia' | 'updateMedia' | 'removeMedia'> {
  const { getMedia } = createMediaReader(sql);
  const insert = (item: NewMedia, addedMs: number): string => {
    refuseKnownPath(sql, item.path, null);
    const id = newId();
    const { identity } = item;
    sql(
      `INSERT INTO media (id, path, name, size_bytes, mtime_ms, hash, probe, choice, state, added_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      id,
      item.path,
      item.name ?? path.basename(item.path),
      identity.sizeBytes,
      identity.mtimeMs,
      identity.hash,
      JSON.stringify(item.probe),
      JSON.stringify(item.choice ?? { audioStream: null, channel: 'mix', range: null }),
      item.state ?? 'new',
      addedMs,
    );
    sql('INSERT INTO layer (media_id) VALUES (?)').run(id);
    return id;
  };
  return {
    addMedia: (items) => {
      const addedMs = Date.now();
      return items.map((item) => insert(item, addedMs)).map((id) => getMedia(id));
    },
    updateMedia: (id, patch) => {
      const next = { ...getMedia(id), ...definedOf(patch) };
      refuseKnownPath(sql, next.path, id);
      sql(
        `UPDATE media SET path = ?, name = ?, size_bytes = ?, mtime_ms = ?, hash = ?, probe = ?, choice = ?, state = ?,
           undecoded_share = ? WHERE id = ?`,
      ).run(
        next.path,
        next.name,
        next.identity.sizeBytes,
        next.identity.mtimeMs,
        next.identity.hash,
        JSON.stringify(next.probe),
        JSON.stringify(next.choice),
        next.state,
        next.undecodedShare,
        id,
      );
      return getMedia(id);
    },
    removeMedia: (id) => {
      getMedia(id);
      sql('DELETE FROM media WHERE id = ?').run(id);
    },
  };
}

/** Only what a patch may set, and only what it does set. */
function definedOf({ path, name, identity, probe, choice, state, undecodedShare }: MediaPatch): Partial<MediaItem> {
  const patch = { path, name, identity, probe, choice, state, undecodedShare };
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}

function refuseKnownPath(sql: Statements, file: string, exceptId: string | null): void {
  const known = sql<[string], { id: string; name: string }>('SELECT id, name FROM media WHERE path = ?').get(file);
  if (!known || known.id === exceptId) return;
  throw new AppError('conflict', `${known.name} is in this project already.`, {
    file,
    fix: 'Choose it in the list of files.',
  });
}

function toItem(row: MediaRow): MediaItem {
  return {
    id: row.id,
    path: row.path,
    name: row.name,
    fileId: fileIdOf(row.name),
    identity: { sizeBytes: row.size_bytes, mtimeMs: row.mtime_ms, hash: row.hash },
    probe: mediaProbeSchema.parse(JSON.parse(row.probe)),
    choice: mediaChoiceSchema.parse(JSON.parse(row.choice)),
    state: row.state,
    undecodedShare: row.undecoded_share,
    segmentCount: row.segments,
    speakerCount: row.speakers,
    doubtCount: row.doubts,
    addedMs: row.added_ms,
  };
}
