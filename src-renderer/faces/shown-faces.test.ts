import { describe, expect, it } from 'vitest';
import type { FaceTrack } from '#shared/domain/records.ts';
import { BoxRows, FaceTracks } from '#shared/evidence/face-evidence.ts';
import type { AvEvidence } from '#shared/evidence/face-schemas.ts';
import { faceLanes } from '../timeline/face-lanes.ts';
import { faceOfLane } from '../timeline/paint-face-lanes.ts';
import { aSegment, aSpeaker } from '../testing/builders.ts';
import { SpeechEvidence, shownFaces } from './shown-faces.ts';

/** Two faces of two seconds each beside one another, then one alone; boxes by row. */
const index = {
  frameRateHz: 25,
  tracks: [
    { id: 0, firstFrame: 0, frameCount: 50, firstRow: 0 },
    { id: 1, firstFrame: 10, frameCount: 50, firstRow: 50 },
    { id: 2, firstFrame: 100, frameCount: 25, firstRow: 100 },
  ],
};
const boxes = new BoxRows(125);
for (let row = 0; row < 125; row++) {
  const x = row < 50 ? 0.1 : row < 100 ? 0.6 : 0.3;
  boxes.set(row, x, 0.2, x + 0.2, 0.6);
}
const talking = Float32Array.from({ length: 125 }, (_, row) => (row < 50 ? 0.9 : row < 100 ? 0.1 : NaN));
const faces = new FaceTracks(index, boxes, talking);
const av: AvEvidence = {
  tracks: [
    { id: 0, identity: 0, speaker: 'spk00' },
    { id: 1, identity: 1, speaker: null },
    { id: 2, identity: 0, speaker: 'spk00' },
  ],
  segments: [
    { startSec: 0, endSec: 2, speaker: 'spk00', source: 'both', trackId: 0, faceProbability: 0.9, voiceMargin: 0.4 },
    {
      startSec: 2,
      endSec: 3,
      speaker: 'spk01',
      source: 'voice',
      trackId: null,
      faceProbability: null,
      voiceMargin: 0.1,
    },
  ],
};
const identities = {
  identities: [
    { id: 0, trackIds: [0, 2] },
    { id: 1, trackIds: [1] },
  ],
};
const anna = aSpeaker('a', { order: 0, name: 'Anna' });
const ben = aSpeaker('b', { order: 1, name: 'Ben' });
const labels = new Map([
  ['spk00', 'a'],
  ['spk01', 'b'],
]);
const sources = { faces, boxesKey: 'key', av, identities };
const record = (id: string, more: Partial<FaceTrack>): FaceTrack => ({
  kind: 'track',
  id,
  startSec: 0,
  endSec: 2,
  speakerId: null,
  boxesArtifact: 'key#0',
  origin: 'machine',
  ...more,
});

describe('faces that are shown', () => {
  it('are the machine’s until somebody adopts them, with the speakers of its answer', () => {
    const shown = shownFaces(sources, [], [anna, ben], labels);
    expect(shown.areRecords).toBe(false);
    expect(shown.all.map((face) => [face.speaker?.name ?? null, face.identity, face.recordId])).toEqual([
      ['Anna', 0, null],
      [null, 1, null],
      ['Anna', 0, null],
    ]);
  });

  it('are the records where these name the boxes at hand: parts of a split track each show their own time', () => {
    const records = [record('t1', { endSec: 1, speakerId: 'b' }), record('t2', { startSec: 1, speakerId: 'a' })];
    const shown = shownFaces(sources, records, [anna, ben], labels);
    expect(shown.areRecords).toBe(true);
    expect(shown.at(0.96).map(({ key }) => key)).toEqual(['t1']);
    expect(shown.at(1).map(({ key, speaker }) => [key, speaker?.name])).toEqual([['t2', 'Anna']]);
    expect(shown.at(2)).toEqual([]);
    expect(shownFaces(sources, [record('t1', { boxesArtifact: 'other#0' })], [anna], labels).areRecords).toBe(false);
  });

  it('are found under a point of the presented frame, with how they talk there', () => {
    const shown = shownFaces(sources, [], [anna, ben], labels);
    expect(shown.faceUnder(1, 0.2, 0.4)?.key).toBe('machine 0');
    expect(shown.faceUnder(1, 0.7, 0.4)?.key).toBe('machine 1');
    expect(shown.faceUnder(1, 0.5, 0.4)).toBeUndefined();
    expect(shown.talkingAt(shown.all[0]!, 1)).toBeCloseTo(0.9, 5);
    expect(shown.talkingAt(shown.all[2]!, 4.1)).toBeNull();
  });
});

describe('lanes of faces', () => {
  it('hold a speaker’s faces together, then people without a speaker', () => {
    const lanes = faceLanes(shownFaces(sources, [], [anna, ben], labels));
    expect(lanes.map(({ speaker, person, faces: own }) => [speaker?.name ?? null, person, own.length])).toEqual([
      ['Anna', null, 2],
      [null, 1, 1],
    ]);
  });

  it('lay faces nobody has told apart side by side, in as few lanes as show each', () => {
    const nobody = shownFaces({ ...sources, av: null, identities: null }, [], [], new Map());
    const lanes = faceLanes(nobody);
    expect(lanes.map(({ faces: own }) => own.map(({ key }) => key))).toEqual([
      ['machine 0', 'machine 2'],
      ['machine 1'],
    ]);
  });

  it('know the face under a time of the sound', () => {
    const [lane] = faceLanes(shownFaces(sources, [], [anna, ben], labels));
    expect(faceOfLane(lane!, 1, 0)?.key).toBe('machine 0');
    expect(faceOfLane(lane!, 3, 0)).toBeUndefined();
    expect(faceOfLane(lane!, 2.1, 0.2)?.key).toBe('machine 0');
  });
});

describe('evidence of a segment', () => {
  it('is that of the same speaker at the same time; who is only heard is off screen', () => {
    const speech = new SpeechEvidence(av, labels);
    const said = [aSegment('1', 'a', 0.5, 2), aSegment('2', 'b', 2, 3), aSegment('3', 'b', 0, 1)];
    expect(said.map((segment) => speech.of(segment)?.source ?? null)).toEqual(['both', 'voice', null]);
    expect(speech.of(said[0]!)).toEqual({
      source: 'both',
      faceProbability: expect.closeTo(0.9, 9) as number,
      voiceMargin: expect.closeTo(0.4, 9) as number,
    });
    expect([...speech.offScreen(said)]).toEqual(['2']);
  });
});
