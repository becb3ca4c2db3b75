import { documentChangeSchema } from '#shared/domain/document.ts';
import type { DocumentChange } from '#shared/domain/document.ts';
import { applyDiff, recordMap } from '#shared/domain/diff.ts';
import type { RecordMap } from '#shared/domain/diff.ts';
import { findBreaches } from '#shared/domain/breaches.ts';
import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Store } from './store.ts';
import { newMedia, useProjects } from './testing/projects.ts';

const projects = useProjects();
const kills = 20;

it(`loses nothing that was confirmed when the process is killed at ${kills} random points of an edit stream`, async () => {
  const file = projects.file();
  const first = await projects.open(file);
  const mediaId = (await first.addMedia([newMedia('/media/talk.wav')]))[0]!.id;
  await first.close();
  let revision = 0;
  let records: RecordMap = new Map();
  let confirmed = 0;

  for (let round = 0; round < kills; round++) {
    for (const change of await streamUntilKilled(file, mediaId)) {
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

/** Everything the process confirmed before a SIGKILL at a random moment of its stream. */
async function streamUntilKilled(file: string, mediaId: string): Promise<DocumentChange[]> {
  const script = path.join(import.meta.dirname, 'testing/edit-stream.ts');
  const child = spawn(process.execPath, [script, file, mediaId], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.setEncoding('utf8');
  let text = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`The edit stream ended by itself with code ${code}.`));
    });
    child.stdout.on('data', (chunk: string) => {
      if (text === '') setTimeout(resolve, Math.random() * 150);
      text += chunk;
    });
  });
  child.removeAllListeners('exit');
  child.kill('SIGKILL');
  await once(child, 'close');
  // A line cut off by the kill was never seen by anybody.
  const lines = text.slice(0, text.lastIndexOf('\n')).split('\n').slice(1);
  return lines.map((line) => documentChangeSchema.parse(JSON.parse(line)));
}
