import { describe, expect, it } from 'vitest';
import { newHypothesis, newJob, newMedia, turns, useProjects } from './testing/projects.ts';

const projects = useProjects();
const { projectWithFile, reopen } = projects;

describe('media', () => {
  it('keeps what it was given, and starts with an empty curated layer at revision 0', async () => {
    const project = await projectWithFile();
    const [kept] = await project.store.listMedia();
    expect(kept).toMatchObject({
      ...newMedia('/media/talk.wav'),
      name: 'talk.wav',
      fileId: 'talk',
      choice: { audioStream: null, channel: 'mix', range: null },
      state: 'new',
      undecodedShare: null,
      segmentCount: 0,
      speakerCount: 0,
      doubtCount: 0,
    });
    const again = await reopen(project);
    expect(await again.getMedia(project.mediaId)).toEqual(kept);
    expect(await again.getDocument(project.mediaId)).toEqual({
      mediaId: project.mediaId,
      revision: 0,
      records: [],
      undoLabel: null,
      redoLabel: null,
    });
  });

  it('is added all or nothing', async () => {
    const { store } = await projectWithFile();
    const paths = ['/media/new.wav', '/media/talk.wav'].map(newMedia);
    await expect(store.addMedia(paths)).rejects.toMatchObject({ data: { code: 'conflict', file: '/media/talk.wav' } });
    expect(await store.listMedia()).toHaveLength(1);
  });

  it('changes only what a patch names', async () => {
    const { store, mediaId } = await projectWithFile();
    const before = await store.getMedia(mediaId);
    const choice = { audioStream: 1, channel: 0, range: { startSec: 1, endSec: 2.5 } };
    await store.updateMedia(mediaId, { state: 'missing' });
    await store.updateMedia(mediaId, { path: '/moved/talk.wav', undecodedShare: 0.25, choice });
    expect(await store.getMedia(mediaId)).toEqual({
      ...before,
      state: 'missing',
      path: '/moved/talk.wav',
      undecodedShare: 0.25,
      choice,
    });
  });

  it('counts segments, speakers and doubts, by the limit asked for', async () => {
    const { store, mediaId } = await projectWithFile();
    const { id } = await store.addHypothesis(newHypothesis(mediaId, turns(20, 4)));
    await store.apply(mediaId, 0, { op: 'hypothesis.adopt', hypothesisId: id });
    expect(await store.getMedia(mediaId)).toMatchObject({ segmentCount: 20, speakerCount: 4, doubtCount: 10 });
    expect((await store.listMedia(0.25))[0]).toMatchObject({ doubtCount: 6 });
    const { records } = await store.getDocument(mediaId);
    const segments = records.filter((record) => record.kind === 'segment');
    await store.apply(mediaId, 1, { op: 'segment.review', segmentIds: [segments[0]!.id], review: 'accepted' });
    await store.apply(mediaId, 2, { op: 'segment.review', segmentIds: [segments[9]!.id], review: 'doubtful' });
    expect((await store.listMedia(0.25))[0]).toMatchObject({ doubtCount: 6 });
  });

  it('goes with everything that hangs on it', async () => {
    const { store, mediaId } = await projectWithFile();
    const { id } = await store.addHypothesis(newHypothesis(mediaId, turns(5)));
    await store.apply(mediaId, 0, { op: 'hypothesis.adopt', hypothesisId: id });
    await store.insertJob(newJob(mediaId));
    await store.removeMedia(mediaId);
    expect(await store.listMedia()).toEqual([]);
    expect(await store.listJobs()).toEqual([]);
    await expect(store.getDocument(mediaId)).rejects.toMatchObject({ data: { code: 'not-found' } });
    await expect(store.hypothesisSegments(id)).rejects.toMatchObject({ data: { code: 'not-found' } });
  });
});

describe('edits', () => {
  it('are undone and redone across a restart, step by step', async () => {
    let project = await projectWithFile();
    const { mediaId } = project;
    await project.store.apply(mediaId, 0, { op: 'speaker.add', name: 'Anna' });
    const [anna] = (await project.store.getDocument(mediaId)).records;
    await project.store.apply(mediaId, 1, {
      op: 'segment.add',
      speakerId: anna!.id,
      startSec: 1,
      endSec: 2.5,
    });
    const full = await project.store.getDocument(mediaId);
    expect(full).toMatchObject({ revision: 2, undoLabel: 'Added 1.5 s of Anna', redoLabel: null });

    project = { ...project, store: await reopen(project) };
    const undone = await project.store.undo(mediaId, 2);
    expect(undone).toMatchObject({
      revision: 3,
      cause: 'undo',
      label: 'Added 1.5 s of Anna',
      undoLabel: 'Added the speaker Anna',
      redoLabel: 'Added 1.5 s of Anna',
      span: { startSec: 1, endSec: 2.5 },
    });
    await project.store.undo(mediaId, 3);
    expect(await project.store.getDocument(mediaId)).toMatchObject({ revision: 4, records: [], undoLabel: null });
    await expect(project.store.undo(mediaId, 4)).rejects.toMatchObject({ data: { code: 'not-found' } });

    project = { ...project, store: await reopen(project) };
    await project.store.redo(mediaId, 4);
    await project.store.redo(mediaId, 5);
    expect(await project.store.getDocument(mediaId)).toEqual({ ...full, revision: 6 });
    await expect(project.store.redo(mediaId, 6)).rejects.toMatchObject({ data: { code: 'not-found' } });
  });

  it('drop what could be redone, and the history shows what counts', async () => {
    const { store, mediaId } = await projectWithFile();
    await store.apply(mediaId, 0, { op: 'speaker.add', name: 'Anna' });
    await store.apply(mediaId, 1, { op: 'speaker.add', name: 'Ben' });
    await store.undo(mediaId, 2);
    expect((await store.history(mediaId, 10)).map(({ label, undone }) => [label, undone])).toEqual([
      ['Added the speaker Ben', true],
      ['Added the speaker Anna', false],
    ]);
    await store.apply(mediaId, 3, { op: 'speaker.add', name: 'Carl' });
    await expect(store.redo(mediaId, 4)).rejects.toMatchObject({ data: { code: 'not-found' } });
    expect((await store.history(mediaId, 10)).map(({ label }) => label)).toEqual([
      'Added the speaker Carl',
      'Added the speaker Anna',
    ]);
    expect(await store.history(mediaId, 1)).toHaveLength(1);
  });

  it('made on another revision are refused and change nothing', async () => {
    const { store, mediaId } = await projectWithFile();
    await store.apply(mediaId, 0, { op: 'speaker.add' });
    const before = await store.getDocument(mediaId);
    for (const baseRevision of [0, 2, -1]) {
      const refused = { data: { code: 'stale-revision', fix: expect.any(String) as string } };
      await expect(store.apply(mediaId, baseRevision, { op: 'speaker.add' })).rejects.toMatchObject(refused);
      await expect(store.undo(mediaId, baseRevision)).rejects.toMatchObject(refused);
      await expect(store.redo(mediaId, baseRevision)).rejects.toMatchObject(refused);
    }
    expect(await store.getDocument(mediaId)).toEqual(before);
  });

  it('that are sent together without waiting are applied in order; the late one is stale', async () => {
    const { store, mediaId } = await projectWithFile();
    const results = await Promise.allSettled([
      store.apply(mediaId, 0, { op: 'speaker.add' }),
      store.apply(mediaId, 0, { op: 'speaker.add' }),
      store.apply(mediaId, 1, { op: 'speaker.add' }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('that change nothing leave revision and journal alone', async () => {
    const { store, mediaId } = await projectWithFile();
    const added = await store.apply(mediaId, 0, { op: 'speaker.add', name: 'Anna' });
    const speakerId = added.diff.added[0]!.id;
    const same = await store.apply(mediaId, 1, { op: 'speaker.rename', speakerId, name: 'Anna' });
    expect(same).toMatchObject({ revision: 1, diff: { added: [], updated: [], removed: [] } });
    expect(await store.history(mediaId, 10)).toHaveLength(1);
  });

  it('that no contract knows are refused', async () => {
    const { store, mediaId } = await projectWithFile();
    for (const op of [{ op: 'format.disk' }, { op: 'speaker.add', name: 'x'.repeat(1 << 20) }, null]) {
      await expect(store.apply(mediaId, 0, op as never)).rejects.toMatchObject({ data: { code: 'bad-input' } });
    }
    await expect(store.apply('nobody', 0, { op: 'speaker.add' })).rejects.toMatchObject({
      data: { code: 'not-found' },
    });
  });
});

describe('hostile text', () => {
  const texts = [
    "x'); DROP TABLE media; --",
    'zero\0inside',
    '__proto__',
    'a\u202Eb',
    'é vs é',
    '\r\n\t',
    '%_"`',
    '🦊',
  ];

  it('in names, paths and view keys is kept to the letter', async () => {
    const project = await projectWithFile();
    const { store, mediaId } = project;
    const view = Object.fromEntries(texts.map((text) => [text, { [text]: text }]));
    await store.setView(view);
    await store.addMedia(texts.map((text) => newMedia(`/media/${text}`)));
    const segments = texts.map((speaker, index) => ({ startSec: index, endSec: index + 1, speaker, confidence: null }));
    const { id } = await store.addHypothesis({ ...newHypothesis(mediaId, segments), label: texts[0]! });
    for (const [index, name] of texts.entries()) {
      if (name.trim() !== '') await store.apply(mediaId, index, { op: 'speaker.add', name });
      else await store.apply(mediaId, index, { op: 'speaker.add', name: `empty ${index}` });
    }
    const again = await reopen(project);
    expect(Object.entries(await again.getView()).sort()).toEqual(Object.entries(view).sort());
    expect((await again.listMedia()).slice(1).map(({ path }) => path)).toEqual(texts.map((text) => `/media/${text}`));
    expect(await again.hypothesisSegments(id)).toEqual(segments);
    const names = (await again.getDocument(mediaId)).records.map((record) => record.kind === 'speaker' && record.name);
    expect(names).toEqual(texts.map((text, index) => (text.trim() === '' ? `empty ${index}` : text)));
  });

  it('of a megabyte is kept', async () => {
    const project = await projectWithFile();
    const long = '名'.repeat(350_000);
    await project.store.setView({ note: long });
    await project.store.updateMedia(project.mediaId, { name: long });
    const again = await reopen(project);
    expect((await again.getView())['note'] === long).toBe(true);
    expect((await again.getMedia(project.mediaId)).name === long).toBe(true);
  });

  it('that no file can hold is refused', async () => {
    const { store } = await projectWithFile();
    for (const half of ['\ud83d', 'a\udc00b']) {
      await expect(store.setView({ [half]: 1 })).rejects.toMatchObject({ data: { code: 'bad-input' } });
      await expect(store.addMedia([newMedia(half)])).rejects.toMatchObject({ data: { code: 'bad-input' } });
    }
    expect(await store.getView()).toEqual({});
  });
});

describe('the view', () => {
  it('is patched key by key and kept', async () => {
    const project = await projectWithFile();
    await project.store.setView({ zoom: 12.5, lanes: ['a', null] });
    await project.store.setView({ zoom: null, split: { left: 240 } });
    const again = await reopen(project);
    expect(await again.getView()).toEqual({ zoom: null, lanes: ['a', null], split: { left: 240 } });
  });
});

it('edits 20,000 segments, and names requests that take long', async () => {
  const slow: string[] = [];
  const store = await projects.open(projects.file(), { onSlow: (line) => slow.push(line) });
  const mediaId = (await store.addMedia([newMedia('/media/talk.wav')]))[0]!.id;
  const { id } = await store.addHypothesis(newHypothesis(mediaId, turns(20_000, 6)));
  await store.apply(mediaId, 0, { op: 'hypothesis.adopt', hypothesisId: id });
  const adopted = await store.getDocument(mediaId);
  const [into, ...from] = adopted.records.filter(({ kind }) => kind === 'speaker').map((record) => record.id);
  await store.apply(mediaId, 1, { op: 'speaker.merge', fromIds: from, intoId: into! });
  const merged = await store.getDocument(mediaId);
  expect(new Set(merged.records.map((record) => record.kind === 'segment' && record.speakerId))).toEqual(
    new Set([false, into]),
  );
  await store.undo(mediaId, 2);
  expect((await store.getDocument(mediaId)).records).toEqual(adopted.records);
  expect(slow).toContainEqual(expect.stringMatching(/^slow store request: apply took \d+ ms$/));
});

it('answers nothing more once it is closed, and closing twice is fine', async () => {
  const { store } = await projectWithFile();
  const last = store.setView({ zoom: 1 });
  const closed = store.close();
  await expect(store.listMedia()).rejects.toMatchObject({ data: { code: 'internal' } });
  await Promise.all([last, closed, store.close()]);
});
