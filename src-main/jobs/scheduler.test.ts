import { mkdtemp, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BoxSketch } from '#shared/domain/box-sketch.ts';
import type { Job, JobState } from '#shared/domain/job.ts';
import type { EngineJob, EngineResult } from '#shared/engine/protocol.ts';
import { openStore } from '#store/store.ts';
import type { Store } from '#store/store.ts';
import { EngineFixture, testEngineFile } from '../testing/engine-fixture.ts';
import { EngineClient } from './engine-client.ts';
import { forkEngine } from './engine-process.ts';
import type { SchedulerEvent } from './scheduler.ts';
import { Scheduler } from './scheduler.ts';

let fixture: EngineFixture;
let folder: string;
let engine: EngineClient;
let store: Store;
let mediaId: string;
let events: SchedulerEvent[];
const schedulers: Scheduler[] = [];

beforeEach(async () => {
  fixture = await EngineFixture.create(6);
  folder = await mkdtemp(path.join(tmpdir(), 'diarist-jobs-'));
  store = await openStore({ path: path.join(folder, 'p.diarist'), create: true });
  const { path: file, identity, probe } = fixture.media;
  mediaId = (await store.addMedia([{ path: file, identity, probe }]))[0]!.id;
  engine = new EngineClient({ settings: fixture.settings, spawn: forkEngine(testEngineFile) });
  events = [];
});
afterEach(async () => {
  await Promise.all(schedulers.splice(0).map((scheduler) => scheduler.close()));
  await engine.close();
  await store.close();
  await fixture.remove();
  await rm(folder, { recursive: true, force: true });
});

async function start(more: { engine?: Pick<EngineClient, 'run'>; artifacts?: string[] } = {}): Promise<Scheduler> {
  const scheduler = await Scheduler.start({
    store,
    engine: more.engine ?? engine,
    onEvent: (event) => events.push(event),
    onArtifacts: (_media, refs) => void more.artifacts?.push(...refs.map((ref) => ref.name)),
  });
  schedulers.push(scheduler);
  return scheduler;
}

const diarize = { kind: 'diarize' as const, systemId: 'test-levels' };

/** Waits for a job to come into one of the states. */
async function until(jobId: string, ...states: JobState[]): Promise<Job> {
  for (;;) {
    const job = await store.getJob(jobId);
    if (states.includes(job.state)) return job;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const over: JobState[] = ['done', 'failed', 'cancelled', 'quarantined'];

describe('a finished job', () => {
  it('leaves a hypothesis with its provenance, which becomes the curated layer, and tells everybody', async () => {
    const artifacts: string[] = [];
    const scheduler = await start({ artifacts });
    const queued = await scheduler.enqueue({ ...diarize, mediaId, speakers: { min: 2, max: 2 } });
    expect(queued).toMatchObject({ state: 'queued', crashes: 0, params: {} });
    const job = await until(queued.id, ...over);
    expect(job).toMatchObject({ state: 'done', error: null, progress: null });
    const [hypothesis] = await store.listHypotheses(mediaId);
    expect(hypothesis).toMatchObject({ id: job.hypothesisId, label: 'test-levels, 2 speakers', origin: 'machine' });
    expect(hypothesis!.provenance!.stages.map((stage) => stage.id)).toEqual(['pcm', 'test-loudness', 'test-turns']);
    expect(await store.hypothesisSegments(hypothesis!.id)).toHaveLength(4);
    const document = await store.getDocument(mediaId);
    expect(document.records.filter((record) => record.kind === 'segment').length).toBeGreaterThan(0);
    expect(await store.getMedia(mediaId)).toMatchObject({ state: 'ready', undecodedShare: 0 });
    expect(artifacts).toEqual(expect.arrayContaining(['pcm', 'peaks', 'level']));

    const kinds = () => events.map((event) => event.type);
    await vi.waitFor(() => {
      for (const kind of ['media.changed', 'hypotheses.changed', 'document.changed']) expect(kinds()).toContain(kind);
    });
    const states = events.flatMap((event) => (event.type === 'job.changed' ? [event.job.state] : []));
    expect([states[0], states.at(-1)]).toEqual(['queued', 'done']);
    expect(events.some((event) => event.type === 'job.changed' && event.job.progress !== null)).toBe(true);
  });

  it('adds a lane beside labels that are there, edited or not: who wants it takes it', async () => {
    const scheduler = await start();
    await until((await scheduler.enqueue({ ...diarize, mediaId })).id, 'done');
    const before = await store.getDocument(mediaId);
    const again = await scheduler.enqueue({ ...diarize, mediaId, speakers: { min: 1, max: 1 } });
    const { hypothesisId } = await until(again.id, 'done');
    expect(await store.getDocument(mediaId)).toEqual(before);
    const taken = await store.apply(mediaId, before.revision, { op: 'hypothesis.adopt', hypothesisId: hypothesisId! });
    expect(taken.revision).toBe(before.revision + 1);
    // Labels that were taken back are none: the next answer fills them.
    await store.undo(mediaId, taken.revision);
    await store.undo(mediaId, taken.revision + 1);
    await until((await scheduler.enqueue({ ...diarize, mediaId, speakers: { min: 2, max: 2 } })).id, 'done');
    expect((await store.getMedia(mediaId)).segmentCount).toBeGreaterThan(0);
  });

  it('adds a lane but leaves a layer alone that a person has edited', async () => {
    const scheduler = await start();
    await until((await scheduler.enqueue({ ...diarize, mediaId })).id, 'done');
    const before = await store.getDocument(mediaId);
    const speaker = before.records.find((record) => record.kind === 'speaker')!;
    await store.apply(mediaId, before.revision, { op: 'speaker.rename', speakerId: speaker.id, name: 'Anna' });
    const edited = await store.getDocument(mediaId);
    const second = await scheduler.enqueue({ ...diarize, mediaId, speakers: { min: 1, max: 1 } });
    await until(second.id, 'done');
    expect(await store.listHypotheses(mediaId)).toHaveLength(2);
    expect(await store.getDocument(mediaId)).toEqual(edited);
  });

  it('was given the cuts and the offset of the sound that a person had corrected, and no others', async () => {
    const given: (EngineJob['corrections'] | 'nothing')[] = [];
    const picture = { tracks: [], cutsSec: [2, 4] };
    const scheduler = await start({
      engine: {
        run: async (job) => {
          given.push(job.corrections ?? 'nothing');
          return { ...emptyResult(job.kind), picture };
        },
      },
    });
    const again = async (): Promise<void> => {
      await until((await scheduler.enqueue({ ...diarize, mediaId })).id, 'done');
    };
    const revision = async (): Promise<number> => (await store.getDocument(mediaId)).revision;
    await again();
    await again();
    await store.apply(mediaId, await revision(), { op: 'sync.correct', offsetSec: 0.2 });
    await again();
    await store.apply(mediaId, await revision(), { op: 'cut.add', atSec: 3 });
    const { records } = await store.getDocument(mediaId);
    const cut = records.find((record) => record.kind === 'cut' && record.timeSec === 4)!;
    await store.apply(mediaId, await revision(), { op: 'cut.delete', cutIds: [cut.id] });
    await store.apply(mediaId, await revision(), { op: 'sync.correct', offsetSec: null });
    await again();
    await until((await scheduler.enqueue({ kind: 'ingest', mediaId })).id, 'done');
    expect(given).toEqual([
      'nothing',
      'nothing',
      { cutsSec: null, soundOffsetSec: 0.2 },
      { cutsSec: [2, 3], soundOffsetSec: null },
      'nothing',
    ]);
  });

  it('was given the face tracks that a person had edited, until those are as they were found', async () => {
    const given: EngineJob['corrections'][] = [];
    const box = (sec: number): BoxSketch[number] => [sec, 0.1, 0.1, 0.3, 0.4];
    const track = (startSec: number, endSec: number, id: number) => ({
      ...{ startSec, endSec, speaker: null, boxesArtifact: `run#${id}`, boxes: [box(startSec), box(endSec - 0.04)] },
    });
    const picture = { tracks: [track(0, 4, 0), track(4.4, 9, 1), track(9, 12, 2)], cutsSec: [9] };
    const scheduler = await start({
      engine: {
        run: async (job) => {
          given.push(job.corrections);
          return { ...emptyResult(job.kind), picture };
        },
      },
    });
    const again = async (): Promise<void> => {
      await until((await scheduler.enqueue({ ...diarize, mediaId })).id, 'done');
    };
    await again();
    const { records, revision } = await store.getDocument(mediaId);
    const [first, second, third] = records.filter(({ kind }) => kind === 'track').map(({ id }) => id);
    await store.apply(mediaId, revision, { op: 'track.merge', trackIds: [first!, second!] });
    await store.apply(mediaId, revision + 1, { op: 'track.delete', trackIds: [third!] });
    await again();
    await store.undo(mediaId, revision + 2);
    await store.undo(mediaId, revision + 3);
    await again();
    const whole = { startSec: 0, endSec: 9, boxes: [picture.tracks[0]!.boxes, picture.tracks[1]!.boxes], person: null };
    const removed = { startSec: 9, endSec: 12, boxes: [picture.tracks[2]!.boxes] };
    expect(given).toEqual([
      undefined,
      { cutsSec: null, soundOffsetSec: null, faces: { tracks: [whole], removed: [removed] } },
      undefined,
    ]);
  });

  it('of kind ingest leaves the waveform and no labels', async () => {
    const artifacts: string[] = [];
    const scheduler = await start({ artifacts });
    await until((await scheduler.enqueue({ kind: 'ingest', mediaId })).id, 'done');
    expect(artifacts).toContain('peaks');
    expect(await store.listHypotheses(mediaId)).toEqual([]);
    expect((await store.getMedia(mediaId)).state).toBe('new');
  });
});

describe('the queue', () => {
  it('does not hold the same work twice, and reads files before it runs systems', async () => {
    const order: string[] = [];
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const scheduler = await start({
      engine: {
        run: async (job) => {
          order.push(`${job.kind} ${JSON.stringify(job.params)}`);
          await gate;
          return emptyResult(job.kind);
        },
      },
    });
    const first = await scheduler.enqueue({ ...diarize, mediaId, params: { a: 0 } });
    await until(first.id, 'running');
    const second = await scheduler.enqueue({ ...diarize, mediaId, params: { a: 1 } });
    expect((await scheduler.enqueue({ ...diarize, mediaId, params: { a: 1 } })).id).toBe(second.id);
    expect((await scheduler.enqueue({ ...diarize, mediaId, params: { a: 2 } })).id).not.toBe(second.id);
    const ingest = await scheduler.enqueue({ kind: 'ingest', mediaId });
    release();
    await until(second.id, 'done');
    await until(ingest.id, 'done');
    expect(order.slice(0, 3)).toEqual(['diarize {"a":0}', 'ingest {}', 'diarize {"a":1}']);
  });

  it('cancels what waits at once and what runs soon; both can be retried', async () => {
    const scheduler = await start();
    const slow = { ...diarize, mediaId, params: { 'loudness.delayMs': 5000 } };
    const running = await scheduler.enqueue(slow);
    const waiting = await scheduler.enqueue({ ...diarize, mediaId });
    await until(running.id, 'running');
    expect((await scheduler.cancel(waiting.id)).state).toBe('cancelled');
    expect(await scheduler.cancel(running.id)).toMatchObject({ state: 'cancelled', error: null, progress: null });
    expect((await store.getMedia(mediaId)).state).toBe('new');
    expect((await scheduler.cancel(running.id)).state).toBe('cancelled');
    expect((await scheduler.retry(waiting.id)).state).toBe('queued');
    const done = await until(waiting.id, ...over);
    expect(done.state).toBe('done');
    await expect(scheduler.retry(done.id)).rejects.toMatchObject({ data: { code: 'conflict' } });
  });

  it('cancels all work on a file that is to be removed', async () => {
    const scheduler = await start();
    const running = await scheduler.enqueue({ ...diarize, mediaId, params: { 'loudness.delayMs': 5000 } });
    const waiting = await scheduler.enqueue({ ...diarize, mediaId });
    await until(running.id, 'running');
    await scheduler.cancelMedia(mediaId);
    for (const { id } of [running, waiting]) expect((await store.getJob(id)).state).toBe('cancelled');
    await store.removeMedia(mediaId);
    await expect(scheduler.enqueue({ ...diarize, mediaId })).rejects.toMatchObject({ data: { code: 'not-found' } });
  });

  it('goes on after a restart with what was running, closed or killed', async () => {
    const scheduler = await start();
    const job = await scheduler.enqueue({ ...diarize, mediaId, params: { 'loudness.delayMs': 300 } });
    await until(job.id, 'running');
    await scheduler.close();
    expect((await store.getJob(job.id)).state).toBe('queued');
    await expect(scheduler.enqueue({ ...diarize, mediaId })).rejects.toMatchObject({ data: { code: 'cancelled' } });
    // As a host that was killed leaves it.
    await store.updateJob(job.id, { state: 'running' });
    await start();
    expect((await until(job.id, ...over)).state).toBe('done');
    expect((await store.getMedia(mediaId)).state).toBe('ready');
  });

  it('of a project that is open for reading only stands still', async () => {
    await store.insertJob({ ...(await exampleJob()), state: 'queued' });
    await store.close();
    store = await openStore({ path: path.join(folder, 'p.diarist'), create: false, readOnly: true });
    const scheduler = await start();
    await expect(scheduler.enqueue({ ...diarize, mediaId })).rejects.toMatchObject({ data: { code: 'read-only' } });
    expect((await scheduler.list()).map((job) => job.state)).toEqual(['queued']);
  });
});

describe('what goes wrong', () => {
  it('three deaths of the engine quarantine the job; the next job is done', async () => {
    await engine.close();
    engine = new EngineClient({
      settings: fixture.settings,
      spawn: (process, env) => forkEngine(testEngineFile)(process, { ...env, DIARIST_TEST_CRASH: 'sleep-echo' }),
    });
    const scheduler = await start();
    const bad = await scheduler.enqueue({ ...diarize, mediaId });
    const job = await until(bad.id, ...over);
    expect(job).toMatchObject({ state: 'quarantined', crashes: 3, error: { code: 'quarantined' } });
    expect(job.error!.message).toContain('SIGABRT');
    const counted = () => events.flatMap((event) => (event.type === 'job.changed' ? [event.job.crashes] : []));
    await vi.waitFor(() => expect([...new Set(counted())]).toEqual([0, 1, 2, 3]));
    expect((await store.getMedia(mediaId)).state).toBe('failed');
    expect((await until((await scheduler.enqueue({ kind: 'ingest', mediaId })).id, ...over)).state).toBe('done');
    const again = await scheduler.retry(bad.id);
    expect(again).toMatchObject({ state: 'queued', crashes: 0, error: null });
    expect((await until(bad.id, ...over)).state).toBe('quarantined');
  });

  it('one death is tried again and forgotten', async () => {
    await engine.close();
    const once = path.join(folder, 'crashed');
    engine = new EngineClient({
      settings: fixture.settings,
      spawn: (process, env) =>
        forkEngine(testEngineFile)(process, { ...env, DIARIST_TEST_CRASH: `sleep-echo@${once}` }),
    });
    const scheduler = await start();
    const job = await until((await scheduler.enqueue({ ...diarize, mediaId })).id, ...over);
    expect(job).toMatchObject({ state: 'done', crashes: 1, error: null });
  });

  it('a wrong parameter fails at once with its reason', async () => {
    const scheduler = await start();
    const job = await until((await scheduler.enqueue({ ...diarize, mediaId, params: { 'x.y': 1 } })).id, ...over);
    expect(job).toMatchObject({ state: 'failed', crashes: 0, error: { code: 'bad-parameter' } });
  });

  it('a file that is gone is missing, one with other content is refused, a touched one is taken', async () => {
    const scheduler = await start();
    const file = fixture.media.path;
    const run = async () => until((await scheduler.enqueue({ ...diarize, mediaId })).id, ...over);
    await utimes(file, new Date(), new Date(Date.now() - 60_000));
    expect((await run()).state).toBe('done');
    await rename(file, `${file}.away`);
    const gone = await until(
      (await scheduler.enqueue({ ...diarize, mediaId, params: { 'turns.floor': 0.1 } })).id,
      ...over,
    );
    expect(gone).toMatchObject({ state: 'failed', error: { code: 'not-found', file } });
    expect((await store.getMedia(mediaId)).state).toBe('missing');
    const bytes = await readFile(`${file}.away`);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(file, bytes);
    expect(await run()).toMatchObject({ state: 'failed', error: { code: 'conflict', file } });
  });
});

function emptyResult(kind: EngineResult['kind']): EngineResult {
  return {
    kind,
    segments: [],
    provenance: {
      systemId: 'x',
      systemVersion: '1',
      appVersion: '0',
      params: {},
      models: [],
      stages: [],
      decoder: '',
      provider: 'cpu',
    },
    warnings: [],
    artifacts: [],
    decodedSec: 6,
    expectedSec: 6,
  };
}

async function exampleJob(): Promise<Job> {
  return {
    id: 'job-1',
    mediaId,
    kind: 'diarize',
    systemId: 'test-levels',
    params: {},
    speakers: null,
    state: 'queued',
    crashes: 0,
    progress: null,
    error: null,
    hypothesisId: null,
    createdMs: 1,
    finishedMs: null,
  };
}
