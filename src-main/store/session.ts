import { AppError } from '#shared/api/errors.ts';
import type { Database } from 'better-sqlite3';
import { copyProject } from './backup.ts';
import { settleJournal } from './journal-mode.ts';
import { openProject } from './open-project.ts';
import type { OpenRequest } from './open-project.ts';
import { ownerInWords, readOwner, release, stamp } from './owner.ts';
import type { Owner } from './owner.ts';
import type { ReadableStore, StoreMaintenance, StoreState, WritableStore } from './protocol.ts';
import { createReader } from './read.ts';
import { DocumentCache } from './records.ts';
import { explainSqlite } from './sqlite.ts';
import { createWriter } from './write.ts';

/** An open project inside the store's thread: everything here is synchronous. */
export interface Session {
  notices: string[];
  /** Read methods, each in one read transaction. */
  read<T>(use: (reader: ReadableStore) => T): T;
  /** A write method in one transaction that proves ownership first. Throws AppError `read-only`. */
  write<T>(use: (writer: WritableStore) => T): T;
  maintenance: StoreMaintenance;
  state(): StoreState;
}

/** @param onState called when the ownership is lost while the project is open */
export function openSession(request: OpenRequest, onState: (state: StoreState) => void): Session {
  const { reader, writer, readOnlyReason, notices } = openProject(request);
  const cache = new DocumentCache();
  const readable = createReader(reader, request.path, cache);
  const ownership = writer ? keepOwnership(writer.db, writer.owner, request.timing.beatMs, onState) : null;
  const writable = writer ? createWriter(writer.db, cache) : null;
  const lostReason = () => (ownership ? ownership.lostReason() : readOnlyReason);

  const close = () => {
    ownership?.stop();
    if (reader.open) reader.close();
    if (!writer?.db.open) return;
    release(writer.db, writer.owner.token);
    settleJournal(writer.db);
    writer.db.close();
  };

  return {
    notices,
    state: () => ({ readOnly: lostReason() !== null, readOnlyReason: lostReason() }),
    read: (use) => reader.transaction(() => use(readable))(),
    write: (use) => {
      const reason = lostReason();
      if (!writer || !writable || !ownership || reason !== null) throw readOnlyError(reason, request.path);
      try {
        return writer.db
          .transaction(() => {
            ownership.prove();
            return use(writable);
          })
          .immediate();
      } catch (error) {
        cache.clear();
        throw error;
      }
    },
    maintenance: { close, backupTo: (target) => copyProject(writer?.db ?? reader, target) },
  };
}

function readOnlyError(reason: string | null, file: string): AppError {
  return new AppError('read-only', reason ?? 'The project is open for reading only.', {
    file,
    fix: 'Close it where it is being edited and open it here again, or save a copy.',
  });
}

/**
 * Says every few seconds that this host lives, and notices when another one has taken the file, as it may after this
 * computer slept.
 */
function keepOwnership(db: Database, owner: Owner, beatMs: number, onState: (state: StoreState) => void) {
  let lost: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  const stop = () => {
    if (timer) clearInterval(timer);
    timer = null;
  };
  const lose = () => {
    lost = ownerInWords(readOwner(db), owner.machine);
    stop();
    onState({ readOnly: true, readOnlyReason: lost });
  };
  const prove = () => {
    if (stamp(db, owner.token, Date.now())) return;
    lose();
    throw readOnlyError(lost, db.name);
  };
  const beat = () => {
    try {
      // A beat that a power cut takes back does no harm: no need to wake the disk for it.
      db.pragma('synchronous = NORMAL');
      if (!stamp(db, owner.token, Date.now())) lose();
    } catch (error) {
      // Busy or a full disk: the next beat or the next edit meets it again, and an edit reports it.
      if (!(explainSqlite(error, db.name) instanceof AppError)) throw error;
    } finally {
      db.pragma('synchronous = FULL');
    }
  };
  timer = setInterval(beat, beatMs);
  return { prove, stop, lostReason: () => lost };
}
