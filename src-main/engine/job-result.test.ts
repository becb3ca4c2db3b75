import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { trackRowValues } from '#shared/evidence/face-schemas.ts';
import { stageMetaName } from '#shared/engine/stage-entry.ts';
import { noteOfCorrections, readPicture, readSpeakerCount, tooFewSpeakers } from './job-result.ts';
import { describeFiles, StageEntry } from './stage-files.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function entry(stageId: string, artifacts: Record<string, string>, files: Record<string, unknown>) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'diarist-result-'));
  folders.push(folder);
  await mkdir(folder, { recursive: true });
  for (const [name, value] of Object.entries(files)) {
    const bytes = value instanceof Float32Array ? new Uint8Array(value.buffer) : JSON.stringify(value);
    await writeFile(path.join(folder, name), bytes);
  }
  const described = await describeFiles(folder);
  const meta = { format: 1, stageId, stageVersion: '1', key: `key-${stageId}`, createdMs: 0, wallSec: 0, cpuSec: 0 };
  await writeFile(
    path.join(folder, stageMetaName),
    JSON.stringify({ ...meta, warnings: [], artifacts, files: described }),
  );
  return (await StageEntry.open(folder, stageId, `key-${stageId}`))!;
}

const shots = () =>
  entry(
    'shots',
    { shots: 'shots.json' },
    {
      'shots.json': {
        frameRateHz: 25,
        shots: [
          { firstFrame: 0, endFrame: 50 },
          { firstFrame: 50, endFrame: 100 },
        ],
      },
    },
  );
const tracks = () =>
  entry(
    'face-tracks',
    { faceTrackIndex: 'tracks.json' },
    {
      'tracks.json': {
        frameRateHz: 25,
        tracks: [
          { id: 0, firstFrame: 0, frameCount: 50, firstRow: 0 },
          { id: 1, firstFrame: 60, frameCount: 20, firstRow: 50 },
        ],
      },
    },
  );
const av = () =>
  entry(
    'av-turns',
    { avEvidence: 'av.json' },
    {
      'av.json': {
        tracks: [
          { id: 0, identity: 0, speaker: 'spk00' },
          { id: 1, identity: null, speaker: null },
        ],
        speakers: [],
        segments: [],
      },
    },
  );

it('tells whose faces a system saw, by the stage that wrote their boxes', async () => {
  const entries = new Map([
    ['shots', await shots()],
    ['face-tracks', await tracks()],
    ['turns', await av()],
  ]);
  expect(await readPicture(entries)).toEqual({
    picture: {
      tracks: [
        { startSec: 0, endSec: 2, speaker: 'spk00', boxesArtifact: 'key-face-tracks#0' },
        { startSec: 2.4, endSec: 3.2, speaker: null, boxesArtifact: 'key-face-tracks#1' },
      ],
      cutsSec: [2],
    },
  });
});

it('keeps where faces were, and what a person had corrected of them, with what was not found', async () => {
  const rows = Float32Array.from({ length: 3 * trackRowValues }, (_, at) => {
    const [row, value] = [Math.floor(at / trackRowValues), at % trackRowValues];
    return value < 4 ? 0.25 + 0.125 * row + (value > 1 ? 0.25 : 0) : 0;
  });
  const corrected = await entry(
    'face-tracks',
    { faceTrackIndex: 'tracks.json', faceTracks: 'tracks.f32' },
    {
      'tracks.f32': rows,
      'tracks.json': {
        frameRateHz: 25,
        tracks: [{ id: 0, firstFrame: 10, frameCount: 2, firstRow: 1, correction: 1 }],
        missingCorrections: [0],
      },
    },
  );
  const entries = new Map([
    ['shots', await shots()],
    ['face-tracks', corrected],
    ['turns', await av()],
  ]);
  const track = (startSec: number, person: string | null) => ({ startSec, endSec: 2, boxes: [], person });
  const given = { tracks: [track(0, 'anna'), track(0.4, null)], removed: [{ startSec: 3, endSec: 4, boxes: [] }] };
  const { picture } = await readPicture(entries, given);
  expect(picture!.faces).toEqual({ given, missing: [0] });
  expect(picture!.tracks).toMatchObject([
    {
      correction: 1,
      boxes: [
        [0.4, 0.375, 0.375, 0.625, 0.625],
        [0.44, 0.5, 0.5, 0.75, 0.75],
      ],
    },
  ]);
  expect(noteOfCorrections({ cutsSec: [1], soundOffsetSec: null, faces: given }, picture)).toEqual({
    cutsSec: [1],
    soundOffsetSec: null,
    faces: { tracks: 2, removed: 1, named: 1, missing: 1 },
  });
});

it('has nothing to say of a system that only hears', async () => {
  expect(await readPicture(new Map([['face-tracks', await tracks()]]))).toEqual({});
});

const turnsOf = (speakers: number) =>
  Array.from({ length: speakers }, (_, k) => ({ startSec: k, endSec: k + 1, speaker: `s${k}`, confidence: null }));

it('the count is no surer than what was asked for allows', async () => {
  const counts = [2, 3, 4, 5].map((count) => ({ count, probability: 0.25 }));
  const clusters = await entry('speaker-clusters', {}, { 'clusters.json': { speakerCount: 4, labels: [], counts } });
  const entries = new Map([['clusters', clusters]]);
  expect((await readSpeakerCount(entries, turnsOf(4))).speakerCount).toMatchObject({ low: 2, high: 5 });
  const bounded = await readSpeakerCount(entries, turnsOf(4), { min: 4, max: 9 });
  expect(bounded.speakerCount).toMatchObject({
    ...{ found: 4, low: 4, high: 5 },
    probabilities: [
      { count: 4, probability: 0.5 },
      { count: 5, probability: 0.5 },
    ],
  });
  expect(await readSpeakerCount(entries, turnsOf(6), { min: 6, max: 9 })).toEqual({});
});

it('fewer speakers than were asked for are said, once', () => {
  const asked = { min: 3, max: 5 };
  expect(tooFewSpeakers(turnsOf(2), asked, [])).toEqual(['3 speakers were asked for; turns were found of 2.']);
  expect(tooFewSpeakers(turnsOf(3), asked, [])).toEqual([]);
  expect(tooFewSpeakers(turnsOf(2), null, [])).toEqual([]);
  expect(tooFewSpeakers([], asked, [])).toEqual([]);
  expect(tooFewSpeakers(turnsOf(2), asked, ['3 speakers were asked for, but …'])).toEqual([]);
});
