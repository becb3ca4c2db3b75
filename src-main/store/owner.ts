import { AppError } from '#shared/api/errors.ts';
import type { Database } from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** How often an owner says that it lives, and after what silence it counts as gone. */
export interface OwnerTiming {
  beatMs: number;
  staleMs: number;
}
export const ownerTiming: OwnerTiming = { beatMs: 2000, staleMs: 10_000 };

export interface OwnerRow {
  file_id: string;
  /** null = nobody writes; the last one closed the file properly. */
  token: string | null;
  host_id: string;
  pid: number;
  machine: string;
  beat_ms: number;
}

export interface Owner {
  token: string;
  hostId: string;
  pid: number;
  machine: string;
}

export const newOwner = (hostId: string): Owner => ({
  token: randomUUID(),
  hostId,
  pid: process.pid,
  machine: machineId(),
});

/**
 * Names this boot of this machine (and this container): only there does a process id mean anything to us.
 */
export function machineId(): string {
  const parts = [hostname()];
  try {
    parts.push(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), readlinkSync('/proc/self/ns/pid'));
  } catch {
    // Not Linux: the host name has to do.
  }
  return parts.join(' ');
}

export function readOwner(db: Database): OwnerRow {
  const row = db.prepare<[], OwnerRow>('SELECT file_id, token, host_id, pid, machine, beat_ms FROM owner').get();
  if (!row) throw new AppError('io', 'The project file is incomplete: it does not say who may write it.');
  return row;
}

/** Does the owner of the row (still) work on the file? */
export function isLive(row: OwnerRow, machine: string, nowMs: number, { staleMs }: OwnerTiming): boolean {
  if (row.token === null) return false;
  // A process of this machine that is gone cannot come back: no need to wait.
  if (row.machine === machine && !processExists(row.pid)) return false;
  // A clock ahead of ours (another machine, or a clock set back) is no proof of life for ever.
  return Math.abs(nowMs - row.beat_ms) < staleMs;
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export function ownerInWords(row: OwnerRow, machine: string): string {
  const where = row.machine === machine ? 'on this computer' : `on ${row.machine.split(' ')[0] ?? 'another computer'}`;
  return `Another Diarist (process ${row.pid} ${where}) has this project open. Close it there to edit here.`;
}

/**
 * Takes the file for `owner` unless another one lives; one transaction, so of two hosts one wins.
 *
 * @returns null, or the row of the owner that lives
 */
export function claim(db: Database, owner: Owner, nowMs: number, timing: OwnerTiming): OwnerRow | null {
  return db
    .transaction(() => {
      const row = readOwner(db);
      if (isLive(row, owner.machine, nowMs, timing)) return row;
      db.prepare(
        `UPDATE owner SET token = ?, host_id = ?, pid = ?, machine = ?, beat_ms = ?,
           generation_before = generation, generation = ?`,
      ).run(owner.token, owner.hostId, owner.pid, owner.machine, nowMs, randomUUID());
      return null;
    })
    .immediate();
}

/** Gives the file back, if it is still ours. */
export function release(db: Database, token: string): void {
  db.prepare('UPDATE owner SET token = NULL, generation_before = generation, generation = ? WHERE token = ?').run(
    randomUUID(),
    token,
  );
}

/** To be called once the main file itself holds the present generation. */
export function settleGeneration(db: Database, token: string): void {
  db.prepare('UPDATE owner SET generation_before = NULL WHERE token = ?').run(token);
}

/** Stamps the row; false when another host has taken the file. Part of every write. */
export function stamp(db: Database, token: string, nowMs: number): boolean {
  return db.prepare('UPDATE owner SET beat_ms = ? WHERE token = ?').run(nowMs, token).changes === 1;
}
