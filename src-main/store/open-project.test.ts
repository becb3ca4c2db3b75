import { AppError } from '#shared/api/errors.ts';
import Database from 'better-sqlite3';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { applicationId } from './project-header.ts';
import { openStore } from './store.ts';
import type { StoreOptions } from './store.ts';
import { newHypothesis, newMedia, turns, useProjects } from './testing/projects.ts';

const projects = useProjects();

async function refusal(file: string, more: Partial<StoreOptions> = {}) {
  const error: unknown = await openStore({ path: file, create: true, ...more }).then(
    (store) => store.close(),
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error.data;
  throw new Error('was not refused');
}

/** A closed project with one labelled file. */
async function closedProject(): Promise<string> {
  const file = projects.file();
  const store = await projects.open(file);
  const [media] = await store.addMedia([newMedia('/media/talk.wav')]);
  const { id } = await store.addHypothesis(newHypothesis(media!.id, turns(500)));
  await store.apply(media!.id, 0, { op: 'hypothesis.adopt', hypothesisId: id });
  await store.close();
  return file;
}

/** What a crash leaves: the files of a project that is open, copied to a folder of their own. */
async function crashedProject(): Promise<string> {
  const file = await closedProject();
  const store = await projects.open(file);
  const [media] = await store.listMedia();
  await store.apply(media!.id, 1, { op: 'speaker.add', name: 'only in the log' });
  const crashed = path.join(projects.folder(), 'crashed.diarist');
  copyFileSync(file, crashed);
  copyFileSync(`${file}-wal`, `${crashed}-wal`);
  await store.close();
  return crashed;
}
/** For whom the owner of a crashed project (this very process) is gone. */
const afterCrash: Partial<StoreOptions> = { ownerTiming: { beatMs: 2000, staleMs: -1 } };

const sql = (file: string, ...commands: string[]) => {
  const db = new Database(file);
  for (const command of commands) db.exec(command);
  db.close();
};

describe('a file that is no project', () => {
  it.each<[string, (file: string) => void, string]>([
    ['of zero bytes', (file) => writeFileSync(file, ''), 'it is empty (0 bytes)'],
    [
      'of text',
      (file) => writeFileSync(file, 'SPEAKER talk 1 0 1 <NA>\n'.repeat(50)),
      'its content is of another kind',
    ],
    ['cut off in its header', (file) => writeFileSync(file, 'SQLite format 3\0'), 'its content is of another kind'],
    ['of another program', (file) => sql(file, 'CREATE TABLE t (x)'), 'it is a database of another program'],
    ['that is a folder', (file) => mkdirSync(file), 'it is a folder'],
  ])('%s is refused and left alone', async (_, make, why) => {
    const file = projects.file();
    make(file);
    const before = existsSync(path.join(file, '.')) ? null : readFileSync(file);
    const error = await refusal(file);
    expect(error).toMatchObject({ code: 'bad-input', message: `This is not a Diarist project: ${why}.`, file });
    expect(error.fix).toBeTruthy();
    if (before) expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(path.dirname(file))).toEqual(['talk.diarist']);
  });

  it('is not made up where none was asked for', async () => {
    const file = projects.file();
    expect(await refusal(file, { create: false })).toMatchObject({ code: 'not-found', file });
    expect(await refusal(file, { readOnly: true })).toMatchObject({ code: 'not-found', file });
    expect(await refusal('a\0b')).toMatchObject({ code: 'bad-input' });
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  it('cannot be made where a file is in the way of the folder', async () => {
    const file = projects.file();
    writeFileSync(file, 'x');
    expect(await refusal(path.join(file, 'new.diarist'))).toMatchObject({ code: 'io' });
  });
});

describe('a new project', () => {
  it('is made with its folder, and closing leaves one plain file', async () => {
    const file = path.join(projects.folder(), 'a', 'b', "it's 100 % «neu».diarist");
    const store = await projects.open(file);
    expect(await store.project()).toMatchObject({ name: "it's 100 % «neu»", path: file });
    await store.close();
    expect(readdirSync(path.dirname(file))).toEqual([path.basename(file)]);
    const header = readFileSync(file);
    expect(header.readUInt32BE(68)).toBe(applicationId);
    // Without a log: it can be read from a read-only disk.
    expect([header[18], header[19]]).toEqual([1, 1]);
  });

  it.each([':memory:', 'file:x?mode=memory', '%41.diarist', '-leading.diarist'])(
    'called %s is a file of that name',
    async (name) => {
      const file = path.join(projects.folder(), name);
      await (await projects.open(file)).close();
      expect(readdirSync(path.dirname(file))).toEqual([name]);
    },
  );

  it('keeps its identity', async () => {
    const file = projects.file();
    const store = await projects.open(file);
    const { id } = await store.project();
    await store.close();
    expect((await (await projects.open(file)).project()).id).toBe(id);
  });
});

describe('a project of another version', () => {
  it('that is newer is refused with both numbers and left alone', async () => {
    const file = await closedProject();
    sql(file, 'PRAGMA user_version = 99');
    const before = readFileSync(file);
    const error = await refusal(file);
    expect(error).toMatchObject({
      code: 'newer-version',
      file,
      message: expect.stringContaining('format 99') as string,
    });
    expect(await refusal(file, { readOnly: true })).toMatchObject({ code: 'newer-version' });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(path.dirname(file))).toEqual(['talk.diarist']);
  });

  it('that has become newer in its log only is refused too', async () => {
    const file = await crashedProject();
    const db = new Database(file);
    db.pragma('user_version = 99');
    const crashed = path.join(projects.folder(), 'crashed.diarist');
    copyFileSync(file, crashed);
    copyFileSync(`${file}-wal`, `${crashed}-wal`);
    db.close();
    expect(readFileSync(crashed).readUInt32BE(60)).toBeLessThan(99);
    expect(await refusal(crashed, afterCrash)).toMatchObject({ code: 'newer-version' });
  });
});

describe('a project with code of its own', () => {
  it.each(['CREATE TRIGGER t AFTER INSERT ON media BEGIN DELETE FROM segment; END', 'CREATE VIEW v AS SELECT 1'])(
    'is refused: %s',
    async (command) => {
      const file = await closedProject();
      sql(file, command);
      expect(await refusal(file)).toMatchObject({ code: 'bad-input', file });
      expect(await refusal(file, { readOnly: true })).toMatchObject({ code: 'bad-input' });
    },
  );
});

describe('after a crash', () => {
  it('everything in the log is there', async () => {
    const store = await projects.open(await crashedProject(), afterCrash);
    expect(store.readOnly).toBe(false);
    expect(store.notices).toEqual([]);
    const [media] = await store.listMedia();
    expect(await store.getDocument(media!.id)).toMatchObject({
      revision: 2,
      undoLabel: 'Added the speaker only in the log',
    });
  });

  it('a damaged file is refused with a word on the newest backup, and left alone', async () => {
    const crashed = await crashedProject();
    const bytes = readFileSync(crashed);
    // In the middle of the labels: nothing that opening reads by itself.
    const middle = Math.floor(bytes.length / 4096 / 2) * 4096;
    bytes.fill(0x5a, middle, middle + 4096);
    writeFileSync(crashed, bytes);
    writeFileSync(`${crashed}-wal`, '');
    expect(await refusal(crashed, afterCrash)).toMatchObject({
      code: 'io',
      file: crashed,
      message: 'The project file is damaged and was not opened.',
      fix: expect.stringContaining('your own backups') as string,
    });
    const backup = path.join(path.dirname(crashed), 'crashed.format1.bak.diarist');
    writeFileSync(backup, 'a backup');
    expect((await refusal(crashed, afterCrash)).fix).toContain(backup);
    expect(readFileSync(crashed).equals(bytes)).toBe(true);
  });

  it('a missing log is reported', async () => {
    const crashed = await crashedProject();
    const alone = path.join(projects.folder(), 'alone.diarist');
    copyFileSync(crashed, alone);
    const store = await projects.open(alone, afterCrash);
    expect(store.notices).toEqual([expect.stringContaining('its -wal file is missing')]);
    await store.close();
    expect((await projects.open(alone)).notices).toEqual([]);
  });

  it('the log of another project is refused, whether this one was closed properly or not', async () => {
    const stranger = await crashedProject();
    for (const file of [await closedProject(), await crashedProject()]) {
      copyFileSync(`${stranger}-wal`, `${file}-wal`);
      const before = [readFileSync(file), readFileSync(`${file}-wal`)];
      const error = await refusal(file, afterCrash);
      expect(error).toMatchObject({ code: 'conflict', file: `${file}-wal` });
      expect(error.fix).toContain('away');
      expect(await refusal(file, { ...afterCrash, readOnly: true })).toMatchObject({ code: 'conflict' });
      expect([readFileSync(file), readFileSync(`${file}-wal`)]).toEqual(before);
    }
  });

  it('the log of a later state of the same project is refused beside an older copy', async () => {
    const file = await closedProject();
    const older = readFileSync(file);
    const again = await projects.open(file);
    await again.setView({ zoom: 1 });
    await again.close();
    const last = await projects.open(file);
    await last.setView({ zoom: 2 });
    const restored = path.join(projects.folder(), 'restored.diarist');
    writeFileSync(restored, older);
    copyFileSync(`${file}-wal`, `${restored}-wal`);
    const log = readFileSync(`${restored}-wal`);
    expect(await refusal(restored, afterCrash)).toMatchObject({ code: 'conflict' });
    expect([readFileSync(restored), readFileSync(`${restored}-wal`)]).toEqual([older, log]);
  });
});

describe('a copy', () => {
  it('holds everything, is a project of its own, and never replaces a file', async () => {
    const file = await closedProject();
    const store = await projects.open(file);
    const [media] = await store.listMedia();
    await store.apply(media!.id, 1, { op: 'speaker.add', name: 'still in the log' });
    const target = path.join(projects.folder(), 'copy.diarist');
    await store.backupTo(target);
    const before = readFileSync(target);
    await expect(store.backupTo(target)).rejects.toMatchObject({ data: { code: 'conflict', file: target } });
    expect(readFileSync(target).equals(before)).toBe(true);
    expect(readdirSync(path.dirname(target))).toEqual(['copy.diarist']);

    const copy = await projects.open(target);
    expect(copy.readOnly).toBe(false);
    expect(await copy.getDocument(media!.id)).toEqual(await store.getDocument(media!.id));
    await copy.undo(media!.id, 2);
    expect((await store.getDocument(media!.id)).revision).toBe(2);
  });

  it('that cannot be written says so', async () => {
    const store = await projects.open(projects.file());
    const target = path.join(projects.folder(), 'no', 'such', 'folder.diarist');
    await expect(store.backupTo(target)).rejects.toMatchObject({ data: { code: 'io', file: target } });
  });
});
