import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DocRecord, FaceTrack } from '#shared/domain/records.ts';
import { BoxRows, FaceTracks } from '#shared/evidence/face-evidence.ts';
import { followDocument, useFaces } from '../faces/face-store.ts';
import { shownFaces } from '../faces/shown-faces.ts';
import { useAppStore } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import { aFile, aSegment, aSpeaker } from '../testing/builders.ts';
import { MemoryApi } from '../testing/memory-api.ts';
import { attachPorts, ports } from './ports.ts';
import { command } from './registry.ts';

/** Two faces beside one another for four seconds, and one of them again after a cut at 6 s. */
const index = {
  frameRateHz: 25,
  tracks: [
    { id: 0, firstFrame: 0, frameCount: 100, firstRow: 0 },
    { id: 1, firstFrame: 0, frameCount: 100, firstRow: 100 },
    { id: 2, firstFrame: 150, frameCount: 50, firstRow: 200 },
  ],
};
const boxes = new BoxRows(250);
for (let row = 0; row < 250; row++) {
  const x = row >= 100 && row < 200 ? 0.6 : 0.1;
  boxes.set(row, x, 0.2, x + 0.2, 0.6);
}
const sources = {
  faces: new FaceTracks(index, boxes),
  boxesKey: 'key',
  av: null,
  identities: { identities: [{ id: 0, trackIds: [0, 2] }] },
};
const record = (id: string, track: number, startSec: number, endSec: number): FaceTrack => ({
  kind: 'track',
  id,
  startSec,
  endSec,
  speakerId: null,
  boxesArtifact: `key#${track}`,
  origin: 'machine',
});
const records: DocRecord[] = [
  aSpeaker('a', { order: 0, name: 'Anna' }),
  aSpeaker('b', { order: 1, name: 'Ben' }),
  aSegment('s1', 'b', 1, 3),
  record('t0', 0, 0, 4),
  record('t1', 1, 0, 4),
  record('t2', 2, 6, 8),
  { kind: 'cut', id: 'c1', timeSec: 6, origin: 'machine' },
];

const review = () => useReviewStore.getState();
const settle = () => new Promise((resolve) => setTimeout(resolve));
const said = () => review().lastAction?.label;
let nowSec = 1;
let stop: () => void;

async function open(document: DocRecord[]): Promise<void> {
  const api = new MemoryApi();
  api.addFile(aFile('m'), document);
  useAppStore.setState({ view: 'review', overlay: null });
  useReviewStore.setState({ readOnlyReason: null, playOnSelect: false, lastAction: null });
  review().connect(api);
  await review().open('m');
  const shown = shownFaces(sources, review().tracks, review().speakers, new Map());
  useFaces.setState({ mediaId: 'm', status: 'ready', sources, shown, selectedKey: null, sync: null });
}

async function run(id: Parameters<typeof command>[0]): Promise<void> {
  command(id).run();
  await settle();
}

beforeEach(async () => {
  nowSec = 1;
  attachPorts({
    player: { ...ports.player, currentSec: () => nowSec, durationSec: () => 100, seek: (sec) => (nowSec = sec) },
  });
  await open(records);
  stop = followDocument();
});
afterEach(() => stop());

test('faces are selected from left to right, round and round', async () => {
  const keys: (string | null)[] = [];
  for (let i = 0; i < 3; i++) {
    await run('face.next');
    keys.push(useFaces.getState().selectedKey);
  }
  expect(keys).toEqual(['t0', 't1', 't0']);
  nowSec = 5;
  await run('face.next');
  expect(said()).toContain('no face in this frame');
});

test('a face goes to the target speaker in all its appearances, with one undo', async () => {
  review().setTargetSpeaker('b');
  await run('face.next');
  await run('face.take');
  expect(review().tracks.map(({ id, speakerId }) => [id, speakerId])).toEqual([
    ['t0', 'b'],
    ['t1', null],
    ['t2', 'b'],
  ]);
  expect(useFaces.getState().shown?.get('t2')?.speaker?.name).toBe('Ben');
  await review().undo();
  expect(review().tracks.every(({ speakerId }) => speakerId === null)).toBe(true);
});

test('segments are given to the speaker of the face', async () => {
  await run('face.next');
  await run('face.assignSegments');
  expect(said()).toContain('no speaker yet');
  review().setTargetSpeaker('a');
  await run('face.take');
  review().select(['s1'], { play: false });
  await run('face.assignSegments');
  expect(review().segment('s1')?.speakerId).toBe('a');
});

test('a face is split at the playhead, joined again and deleted', async () => {
  await run('face.next');
  nowSec = 2;
  await run('face.split');
  expect(review().tracks.filter(({ boxesArtifact }) => boxesArtifact === 'key#0')).toHaveLength(2);
  nowSec = 1;
  await run('face.next');
  useFaces.setState({ selectedKey: 't0' });
  // Nobody knows whose faces they are: the one beside it must not be taken for its second half.
  await run('face.merge');
  expect(review().tracks.find(({ id }) => id === 't0')).toMatchObject({ startSec: 0, endSec: 4 });
  await run('face.delete');
  expect(review().tracks.map(({ id }) => id)).not.toContain('t0');
});

test('cuts come and go at the playhead, and are jumped to', async () => {
  await run('cut.next');
  expect(nowSec).toBe(6);
  await run('cut.toggle');
  expect(review().cuts).toEqual([]);
  nowSec = 3;
  await run('cut.toggle');
  expect(review().cuts).toMatchObject([{ timeSec: 3 }]);
});

test('sound against picture is corrected as estimated, and only then', async () => {
  await run('sync.correct');
  expect(said()).toContain('No sure estimate');
  useFaces.setState({ sync: { offsetSec: -0.12, confidence: 4 } });
  await run('sync.correct');
  expect(review().offset).toMatchObject({ offsetSec: -0.12 });
  // The playhead is of the sound: the cut lies where it is heard.
  await run('cut.next');
  expect(nowSec).toBeCloseTo(5.88, 6);
  await run('sync.asInFile');
  expect(review().offset).toBeNull();
});

test('faces of another run than the labels cannot be edited, and it is said what to do', async () => {
  await open(records.filter(({ kind }) => kind !== 'track' && kind !== 'cut'));
  await run('face.next');
  await run('face.take');
  expect(said()).toContain('of another run');
});
