import { beforeEach, expect, test } from 'vitest';
import { AppError } from '#shared/api/errors.ts';
import { aFile, aSegment, aSpeaker } from '../testing/builders.ts';
import { MemoryApi } from '../testing/memory-api.ts';
import { useReviewStore } from './review-store.ts';

const store = () => useReviewStore.getState();
const shape = () => store().segments.map(({ id, speakerId, startSec, endSec }) => [id, speakerId, startSec, endSec]);
let api: MemoryApi;

beforeEach(async () => {
  api = new MemoryApi();
  api.addFile(aFile('m'), [
    aSpeaker('b', { order: 1, name: 'Ben' }),
    aSpeaker('a', { order: 0, name: 'Anna' }),
    aSegment('s2', 'b', 5, 8),
    aSegment('s1', 'a', 1, 4),
    aSegment('s3', 'a', 9, 12),
  ]);
  useReviewStore.setState({ readOnlyReason: null, playOnSelect: false, saveState: 'saved', lastAction: null });
  store().connect(api);
  await store().open('m');
  api.on((event) => store().receive(event));
});

test('opens a file: speakers in lane order, segments by start', () => {
  expect(store().loadState).toBe('ready');
  expect(store().speakers.map((speaker) => speaker.id)).toEqual(['a', 'b']);
  expect(store().segments.map((segment) => segment.id)).toEqual(['s1', 's2', 's3']);
  expect(store().targetSpeakerId).toBe('a');
});

test('two edits made in one breath both arrive, each on its own revision', async () => {
  await Promise.all([
    store().apply({ op: 'segment.assign', segmentIds: ['s1'], speakerId: 'b' }),
    store().apply({ op: 'segment.delete', segmentIds: ['s3'] }),
  ]);
  expect(store().revision).toBe(2);
  expect(shape()).toEqual([
    ['s1', 'b', 1, 4],
    ['s2', 'b', 5, 8],
  ]);
});

test('undo and redo walk through the same states', async () => {
  const before = shape();
  await store().apply({ op: 'segment.setTimes', segmentId: 's1', startSec: 6, endSec: 7 });
  const after = shape();
  expect(after.map(([id]) => id)).toEqual(['s2', 's1', 's3']);
  await store().undo();
  expect(shape()).toEqual(before);
  expect(store().lastAction).toMatchObject({ tone: 'undo', label: expect.stringMatching(/^Undid: \S/u) as string });
  await store().redo();
  expect(shape()).toEqual(after);
  expect(store().lastAction?.label).toMatch(/^Redid: \S/u);
});

test('an edit on an old revision is refused, the document read again, and the person told', async () => {
  api.handlers['edit.apply'] = () => {
    delete api.handlers['edit.apply'];
    api.files.get('m')!.revision = 7;
    throw new AppError('stale-revision', 'The labels have changed meanwhile.');
  };
  const change = await store().apply({ op: 'segment.delete', segmentIds: ['s1'] });
  expect(change).toBeNull();
  expect(store().revision).toBe(7);
  expect(store().lastAction).toMatchObject({ tone: 'problem' });
  expect(store().saveState).toBe('saved');
  await store().apply({ op: 'segment.delete', segmentIds: ['s1'] });
  expect(store().segments).toHaveLength(2);
});

test('an edit of another window is folded in; a gap reads the document again', async () => {
  api.editElsewhere('m', { op: 'segment.delete', segmentIds: ['s2'] });
  await Promise.resolve();
  await Promise.resolve();
  expect(store().segments.map((segment) => segment.id)).toEqual(['s1', 's3']);
  const stop = api.on(() => {});
  stop();
  // Two changes of which only the second is heard.
  const { calls } = api;
  api.files.get('m')!.revision += 1;
  api.editElsewhere('m', { op: 'segment.delete', segmentIds: ['s3'] });
  await new Promise((resolve) => setTimeout(resolve));
  expect(calls.at(-1)?.method).toBe('document.get');
  expect(store().segments.map((segment) => segment.id)).toEqual(['s1']);
  expect(store().revision).toBe(3);
});

test('a change that comes back as an event after its own answer is not folded twice', async () => {
  const change = await store().apply({ op: 'segment.delete', segmentIds: ['s2'] });
  store().receive({ type: 'document.changed', change: change! });
  await new Promise((resolve) => setTimeout(resolve));
  expect(store().revision).toBe(1);
  expect(store().segments).toHaveLength(2);
});

test('a project that is read-only refuses without asking the host', async () => {
  useReviewStore.setState({ readOnlyReason: 'Another window has this project open.' });
  const asked = api.calls.length;
  expect(await store().apply({ op: 'segment.delete', segmentIds: ['s1'] })).toBeNull();
  expect(api.calls.length).toBe(asked);
  expect(store().lastAction?.label).toBe('Another window has this project open.');
});

test('selecting: unknown ids fall away, the focus is always selected, the target follows', () => {
  store().select(['s1', 'gone', 's2'], { focusId: 's2' });
  expect([...store().selection.segmentIds]).toEqual(['s1', 's2']);
  expect(store().selection.focusId).toBe('s2');
  expect(store().targetSpeakerId).toBe('b');
  store().toggleSelected('s2');
  expect(store().selection).toEqual({ segmentIds: new Set(['s1']), focusId: 's1' });
});

test('after a deletion the segment in its place is selected, so that keys go on', async () => {
  store().select(['s2']);
  await store().apply({ op: 'segment.delete', segmentIds: ['s2'] });
  expect(store().selection.focusId).toBe('s3');
});

test('play on select asks for the span of the focused segment; an explicit no wins', () => {
  useReviewStore.setState({ playOnSelect: true });
  store().select(['s2'], { play: false });
  expect(store().audition).toBeNull();
  store().select(['s2']);
  expect(store().audition).toMatchObject({ startSec: 5, endSec: 8 });
});

test('a failed write shows as not saved, with the error at hand', async () => {
  api.handlers['edit.apply'] = () => {
    throw new AppError('io', 'The disk is full.', { file: '/p.diarist', fix: 'Make room.' });
  };
  await store().apply({ op: 'segment.delete', segmentIds: ['s1'] });
  expect(store().saveState).toBe('failed');
  expect(store().saveError?.file).toBe('/p.diarist');
  expect(store().lastAction?.error?.fix).toBe('Make room.');
  expect(store().segments).toHaveLength(3);
  delete api.handlers['edit.apply'];
  await store().apply({ op: 'segment.delete', segmentIds: ['s1'] });
  expect(store()).toMatchObject({ saveState: 'saved', saveError: null });
});

test('opening another file while one loads shows the later one', async () => {
  api.addFile(aFile('n'), [aSpeaker('c')]);
  await Promise.all([store().open('m'), store().open('n')]);
  expect(store().media?.id).toBe('n');
  expect(store().segments).toHaveLength(0);
});
