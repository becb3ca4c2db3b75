import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/api/errors.ts';
import { applyOp } from '#shared/domain/apply-op.ts';
import { sketchBoxes } from '#shared/domain/box-sketch.ts';
import { parseBoxesRef } from '#shared/domain/boxes-ref.ts';
import { applyDiff, recordMap, type RecordMap } from '#shared/domain/diff.ts';
import type { EditOp } from '#shared/domain/edit-op.ts';
import { faceCorrectionsOf } from '#shared/domain/face-corrections.ts';
import type { FaceCorrections, HypothesisPicture } from '#shared/domain/hypothesis.ts';
import type { FaceTrack } from '#shared/domain/records.ts';
import { speaker } from '#shared/domain/testing/small-document.ts';
import { iou, type Detection } from '../face-detect/detection.ts';
import { correctTracks, type ShotTrack } from './face-corrections.ts';

interface DrawnEdit {
  kind: string;
  which: number;
  other: number;
  share: number;
}

const options = { frameRateHz: 25, maxGapFrames: 25 };
/** Places in the picture, far enough apart for no two faces to overlap. */
const LANES = 3;

/** A face in one lane that sways a little; its score tells it from every other. */
function faceAt(lane: number, frame: number, score: number): Detection {
  const sway = 0.03 * Math.sin(frame / 9 + lane);
  const [x1, y1] = [0.05 + 0.3 * lane + sway, 0.3 - sway / 2];
  return { x1, y1, x2: x1 + 0.15, y2: y1 + 0.25, score, points: Array.from({ length: 10 }, () => 0.5) };
}
function found(lane: number, firstFrame: number, endFrame: number, score = 0.9): ShotTrack {
  const frames = Array.from({ length: endFrame - firstFrame }, (_, at) => firstFrame + at);
  const faces = frames.map((frame) => faceAt(lane, frame, score));
  return { shot: 0, person: null, track: { firstFrame, faces, foundFrames: frames.filter((one) => one % 5 === 0) } };
}

/** What a run leaves in the project, and the curated layer once it is adopted. */
function pictureOf(tracks: readonly ShotTrack[], key: string, faces?: HypothesisPicture['faces']): HypothesisPicture {
  return {
    tracks: tracks.map(({ track, correction }, id) => ({
      startSec: track.firstFrame / 25,
      endSec: (track.firstFrame + track.faces.length) / 25,
      speaker: null,
      boxesArtifact: `${key}#${id}`,
      boxes: sketchBoxes(track.faces, track.firstFrame, 25),
      ...(correction === undefined ? {} : { correction }),
    })),
    cutsSec: [],
    ...(faces ? { faces } : {}),
  };
}
let serial = 0;
const newId = (): string => `id${serial++}`;
const adopted = (picture: HypothesisPicture): RecordMap =>
  applyDiff(
    recordMap([speaker('anna', { name: 'Anna' }), speaker('ben', { name: 'Ben', colour: 1, order: 1 })]),
    applyOp(
      recordMap([]),
      { op: 'hypothesis.adopt', hypothesisId: 'h' },
      {
        newId,
        hypothesis: { label: 'h', origin: 'machine', segments: [], picture },
      },
    ).diff,
  );
const tracksOf = (records: RecordMap) => [...records.values()].filter((one) => one.kind === 'track');
function edited(records: RecordMap, op: EditOp): RecordMap {
  return applyDiff(records, applyOp(records, op, { newId }).diff);
}
const correctionsOf = (records: RecordMap, picture: HypothesisPicture): FaceCorrections | null =>
  faceCorrectionsOf([...records.values()], picture, new Map());

/** Spans of tracks with the lane of their faces. */
const spans = (tracks: readonly ShotTrack[]) =>
  tracks
    .map(({ track }) => [track.firstFrame, track.firstFrame + track.faces.length, laneOf(track.faces[0]!)])
    .sort((a, b) => a[0]! - b[0]! || a[2]! - b[2]!);
const laneOf = ({ x1 }: Detection): number => Math.floor(x1 / 0.3);

describe('tracks found as before', () => {
  const machine = [found(0, 0, 75), found(0, 80, 150), found(1, 0, 150), found(2, 20, 40)];
  const picture = pictureOf(machine, 'run');

  it('stay as they are without edits', () => {
    expect(correctionsOf(adopted(picture), picture)).toBeNull();
  });

  it('are split at the very frame, merged over a gap, deleted', () => {
    let layer = adopted(picture);
    const [first, second, , third] = tracksOf(layer);
    layer = edited(layer, { op: 'track.merge', trackIds: [first!.id, second!.id] });
    layer = edited(layer, { op: 'track.split', trackId: first!.id, atSec: 1.28 });
    layer = edited(layer, { op: 'track.delete', trackIds: [third!.id] });
    const result = correctTracks(machine, correctionsOf(layer, picture)!, options);
    expect(spans(result.tracks)).toEqual([
      [0, 32, 0],
      [0, 150, 1],
      [32, 150, 0],
    ]);
    expect(result.missing).toEqual([]);
    expect(result.tracks.filter(({ correction }) => correction === undefined)).toEqual([machine[2]]);
    const whole = result.tracks.find(({ track }) => track.firstFrame === 32)!.track;
    expect(whole.faces.slice(0, 43)).toEqual(machine[0]!.track.faces.slice(32));
    expect(whole.faces.slice(48)).toEqual(machine[1]!.track.faces);
    for (const [at, face] of whole.faces.entries()) expect(iou(face, faceAt(0, 32 + at, 1))).toBeGreaterThan(0.8);
  });

  it('are what they were when they are merged and split again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 75, max: 80 }), (frame) => {
        let layer = adopted(picture);
        const [first, second] = tracksOf(layer);
        layer = edited(layer, { op: 'track.merge', trackIds: [first!.id, second!.id] });
        layer = edited(layer, { op: 'track.split', trackId: first!.id, atSec: frame / 25 });
        const corrections = correctionsOf(layer, picture);
        const { tracks } = corrections ? correctTracks(machine, corrections, options) : { tracks: machine };
        expect(tracks.map(({ track }) => track)).toEqual(machine.map(({ track }) => track));
      }),
    );
  });

  it('keep their order, so that one face corrected leaves the others their numbers', () => {
    const layer = adopted(picture);
    const third = tracksOf(layer).find(({ boxesArtifact }) => boxesArtifact === 'run#0')!;
    const named = new Map([[third.id, true]]);
    const corrections = faceCorrectionsOf([...edited(layer, assignment(third.id)).values()], picture, named)!;
    expect(corrections.tracks).toMatchObject([{ startSec: 0, endSec: 3, person: 'anna' }]);
    const { tracks } = correctTracks(machine, corrections, options);
    expect(tracks).toEqual([{ ...machine[0], correction: 0 }, ...machine.slice(1)]);
  });

  it('go where the person had put each frame, whatever was edited, in this run and in the one after', () => {
    fc.assert(
      fc.property(someTracks, someEdits, someEdits, (machineFound, first, second) => {
        const before = pictureOf(machineFound, 'run1');
        const layer = first.reduce((so, one) => tryEdit(so, one, before), adopted(before));
        const given = correctionsOf(layer, before);
        const run = given ? correctTracks(machineFound, given, options) : { tracks: machineFound, missing: [] };
        expect(run.missing).toEqual([]);
        expect(ownersIn(run.tracks, machineFound)).toEqual(ownersShown(layer, before, machineFound));

        const after = pictureOf(run.tracks, 'run2', given ? { given, missing: [] } : undefined);
        const next = adopted(after);
        expect(correctionsOf(next, after)).toEqual(given);
        const again = second.reduce((so, one) => tryEdit(so, one, after), next);
        const both = correctionsOf(again, after);
        const third = both ? correctTracks(machineFound, both, options).tracks : machineFound;
        expect(ownersIn(third, machineFound)).toEqual(ownersShown(again, after, machineFound));
      }),
      { numRuns: 200 },
    );
  });
});

describe('whose face a person said it is', () => {
  const machine = [found(0, 0, 75), found(1, 0, 150), found(2, 0, 60)];
  const picture = pictureOf(machine, 'run');
  const layer = adopted(picture);
  const [first] = tracksOf(layer);
  const named = edited(layer, assignment(first!.id));
  const given = faceCorrectionsOf([...named.values()], picture, new Map([[first!.id, true]]))!;
  const run = correctTracks(machine, given, options);
  const after = pictureOf(run.tracks, 'run2', { given, missing: [] });
  const next = adopted(after);

  it('is still said once the answer was taken and another face edited', () => {
    const other = tracksOf(next).find(({ boxesArtifact }) => boxesArtifact === 'run2#1')!;
    const later = correctionsOf(edited(next, { op: 'track.split', trackId: other.id, atSec: 2 }), after)!;
    expect(later.tracks.map(({ endSec, person }) => [endSec, person])).toEqual([
      [2, null],
      [3, 'anna'],
      [6, null],
    ]);
  });

  it('is taken back by giving the face to nobody, and follows a speaker who is merged into another', () => {
    const same = tracksOf(next).find(({ boxesArtifact }) => boxesArtifact === 'run2#0')!;
    const nobody = faceCorrectionsOf([...next.values()], after, new Map([[same.id, false]]))!;
    expect(nobody.tracks).toMatchObject([{ endSec: 3, person: null }]);
    const assigned = edited(next, { op: 'track.assign', trackIds: [same.id], speakerId: 'ben' });
    const withoutAnna = [...assigned.values()].filter(({ id }) => id !== 'anna');
    const merged = faceCorrectionsOf(withoutAnna, after, new Map())!;
    expect(merged.tracks).toMatchObject([{ endSec: 3, person: 'ben' }]);
  });
});

describe('tracks of another detector', () => {
  /** The same faces with wider boxes, found and lost at other times. */
  const wider = (tracks: readonly ShotTrack[]): ShotTrack[] =>
    tracks.map((one) => ({
      ...one,
      track: {
        ...one.track,
        faces: one.track.faces.map((face) => ({ ...face, x1: face.x1 - 0.02, y1: face.y1 - 0.06, x2: face.x2 + 0.02 })),
      },
    }));
  const picture = pictureOf([found(0, 0, 100), found(1, 0, 150), found(2, 0, 60)], 'run');
  const layer = adopted(picture);
  const [first, second, third] = tracksOf(layer);

  it('are corrected where they are the same face, and their ends go with the nearest correction', () => {
    const split = edited(layer, { op: 'track.split', trackId: first!.id, atSec: 2 });
    const corrections = correctionsOf(edited(split, { op: 'track.delete', trackIds: [second!.id] }), picture)!;
    const other = wider([found(0, 4, 30), found(0, 33, 130), found(1, 10, 170), found(2, 3, 62)]);
    const result = correctTracks(other, corrections, options);
    expect(spans(result.tracks)).toEqual([
      [3, 62, 2],
      [4, 50, 0],
      [50, 130, 0],
    ]);
    expect(result.missing).toEqual([]);
  });

  it('leave a correction aside whose face they did not find, and say which', () => {
    const corrections = correctionsOf(edited(layer, { op: 'track.split', trackId: third!.id, atSec: 1 }), picture)!;
    const other = wider([found(0, 0, 100), found(2, 0, 24)]);
    const result = correctTracks(other, corrections, options);
    expect(spans(result.tracks)).toEqual([
      [0, 100, 0],
      [0, 24, 2],
    ]);
    expect(corrections.tracks.map(({ startSec }) => startSec)).toEqual([0, 1]);
    expect(result.missing).toEqual([1]);
    // The next run gets it all the same, once this one's answer was taken and edited further.
    const after = pictureOf(result.tracks, 'run2', { given: corrections, missing: [...result.missing] });
    const next = adopted(after);
    expect(correctionsOf(next, after)).toEqual(corrections);
    const one = tracksOf(next).find(({ boxesArtifact }) => boxesArtifact === 'run2#0')!;
    const later = correctionsOf(edited(next, { op: 'track.split', trackId: one.id, atSec: 2 }), after)!;
    expect(later.tracks).toContainEqual(corrections.tracks[1]);
  });

  it('are not taken for a face that passes by for a moment', () => {
    const corrections = correctionsOf(edited(layer, { op: 'track.delete', trackIds: [second!.id] }), picture)!;
    const passing = { ...found(1, 60, 70), shot: 0 };
    const elsewhere = found(0, 70, 200);
    const walk: ShotTrack = {
      ...passing,
      track: { firstFrame: 60, faces: [...passing.track.faces, ...elsewhere.track.faces], foundFrames: [60] },
    };
    expect(correctTracks([walk], corrections, options).tracks).toEqual([walk]);
  });

  it('without any correction near are as they were', () => {
    const corrections = correctionsOf(edited(layer, { op: 'track.delete', trackIds: [second!.id] }), picture)!;
    const others = [found(0, 0, 90), found(1, 400, 500)];
    expect(correctTracks(others, corrections, options)).toEqual({ tracks: others, missing: [] });
  });
});

describe('cuts that a person moved', () => {
  it('delete nothing of the faces beside them', () => {
    const picture = { ...pictureOf([found(0, 0, 50), found(0, 50, 100)], 'run'), cutsSec: [2] };
    const layer = adopted(picture);
    const cut = [...layer.values()].find(({ kind }) => kind === 'cut')!;
    const corrections = correctionsOf(edited(layer, { op: 'cut.move', cutId: cut.id, toSec: 2.4 }), picture)!;
    expect(corrections.removed).toEqual([]);
    // Followed over the moved cut, as the next run does.
    const { tracks } = correctTracks([found(0, 0, 60), { ...found(0, 60, 100), shot: 1 }], corrections, options);
    expect(spans(tracks)).toEqual([
      [0, 60, 0],
      [60, 100, 0],
    ]);
  });
});

const assignment = (trackId: string): EditOp => ({ op: 'track.assign', trackIds: [trackId], speakerId: 'anna' });

const someTracks = fc
  .array(
    fc.record({
      lane: fc.nat(LANES - 1),
      gap: fc.integer({ min: 6, max: 60 }),
      length: fc.integer({ min: 11, max: 90 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((drawn) => {
    const until = Array.from({ length: LANES }, () => 0);
    return drawn
      .map(({ lane, gap, length }) => {
        const first = until[lane]! + gap;
        until[lane] = first + length;
        return found(lane, first, first + length);
      })
      .sort((a, b) => a.track.firstFrame - b.track.firstFrame);
  });
const someEdits = fc.array(
  fc.record({
    kind: fc.constantFrom('split', 'merge', 'delete'),
    which: fc.nat(),
    other: fc.nat(),
    share: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
  }),
  { maxLength: 8 },
);

/** Machine tracks that a track of the layer shows. */
const shownBy = (boxesArtifact: string | null, picture: HypothesisPicture) => {
  const refs = parseBoxesRef(boxesArtifact).flatMap(({ artifact, trackIds }) =>
    trackIds.map((id) => `${artifact}#${id}`),
  );
  return picture.tracks.filter((seen) => refs.includes(seen.boxesArtifact!));
};
const laneShown = (seen: HypothesisPicture['tracks'][number]): number => Math.floor(seen.boxes![0]![1] / 0.3);

/** The edit where the present tracks allow it. */
function tryEdit(layer: RecordMap, { kind, which, other, share }: DrawnEdit, picture: HypothesisPicture): RecordMap {
  const tracks = tracksOf(layer);
  const track = tracks[which % Math.max(1, tracks.length)];
  if (!track) return layer;
  if (kind === 'delete') return edited(layer, { op: 'track.delete', trackIds: [track.id] });
  try {
    if (kind === 'split') {
      const frame = Math.round((track.startSec + share * (track.endSec - track.startSec)) * 25);
      return edited(layer, { op: 'track.split', trackId: track.id, atSec: frame / 25 });
    }
    const partner = tracks[other % tracks.length]!;
    const laneOfTrack = (one: FaceTrack): number => laneShown(shownBy(one.boxesArtifact, picture)[0]!);
    // People merge pieces of one face that follow one another.
    if (laneOfTrack(track) !== laneOfTrack(partner)) return layer;
    const startSec = Math.min(track.startSec, partner.startSec);
    const endSec = Math.max(track.endSec, partner.endSec);
    const between = tracks.filter(
      (one) => laneOfTrack(one) === laneOfTrack(track) && one.startSec < endSec && one.endSec > startSec,
    );
    if (between.length > 2) return layer;
    return edited(layer, { op: 'track.merge', trackIds: [track.id, partner.id] });
  } catch (error) {
    if (error instanceof AppError) return layer;
    throw error;
  }
}

const faceNames = (machine: readonly ShotTrack[]): Set<string> =>
  new Set(machine.flatMap(({ track }) => track.faces.map((face, at) => `${laneOf(face)}:${track.firstFrame + at}`)));

/** Faces that the machine found, by the track (or the correction) that has them after a run; filled gaps are left out. */
function ownersIn(tracks: readonly ShotTrack[], machine: readonly ShotTrack[]): string[] {
  const known = new Set(machine.flatMap(({ track }) => track.faces));
  return groups(
    tracks.map(({ track, correction }, number) => ({
      owner: correction === undefined ? `track ${number}` : `correction ${correction}`,
      faces: track.faces.flatMap((face, at) => (known.has(face) ? [`${laneOf(face)}:${track.firstFrame + at}`] : [])),
    })),
  );
}

/** The same by the tracks of the layer; what a run made of one corrected track counts as one while nobody touches it. */
function ownersShown(layer: RecordMap, picture: HypothesisPicture, machine: readonly ShotTrack[]): string[] {
  const known = faceNames(machine);
  return groups(
    tracksOf(layer).map((track) => {
      const from = shownBy(track.boxesArtifact, picture);
      const isWhole = from.length === 1 && from[0]!.startSec === track.startSec && from[0]!.endSec === track.endSec;
      const correction = isWhole ? from[0]!.correction : undefined;
      const faces = from.flatMap((seen) => {
        const [first, end] = [Math.max(seen.startSec, track.startSec), Math.min(seen.endSec, track.endSec)];
        const names: string[] = [];
        for (let frame = Math.round(first * 25); frame < Math.round(end * 25); frame++) {
          names.push(`${laneShown(seen)}:${frame}`);
        }
        return names.filter((name) => known.has(name));
      });
      return { owner: correction === undefined ? track.id : `correction ${correction}`, faces };
    }),
  );
}

function groups(owned: readonly { owner: string; faces: readonly string[] }[]): string[] {
  const byOwner = new Map<string, string[]>();
  for (const { owner, faces } of owned) byOwner.set(owner, [...(byOwner.get(owner) ?? []), ...faces]);
  return [...byOwner.values()]
    .filter((faces) => faces.length > 0)
    .map((faces) => faces.toSorted().join(' '))
    .sort();
}
