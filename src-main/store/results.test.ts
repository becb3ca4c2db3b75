import type { EditOp } from '#shared/domain/edit-op.ts';
import type { Provenance } from '#shared/domain/hypothesis.ts';
import { describe, expect, it } from 'vitest';
import { newHypothesis, newJob, newMedia, turns, useProjects } from './testing/projects.ts';

const { projectWithFile, reopen } = useProjects();

describe('hypotheses', () => {
  const provenance: Provenance = {
    systemId: 'diarist-audio',
    systemVersion: '1',
    appVersion: '0.1.0',
    params: { 'vad.threshold': 0.5, nested: { deep: [1, null] } },
    models: [{ id: 'silero', sha256: 'ab' }],
    stages: [{ id: 'vad', version: '1', key: 'k', wallSec: 1, cpuSec: 2, fromCache: false }],
    decoder: 'ffmpeg 4.1',
    provider: 'cpu',
  };

  it('come back as they were given, in the same order and to the last bit', async () => {
    const project = await projectWithFile();
    const segments = [
      { startSec: 0.1 + 0.2, endSec: 1 / 3, speaker: 'ID_0/3', confidence: null },
      { startSec: 0, endSec: 0, speaker: '  ', confidence: 1 },
    ];
    const info = await project.store.addHypothesis({
      ...newHypothesis(project.mediaId, segments),
      provenance,
      warnings: ['12 % could not be decoded'],
    });
    expect(info).toMatchObject({
      speakerCount: 2,
      segmentCount: 2,
      provenance,
      warnings: ['12 % could not be decoded'],
    });
    const again = await reopen(project);
    expect(await again.listHypotheses(project.mediaId)).toEqual([info]);
    expect(await again.hypothesisSegments(info.id)).toEqual(segments);
  });

  it('that make no sense are refused whole', async () => {
    const { store, mediaId } = await projectWithFile();
    const good = turns(3);
    for (const bad of [
      { ...good[0]!, endSec: -1 },
      { ...good[0]!, startSec: 2, endSec: 1 },
      { ...good[0]!, startSec: Number.NaN },
      { ...good[0]!, confidence: 1.5 },
      { ...good[0]!, speaker: '' },
    ]) {
      await expect(store.addHypothesis(newHypothesis(mediaId, [...good, bad]))).rejects.toMatchObject({
        data: { code: 'bad-input', message: expect.stringContaining('turn 4') as string },
      });
    }
    expect(await store.listHypotheses(mediaId)).toEqual([]);
  });

  it('stay as they are under edits, and removing one leaves the labels made from it', async () => {
    const { store, mediaId } = await projectWithFile();
    const { id } = await store.addHypothesis(newHypothesis(mediaId, turns(6)));
    await store.apply(mediaId, 0, { op: 'hypothesis.adopt', hypothesisId: id });
    const { records } = await store.getDocument(mediaId);
    const segmentIds = records.filter(({ kind }) => kind === 'segment').map((record) => record.id);
    await store.apply(mediaId, 1, { op: 'segment.delete', segmentIds });
    expect(await store.hypothesisSegments(id)).toEqual(turns(6));
    await store.removeHypothesis(id);
    expect(await store.listHypotheses(mediaId)).toEqual([]);
    const back = await store.undo(mediaId, 2);
    expect(back.diff.added).toHaveLength(6);
    await expect(store.apply(mediaId, 3, { op: 'hypothesis.adopt', hypothesisId: id })).rejects.toMatchObject({
      data: { code: 'not-found' },
    });
  });

  it('bring the faces they saw and the cuts when they are adopted, and take them away with undo', async () => {
    const { store, mediaId } = await projectWithFile();
    const segments = turns(2);
    const picture = {
      tracks: [
        { startSec: 0, endSec: 2, speaker: segments[0]!.speaker, boxesArtifact: 'key#0' },
        { startSec: 1, endSec: 2, speaker: null, boxesArtifact: 'key#1' },
      ],
      cutsSec: [2],
    };
    const { id } = await store.addHypothesis({ ...newHypothesis(mediaId, segments), picture });
    await store.apply(mediaId, 0, { op: 'hypothesis.adopt', hypothesisId: id });
    const { records } = await store.getDocument(mediaId);
    const first = records.find((record) => record.kind === 'segment' && record.startSec === segments[0]!.startSec);
    expect(records.filter(({ kind }) => kind === 'track')).toMatchObject([
      { endSec: 2, speakerId: first?.kind === 'segment' ? first.speakerId : '', boxesArtifact: 'key#0' },
      { startSec: 1, speakerId: null, boxesArtifact: 'key#1' },
    ]);
    expect(records.filter(({ kind }) => kind === 'cut')).toMatchObject([{ timeSec: 2, origin: 'machine' }]);
    await store.undo(mediaId, 1);
    expect((await store.getDocument(mediaId)).records).toEqual([]);
  });

  it('of another file cannot be adopted', async () => {
    const { store, mediaId } = await projectWithFile();
    const [other] = await store.addMedia([newMedia('/media/other.wav')]);
    const { id } = await store.addHypothesis(newHypothesis(other!.id, turns(3)));
    await expect(store.apply(mediaId, 0, { op: 'hypothesis.adopt', hypothesisId: id })).rejects.toMatchObject({
      data: { code: 'bad-input' },
    });
  });
});

describe('jobs', () => {
  it('come back as they were given and change field by field', async () => {
    const project = await projectWithFile();
    const job = newJob(project.mediaId);
    expect(await project.store.insertJob(job)).toEqual(job);
    const error = { code: 'crashed' as const, message: 'It stopped.', file: '/x', fix: 'Retry.', detail: 'SIGSEGV' };
    await project.store.updateJob('job1', { state: 'failed', error, progress: null, finishedMs: 2 });
    const again = await reopen(project);
    expect(await again.listJobs()).toEqual([{ ...job, state: 'failed', error, progress: null, finishedMs: 2 }]);
  });

  it('complete in one step with their result, which fills an untouched layer', async () => {
    const { store, mediaId } = await projectWithFile();
    await store.insertJob(newJob(mediaId));
    const { mediaId: _, ...hypothesis } = newHypothesis(mediaId, turns(4));
    const done = await store.completeJob('job1', {
      job: { state: 'done', progress: null, finishedMs: 5 },
      media: { state: 'ready', undecodedShare: 0 },
      hypothesis,
      adoptIfUntouched: true,
    });
    expect(done.job).toMatchObject({ state: 'done', hypothesisId: done.hypothesis!.id });
    expect(done.change).toMatchObject({ revision: 1, cause: 'edit' });
    expect(await store.getMedia(mediaId)).toMatchObject({ state: 'ready', undecodedShare: 0, segmentCount: 4 });
    expect(await store.hasHumanEdits(mediaId)).toBe(false);
  });

  it('never overwrite what a person has edited, but do overwrite what was undone', async () => {
    const { store, mediaId } = await projectWithFile();
    await store.insertJob(newJob(mediaId));
    await store.insertJob(newJob(mediaId, { id: 'job2' }));
    await store.apply(mediaId, 0, { op: 'speaker.add', name: 'Anna' });
    const { mediaId: _, ...hypothesis } = newHypothesis(mediaId, turns(4));
    const completion = { job: { state: 'done' as const }, hypothesis, adoptIfUntouched: true };
    expect(await store.hasHumanEdits(mediaId)).toBe(true);
    const first = await store.completeJob('job1', completion);
    expect(first).toMatchObject({ change: null });
    expect(first.hypothesis).not.toBeNull();
    expect(await store.getDocument(mediaId)).toMatchObject({ revision: 1 });
    await store.undo(mediaId, 1);
    expect((await store.completeJob('job2', completion)).change).toMatchObject({ revision: 3 });
  });

  it('ask whether cuts were edited: not adopted, not undone ones', async () => {
    const { store, mediaId } = await projectWithFile();
    const { mediaId: _, ...hypothesis } = newHypothesis(mediaId, turns(4));
    await store.insertJob(newJob(mediaId));
    const picture = { tracks: [], cutsSec: [2, 4] };
    await store.completeJob('job1', {
      ...{ job: { state: 'done' }, hypothesis: { ...hypothesis, picture }, adoptIfUntouched: true },
    });
    const cut = (await store.getDocument(mediaId)).records.find(({ kind }) => kind === 'cut')!;
    expect(await store.hasEditedCuts(mediaId)).toBe(false);
    await store.apply(mediaId, 1, { op: 'cut.delete', cutIds: [cut.id] });
    expect(await store.hasEditedCuts(mediaId)).toBe(true);
    await store.undo(mediaId, 2);
    expect(await store.hasEditedCuts(mediaId)).toBe(false);
  });

  it('ask where face tracks come from, and whose a person said they are', async () => {
    const { store, mediaId } = await projectWithFile();
    expect(await store.faceEdits(mediaId)).toBeNull();
    const { mediaId: _, ...hypothesis } = newHypothesis(mediaId, turns(4));
    await store.insertJob(newJob(mediaId));
    const track = (startSec: number, id: number) => ({
      ...{ startSec, endSec: startSec + 4, speaker: null, boxesArtifact: `run#${id}`, boxes: [] },
    });
    const picture = { tracks: [track(0, 0), track(4, 1)], cutsSec: [] };
    await store.completeJob('job1', {
      ...{ job: { state: 'done' }, hypothesis: { ...hypothesis, picture }, adoptIfUntouched: true },
    });
    const present = async () => (await store.getDocument(mediaId)).records;
    const change = async (op: EditOp): Promise<void> => {
      await store.apply(mediaId, (await store.getDocument(mediaId)).revision, op);
    };
    expect(await store.faceEdits(mediaId)).toEqual({ picture, naming: [], records: await present() });
    const [first, second] = (await present()).filter(({ kind }) => kind === 'track');
    const speaker = (await present()).find(({ kind }) => kind === 'speaker')!;
    await change({ op: 'track.assign', trackIds: [first!.id], speakerId: speaker.id });
    await change({ op: 'track.split', trackId: first!.id, atSec: 2 });
    const half = (await present()).find((record) => record.kind === 'track' && record.startSec === 2)!;
    await change({ op: 'track.assign', trackIds: [second!.id], speakerId: null });
    const named = [
      [first!.id, true],
      [half.id, true],
      [second!.id, false],
    ];
    expect(new Map((await store.faceEdits(mediaId))!.naming)).toEqual(new Map(named as [string, boolean][]));
    await store.undo(mediaId, (await store.getDocument(mediaId)).revision);
    await change({ op: 'hypothesis.adopt', hypothesisId: (await store.listHypotheses(mediaId))[0]!.id });
    expect((await store.faceEdits(mediaId))!.naming).toEqual([]);
  });

  it('know whose face it is by a word that changes nothing, until it is undone; the same word again is none', async () => {
    const { store, mediaId } = await projectWithFile();
    const { mediaId: _, ...hypothesis } = newHypothesis(mediaId, turns(4));
    await store.insertJob(newJob(mediaId));
    const speaker = hypothesis.segments[0]!.speaker;
    const track = { startSec: 0, endSec: 4, speaker, boxesArtifact: 'run#0', boxes: [] };
    const picture = { tracks: [track], cutsSec: [] };
    await store.completeJob('job1', {
      ...{ job: { state: 'done' }, hypothesis: { ...hypothesis, picture }, adoptIfUntouched: true },
    });
    const { records, revision } = await store.getDocument(mediaId);
    const face = records.find((record) => record.kind === 'track')!;
    expect(face.speakerId).not.toBeNull();
    const op = { op: 'track.assign' as const, trackIds: [face.id], speakerId: face.speakerId };
    const said = await store.apply(mediaId, revision, op);
    expect(said.revision).toBe(revision + 1);
    expect(said.label).toMatch(/^Confirmed 1 face \(4\.0 s\) as /u);
    expect(said.undoLabel).toBe(said.label);
    expect((await store.faceEdits(mediaId))!.naming).toEqual([[face.id, true]]);
    expect(await store.hasHumanEdits(mediaId)).toBe(true);
    expect(await store.apply(mediaId, revision + 1, op)).toMatchObject({ revision: revision + 1 });
    await store.undo(mediaId, revision + 1);
    expect((await store.faceEdits(mediaId))!.naming).toEqual([]);
    await store.redo(mediaId, revision + 2);
    expect((await store.faceEdits(mediaId))!.naming).toEqual([[face.id, true]]);
  });

  it('complete whole or not at all', async () => {
    const { store, mediaId } = await projectWithFile();
    await store.insertJob(newJob(mediaId));
    const { mediaId: _, ...hypothesis } = newHypothesis(mediaId, turns(4));
    const bad = { state: 'nonsense' } as never;
    await expect(
      store.completeJob('job1', { job: bad, media: { state: 'ready' }, hypothesis, adoptIfUntouched: true }),
    ).rejects.toMatchObject({ data: { code: 'bad-input' } });
    expect(await store.getMedia(mediaId)).toMatchObject({ state: 'new' });
    expect(await store.listHypotheses(mediaId)).toEqual([]);
    expect(await store.getDocument(mediaId)).toMatchObject({ revision: 0, records: [] });
    expect(await store.getJob('job1')).toMatchObject({ state: 'running', hypothesisId: null });
  });
});
