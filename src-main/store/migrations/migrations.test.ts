import { AppError } from '#shared/api/errors.ts';
import Database from 'better-sqlite3';
import { describe, expect, it, vi } from 'vitest';
import { firstSchema } from './0001-first-schema.ts';
import { migrations } from './index.ts';
import { sequence } from './migration.ts';
import type { Migration } from './migration.ts';
import { fileVersion, runMigrations } from './run.ts';

const step = (id: number, up: Migration['up']): Migration => ({ id, name: `step-${id}`, up });
const makeT = step(1, (db) => db.exec('CREATE TABLE t (x)'));
const fillT = step(2, (db) => db.exec('INSERT INTO t VALUES (1)'));
const rowsOfT = (db: Database.Database) => db.prepare('SELECT x FROM t').all();
const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error.data.code;
    throw error;
  }
  return null;
};

describe('running migrations', () => {
  it('takes the missing steps once, after a backup where something is there already', () => {
    const db = new Database(':memory:');
    const backUp = vi.fn();
    expect(runMigrations(db, [makeT], 'p', backUp)).toEqual([1]);
    expect(backUp).not.toHaveBeenCalled();
    backUp.mockImplementation(() => {
      expect(rowsOfT(db)).toEqual([]);
    });
    expect(runMigrations(db, [makeT, fillT], 'p', backUp)).toEqual([2]);
    expect(backUp).toHaveBeenCalledExactlyOnceWith(1);
    expect(runMigrations(db, [makeT, fillT], 'p', backUp)).toEqual([]);
    expect(rowsOfT(db)).toEqual([{ x: 1 }]);
    expect(fileVersion(db)).toBe(2);
  });

  it('leaves the file as before a step that fails', () => {
    const db = new Database(':memory:');
    const broken = step(2, (inner) => {
      inner.exec('INSERT INTO t VALUES (1)');
      throw new Error('no');
    });
    expect(codeOf(() => runMigrations(db, [makeT, broken], 'p', () => undefined))).toBe('io');
    expect(fileVersion(db)).toBe(1);
    expect(rowsOfT(db)).toEqual([]);
  });

  it('does not start without its backup', () => {
    const db = new Database(':memory:');
    runMigrations(db, [makeT], 'p', () => undefined);
    const full = () => {
      throw new AppError('io', 'The disk is full.');
    };
    expect(codeOf(() => runMigrations(db, [makeT, fillT], 'p', full))).toBe('io');
    expect(rowsOfT(db)).toEqual([]);
  });

  it('refuses a file of a later version', () => {
    const db = new Database(':memory:');
    db.pragma('user_version = 3');
    expect(codeOf(() => runMigrations(db, [makeT, fillT], 'p', () => undefined))).toBe('newer-version');
  });

  it('must be numbered 1, 2, 3, …', () => {
    expect(() => sequence(makeT, { ...fillT, id: 3 })).toThrow(/should have 2/);
    expect(() => sequence(fillT)).toThrow(/should have 1/);
    expect(sequence(...migrations)).toEqual(migrations);
  });
});

describe('0001-first-schema', () => {
  const fresh = () => {
    const db = new Database(':memory:');
    db.pragma('foreign_keys = ON');
    runMigrations(db, [firstSchema], 'p', () => undefined);
    db.exec(`
      INSERT INTO media VALUES ('m', '/m', 'm', 1, 1.5, 'h', '{}', '{}', 'new', NULL, 0);
      INSERT INTO layer (media_id) VALUES ('m');
      INSERT INTO speaker VALUES ('m', 's', 'Anna', 0, 0, 'human');
    `);
    return db;
  };

  it('makes every table strict', () => {
    const tables = fresh().pragma('table_list') as { name: string; type: string; strict: number }[];
    const own = tables.filter(({ name }) => !name.startsWith('sqlite_'));
    expect(own.map(({ name }) => name).sort()).toEqual([
      'cut',
      'face_track',
      'hypothesis',
      'hypothesis_segment',
      'job',
      'journal',
      'layer',
      'media',
      'owner',
      'project',
      'segment',
      'speaker',
      'view_state',
    ]);
    expect(own.filter(({ strict }) => strict !== 1)).toEqual([]);
  });

  it.each([
    ['a segment without length', "INSERT INTO segment VALUES ('m', 'x', 's', 1, 1, NULL, 'accepted', 'human', NULL)"],
    ['a segment of nobody', "INSERT INTO segment VALUES ('m', 'x', 'z', 1, 2, NULL, 'accepted', 'human', NULL)"],
    ['an unknown review state', "INSERT INTO segment VALUES ('m', 'x', 's', 1, 2, NULL, 'fine', 'human', NULL)"],
    ['a confidence above 1', "INSERT INTO segment VALUES ('m', 'x', 's', 1, 2, 1.1, 'accepted', 'human', NULL)"],
    ['a speaker of no file', "INSERT INTO speaker VALUES ('z', 't', 'Ben', 0, 0, 'human')"],
    ['a speaker without a name', "INSERT INTO speaker VALUES ('m', 't', '', 0, 0, 'human')"],
    ['a second project row', "INSERT INTO project VALUES (2, 'p', 'f', 0)"],
  ])('refuses %s', (_, command) => {
    const db = fresh();
    expect(() => db.exec(command)).toThrow(/constraint/i);
  });
});
