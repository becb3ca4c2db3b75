import Database from 'better-sqlite3';
import { spawnSync } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import { isLive, machineId } from './owner.ts';
import type { OwnerRow } from './owner.ts';
import type { StoreOptions } from './store.ts';
import { newHypothesis, newJob, newMedia, turns, useProjects } from './testing/projects.ts';

const projects = useProjects();
/** For a host to whom every other one seems to have been silent for too long. */
const impatient: Partial<StoreOptions> = { ownerTiming: { beatMs: 2000, staleMs: 0 } };
/** For a host that sleeps: no beat. */
const asleep: Partial<StoreOptions> = { ownerTiming: { beatMs: 1e9, staleMs: 10_000 } };

describe('one writer per project', () => {
  it('gives a second host read access, with the reason in words, and it sees the edits of the first', async () => {
    const file = projects.file();
    const first = await projects.open(file);
    const [media] = await first.addMedia([newMedia('/media/talk.wav')]);
    const second = await projects.open(file);
    expect([first.readOnly, first.readOnlyReason]).toEqual([false, null]);
    expect(second.readOnly).toBe(true);
    expect(second.readOnlyReason).toBe(
      `Another Diarist (process ${process.pid} on this computer) has this project open. Close it there to edit here.`,
    );
    await first.apply(media!.id, 0, { op: 'speaker.add', name: 'Anna' });
    expect(await second.getDocument(media!.id)).toEqual(await first.getDocument(media!.id));
    const refused = { data: { code: 'read-only', message: second.readOnlyReason } };
    await expect(second.apply(media!.id, 1, { op: 'speaker.add' })).rejects.toMatchObject(refused);
    await expect(second.setView({ zoom: 1 })).rejects.toMatchObject(refused);
    // The reader must not keep the first from closing, nor its close disturb the reader.
    await first.close();
    expect(await second.listMedia()).toHaveLength(1);
  });

  it('is free again once the owner has closed', async () => {
    const file = projects.file();
    await (await projects.open(file)).close();
    const next = await projects.open(file);
    expect(next.readOnly).toBe(false);
  });

  it('opens read-only on request without taking the place of a writer', async () => {
    const file = projects.file();
    await (await projects.open(file)).close();
    const viewer = await projects.open(file, { readOnly: true });
    expect(viewer.readOnlyReason).toBe('The project was opened for reading only.');
    const editor = await projects.open(file);
    expect(editor.readOnly).toBe(false);
    await editor.setView({ zoom: 3 });
    expect(await viewer.getView()).toEqual({ zoom: 3 });
  });

  it('is taken over after silence; the old owner wakes up, notices and writes nothing', async () => {
    const file = projects.file();
    const sleeper = await projects.open(file, asleep);
    const [media] = await sleeper.addMedia([newMedia('/media/talk.wav')]);
    const heir = await projects.open(file, impatient);
    expect(heir.readOnly).toBe(false);
    await heir.apply(media!.id, 0, { op: 'speaker.add', name: 'Anna' });

    const seen = vi.fn();
    sleeper.onStateChange(seen);
    const edit = sleeper.apply(media!.id, 1, { op: 'speaker.add', name: 'Ben' });
    await expect(edit).rejects.toMatchObject({ data: { code: 'read-only' } });
    expect(sleeper.readOnly).toBe(true);
    expect(sleeper.readOnlyReason).toContain('Another Diarist');
    expect(seen).toHaveBeenCalledWith({ readOnly: true, readOnlyReason: sleeper.readOnlyReason });
    expect((await sleeper.getDocument(media!.id)).revision).toBe(1);
    // Closing the old one leaves the new one its place.
    await sleeper.close();
    await heir.apply(media!.id, 1, { op: 'speaker.add', name: 'Carl' });
  });

  it('taken over after an edit that failed shows what the new owner wrote, not what was rolled back', async () => {
    const file = projects.file();
    const sleeper = await projects.open(file, asleep);
    const [media] = await sleeper.addMedia([newMedia('/media/talk.wav')]);
    await sleeper.insertJob(newJob(media!.id));
    const { mediaId: _, ...hypothesis } = newHypothesis(media!.id, turns(4));
    const job = { state: 'nonsense' } as never;
    const failed = sleeper.completeJob('job1', { job, hypothesis, adoptIfUntouched: true });
    await expect(failed).rejects.toMatchObject({ data: { code: 'bad-input' } });
    const heir = await projects.open(file, impatient);
    await heir.apply(media!.id, 0, { op: 'speaker.add', name: 'Anna' });
    expect(await sleeper.getDocument(media!.id)).toEqual(await heir.getDocument(media!.id));
  });

  it('is noticed as lost by the heartbeat, without an edit', async () => {
    const file = projects.file();
    const first = await projects.open(file, { ownerTiming: { beatMs: 10, staleMs: 10_000 } });
    const lost = new Promise((resolve) => first.onStateChange(resolve));
    await projects.open(file, { ownerTiming: { beatMs: 10, staleMs: -1 } });
    expect(await lost).toMatchObject({ readOnly: true });
  });

  it('is kept by the heartbeat', async () => {
    const file = projects.file();
    await projects.open(file, { ownerTiming: { beatMs: 10, staleMs: 10_000 } });
    const raw = new Database(file);
    const beatMs = () => raw.prepare<[], { beat_ms: number }>('SELECT beat_ms FROM owner').get()!.beat_ms;
    raw.prepare('UPDATE owner SET beat_ms = 1').run();
    await vi.waitUntil(() => beatMs() > 1, { timeout: 30_000 });
    raw.close();
    expect((await projects.open(file)).readOnly).toBe(true);
  });
});

describe('an owner', () => {
  const gone = spawnSync(process.execPath, ['--version']).pid;
  const row = (more: Partial<OwnerRow>): OwnerRow => {
    return {
      file_id: 'f',
      token: 't',
      host_id: 'h',
      pid: process.pid,
      machine: machineId(),
      beat_ms: 100_000,
      ...more,
    };
  };
  const timing = { beatMs: 2000, staleMs: 10_000 };
  const live = (more: Partial<OwnerRow>, nowMs: number) => isLive(row(more), machineId(), nowMs, timing);

  it('lives for ten seconds after its last beat', () => {
    expect(live({}, 109_999)).toBe(true);
    expect(live({}, 110_000)).toBe(false);
    expect(live({ token: null }, 100_000)).toBe(false);
  });

  it('of this machine is gone with its process; of another one only the clock tells', () => {
    expect(live({ pid: gone }, 100_001)).toBe(false);
    expect(live({ pid: gone, machine: 'other boot 1' }, 100_001)).toBe(true);
  });

  it('does not live for ever because its clock was ahead', () => {
    expect(live({ machine: 'other' }, 91_000)).toBe(true);
    expect(live({ machine: 'other' }, 50_000)).toBe(false);
  });
});
