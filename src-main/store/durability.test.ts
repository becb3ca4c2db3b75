import { documentChangeSchema } from '#shared/domain/document.ts';
import type { DocumentChange } from '#shared/domain/document.ts';
import { applyDiff, recordMap } from '#shared/domain/diff.ts';
import type { RecordMap } from '#shared/domain/diff.ts';
import { findBreaches } from '#shared/domain/breaches.ts';
import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Store } from './store.ts';
import { newMedia, useProjects } from './testing/projects.ts';

const projects = useProjects();
const kills = 24;
/** From the start of the process to its first edit, learnt from earlier rounds. */
let startMs = 500;

it(`loses nothing that was confirmed when the process is killed at ${kills} random points`, async () => {
  const file = projects.file();
  const first = await projects.open(file);
  const mediaId = (await first.addMedia([newMedia('/media/talk.wav')]))[0]!.id;
  await first.close();
  let revision = 0;
  let records: RecordMap = new Map();
  let confirmed = 0;

  for (let round = 0; round < kills; round++) {
    for (const change of await streamUntilKilled(file, mediaId, round % 3 === 2 ? 'start' : 'stream')) {
      expect(change.revision).toBe(revision + 1);
      revision = change.revision;
      records = applyDiff(records, change.diff);
      confirmed += 1;
    }
    // The owner is dead: the project is ours at once.
    const store = await projects.open(file, { create: false });
    expect(store.readOnly).toBe(false);
    const found = await store.getDocument(mediaId);
    expect(findBreaches(found.records)).toEqual([]);
    // The edit that was under way may be there or not; everything before it is.
    if (found.revision === revision) expect(recordMap(found.records)).toEqual(records);
    else {
      expect(found.revision).toBe(revision + 1);
      expect(await stepsFrom(store, mediaId)).toContainEqual(records);
    }
    ({ revision } = await store.getDocument(mediaId));
    records = recordMap((await store.getDocument(mediaId)).records);
    await store.close();
    const raw = new Database(file, { readonly: true });
    expect(raw.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(raw.pragma('foreign_key_check')).toEqual([]);
    raw.close();
  }
  expect(confirmed).toBeGreaterThan(kills);

  const store = await projects.open(file, { create: false });
  const full = await store.getDocument(mediaId);
  let steps = 0;
  for (let label = full.undoLabel; label !== null; steps++) {
    ({ revision, undoLabel: label } = await store.undo(mediaId, revision));
  }
  expect((await store.getDocument(mediaId)).records).toEqual([]);
  for (; steps > 0; steps--) ({ revision } = await store.redo(mediaId, revision));
  expect((await store.getDocument(mediaId)).records).toEqual(full.records);
}, 300_000);

/** The states one step back and one step forward; leaves the document where it was. */
async function stepsFrom(store: Store, mediaId: string): Promise<RecordMap[]> {
  const states: RecordMap[] = [];
  const { revision, undoLabel, redoLabel } = await store.getDocument(mediaId);
  const see = async () => states.push(recordMap((await store.getDocument(mediaId)).records));
  let at = revision;
  if (undoLabel !== null) {
    await store.undo(mediaId, at++);
    await see();
    await store.redo(mediaId, at++);
  }
  if (redoLabel !== null) {
    await store.redo(mediaId, at++);
    await see();
    await store.undo(mediaId, at++);
  }
  return states;
}

/**
 * Everything the process confirmed before a SIGKILL at a random moment: of its stream, or of its whole life, so that
 * opening is hit too.
 */
async function streamUntilKilled(file: string, mediaId: string, from: 'stream' | 'start'): Promise<DocumentChange[]> {
  const script = path.join(import.meta.dirname, 'testing/edit-stream.ts');
  const confirmedFile = path.join(projects.folder(), 'confirmed.jsonl');
  const child = spawn(process.execPath, [script, file, mediaId, confirmedFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let lifeMs = 0;
  const spawnedMs = performance.now();
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`The edit stream ended by itself with code ${code}.`));
    });
    if (from === 'start') setTimeout(resolve, Math.random() * startMs);
    child.stdout.once('data', () => {
      lifeMs = performance.now() - spawnedMs;
      if (from === 'stream') setTimeout(resolve, Math.random() * 150);
    });
  });
  if (lifeMs > 0) startMs = lifeMs * 1.2;
  child.removeAllListeners('exit');
  child.kill('SIGKILL');
  await once(child, 'close');
  if (!existsSync(confirmedFile)) return [];
  // What follows the last line break was cut off by the kill and never seen by anybody.
  const lines = readFileSync(confirmedFile, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => documentChangeSchema.parse(JSON.parse(line)));
}
