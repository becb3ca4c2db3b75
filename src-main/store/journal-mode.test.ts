import Database from 'better-sqlite3';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createProject } from './create-project.ts';
import { chooseJournal, networkDiskOf } from './journal-mode.ts';
import { createReader } from './read.ts';
import { DocumentCache } from './records.ts';
import { connect } from './sqlite.ts';
import { newMedia, useProjects } from './testing/projects.ts';
import { createWriter } from './write.ts';

const projects = useProjects();
const modeOf = (db: Database.Database) => db.pragma('journal_mode', { simple: true });

it('uses a write-ahead log on a local disk, and says nothing', () => {
  const file = projects.file();
  createProject(file);
  const db = connect(file, { readonly: false });
  expect(chooseJournal(db, null)).toBeNull();
  expect(modeOf(db)).toBe('wal');
  expect(db.pragma('synchronous', { simple: true })).toBe(2);
  db.close();
});

it('falls back to a rollback journal on a network disk, says so, and works', () => {
  const file = projects.file();
  createProject(file);
  const db = connect(file, { readonly: false });
  chooseJournal(db, null);
  expect(chooseJournal(db, 'NFS')).toContain('it lies on a network disk (NFS)');
  expect(modeOf(db)).toBe('delete');
  const cache = new DocumentCache();
  const readOnly = connect(file, { readonly: true });
  const reader = createReader(readOnly, file, cache);
  const writer = createWriter(db, cache);
  const [media] = db.transaction(() => writer.addMedia([newMedia('/media/talk.wav')]))();
  db.transaction(() => writer.apply(media!.id, 0, { op: 'speaker.add', name: 'Anna' }))();
  expect(reader.getDocument(media!.id).records).toMatchObject([{ name: 'Anna' }]);
  readOnly.close();
  db.close();
});

it('falls back where the disk offers no log', () => {
  const memory = new Database(':memory:');
  expect(chooseJournal(memory, null)).toContain('does not support shared memory');
});

it('knows network disks by their kind', () => {
  const on = (type: number) => networkDiskOf('/mnt/share/p.diarist', () => ({ type }));
  expect(networkDiskOf('\\\\server\\share\\p.diarist')).toBe('Windows network share');
  if (process.platform === 'linux') {
    expect([on(0x6969), on(0xfe534d42), on(0xfe534d42 | 0)]).toEqual(['NFS', 'SMB', 'SMB']);
    expect(on(0xef53)).toBeNull();
  }
  expect(networkDiskOf(path.join(projects.folder(), 'p.diarist'))).toBeNull();
  expect(networkDiskOf('/no/such/folder/p.diarist')).toBeNull();
});
