import fc from 'fast-check';
import type { AdoptedHypothesis, AdoptedPicture } from '../apply-op.ts';
import type { EditOp } from '../edit-op.ts';
import type { Cut, DocRecord, FaceTrack, Segment, Speaker } from '../records.ts';

/**
 * Random edits for tests. A {@link Gesture} is independent of the document, so that fast-check can shrink a sequence;
 * {@link toOp} aims it at records that are there (and now and then at some that are not).
 */
export interface Gesture {
  kind: EditOp['op'];
  /** Which of the records to take: modulo their number. */
  first: number;
  second: number;
  third: number;
  /** Whole milliseconds, so that a model on a grid of 1 ms is exact. */
  startMs: number;
  endMs: number;
  name: string;
}

export const endOfTimeMs = 3000;

const kinds: EditOp['op'][] = [
  'segment.add',
  'segment.add',
  'segment.add',
  'segment.setTimes',
  'segment.assign',
  'segment.assign',
  'segment.addOverlap',
  'segment.split',
  'segment.merge',
  'segment.delete',
  'segment.review',
  'speaker.add',
  'speaker.add',
  'speaker.rename',
  'speaker.merge',
  'speaker.delete',
  'track.assign',
  'track.split',
  'track.merge',
  'track.delete',
  'cut.add',
  'cut.move',
  'cut.delete',
  'sync.correct',
  'hypothesis.adopt',
  'hypothesis.adopt',
];

/** Names that have broken programs before, beside plain ones. */
export const awkwardNames = [
  'Anna',
  'Ben',
  '  Clara ',
  "Robert'); DROP TABLE segment;--",
  '__proto__',
  'constructor',
  'zero\0inside',
  '名前 👩‍👩‍👧',
  'שרה',
  'line\nbreak',
  ' ',
  '%s${x}',
];

export const gesture: fc.Arbitrary<Gesture> = fc.record({
  kind: fc.constantFrom(...kinds),
  first: fc.nat(40),
  second: fc.nat(40),
  third: fc.nat(40),
  startMs: fc.nat(endOfTimeMs),
  endMs: fc.nat(endOfTimeMs),
  name: fc.constantFrom(...awkwardNames),
});

/** Faces and cuts, or none of a system that only hears. */
const picture: fc.Arbitrary<AdoptedPicture | null> = fc.option(
  fc.record({
    tracks: fc.array(
      fc
        .record({ startMs: fc.nat(endOfTimeMs - 600), lengthMs: fc.nat(600), track: fc.nat(9) })
        .map(({ startMs, lengthMs, track }) => ({
          startSec: startMs / 1000,
          endSec: (startMs + lengthMs) / 1000,
          speaker: track % 3 === 0 ? null : `spk0${track % 3}`,
          boxesArtifact: `lane#${track}`,
        })),
      { maxLength: 8 },
    ),
    cutsSec: fc.array(
      fc.nat(endOfTimeMs).map((ms) => ms / 1000),
      { maxLength: 4 },
    ),
  }),
);

/** Turns on the grid of 1 ms, some without length, some overlapping others of their speaker. */
export const hypothesis: fc.Arbitrary<AdoptedHypothesis> = fc
  .record({
    label: fc.constant('a system'),
    origin: fc.constantFrom('machine' as const, 'import' as const),
    segments: fc.array(
      fc
        .record({
          startMs: fc.nat(endOfTimeMs - 600),
          lengthMs: fc.nat(600),
          speaker: fc.constantFrom('spk00', 'spk01', 'spk02', '__proto__', 'Anna'),
          confidence: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
        })
        .map(({ startMs, lengthMs, speaker, confidence }) => {
          return { startSec: startMs / 1000, endSec: (startMs + lengthMs) / 1000, speaker, confidence };
        }),
      { maxLength: 12 },
    ),
  })
  .chain((spoken) => picture.map((seen) => (seen ? { ...spoken, picture: seen } : spoken)));

/** @param hypothesisIds what `hypothesis.adopt` may choose from */
export function toOp(gesture: Gesture, records: Iterable<DocRecord>, hypothesisIds: readonly string[]): EditOp {
  const speakers: Speaker[] = [];
  const segments: Segment[] = [];
  const tracks: FaceTrack[] = [];
  const cuts: Cut[] = [];
  for (const record of records) {
    if (record.kind === 'speaker') speakers.push(record);
    if (record.kind === 'segment') segments.push(record);
    if (record.kind === 'track') tracks.push(record);
    if (record.kind === 'cut') cuts.push(record);
  }
  // Independent of the order of the map.
  const byId = (a: DocRecord, b: DocRecord) => (a.id < b.id ? -1 : 1);
  const pick = (list: DocRecord[], index: number) =>
    index === 40 || list.length === 0 ? 'nobody' : list.toSorted(byId)[index % list.length]!.id;
  const { kind, first, second, third, startMs, endMs, name } = gesture;
  const speakerId = pick(speakers, first);
  const segmentId = pick(segments, second);
  const segmentIds = [segmentId, pick(segments, third)];
  const [startSec, endSec] = [startMs / 1000, endMs / 1000];
  switch (kind) {
    case 'segment.add':
      return { op: kind, speakerId, startSec, endSec };
    case 'segment.setTimes':
      return { op: kind, segmentId, startSec, endSec };
    case 'segment.assign':
    case 'segment.addOverlap':
      return { op: kind, segmentIds, speakerId };
    case 'segment.split': {
      const segment = segments.find(({ id }) => id === segmentId);
      const middle = segment ? (segment.startSec + segment.endSec) / 2 : startSec;
      return { op: kind, segmentId, atSec: first % 3 === 0 ? startSec : middle };
    }
    case 'segment.merge':
    case 'segment.delete':
      return { op: kind, segmentIds };
    case 'segment.review':
      return { op: kind, segmentIds, review: (['accepted', 'doubtful', 'unreviewed'] as const)[first % 3]! };
    case 'speaker.add':
      return first % 2 === 0 ? { op: kind } : { op: kind, name };
    case 'speaker.rename':
      return { op: kind, speakerId, name };
    case 'speaker.merge':
      return { op: kind, fromIds: [pick(speakers, second), pick(speakers, third)], intoId: speakerId };
    case 'speaker.delete':
      return { op: kind, speakerId };
    case 'track.assign':
      return { op: kind, trackIds: [pick(tracks, second)], speakerId: third % 4 === 0 ? null : speakerId };
    case 'track.split': {
      const trackId = pick(tracks, second);
      const track = tracks.find(({ id }) => id === trackId);
      return { op: kind, trackId, atSec: track && first % 3 !== 0 ? (track.startSec + track.endSec) / 2 : startSec };
    }
    case 'track.merge':
    case 'track.delete':
      return { op: kind, trackIds: [pick(tracks, second), pick(tracks, third)] };
    case 'cut.add':
      return { op: kind, atSec: startSec };
    case 'cut.move':
      return { op: kind, cutId: pick(cuts, second), toSec: startSec };
    case 'cut.delete':
      return { op: kind, cutIds: [pick(cuts, second)] };
    case 'sync.correct':
      return { op: kind, offsetSec: first % 3 === 0 ? null : (startMs - endMs) / 1000 };
    case 'hypothesis.adopt':
      return { op: kind, hypothesisId: hypothesisIds[second % Math.max(1, hypothesisIds.length)] ?? 'none' };
  }
}
