import { parseBoxesRef } from './boxes-ref.ts';
import { sketchBetween } from './box-sketch.ts';
import type { FaceCorrections, HypothesisPicture } from './hypothesis.ts';
import type { DocRecord, FaceTrack } from './records.ts';

type SeenTrack = HypothesisPicture['tracks'][number];
type GivenTrack = FaceCorrections['tracks'][number];
type RemovedFace = FaceCorrections['removed'][number];

/** Frames of face tracks a second. Times of edits are finer; what is nearer than half a frame is the same. */
const FRAME_RATE_HZ = 25;
const frameOf = (sec: number): number => Math.round(sec * FRAME_RATE_HZ);
const isSame = (a: number, b: number): boolean => frameOf(a) === frameOf(b);

/**
 * What a person made of the face tracks of a system's answer, for the next run. Tracks that are as the machine found them are
 * left out, so that the next run follows those faces by its own settings. Corrections that the answer was itself made with stay
 * in force, found again or not, until a person changes them. null: there are none.
 * @param records the curated layer, whose face tracks come from `picture`
 * @param picture the answer that was adopted last
 * @param naming track id → whether a person said whose face it is (true) or that it is nobody's (false)
 */
export function faceCorrectionsOf(
  records: readonly DocRecord[],
  picture: HypothesisPicture,
  naming: ReadonlyMap<string, boolean>,
): FaceCorrections | null {
  // Answers of versions that kept no boxes: nothing tells their faces in another run.
  if (picture.tracks.some(({ boxes }) => boxes === undefined)) return null;
  const speakers = new Set(records.flatMap((record) => (record.kind === 'speaker' ? [record.id] : [])));
  const present = records.filter((record) => record.kind === 'track');
  const cutsSec = records.flatMap((record) => (record.kind === 'cut' ? [record.timeSec] : []));
  const earlier = picture.faces ?? null;
  const shown = present.map((track) => ({ track, from: machineTracksOf(track, picture) }));
  const removed = picture.tracks.flatMap((seen) => removedOf(seen, shown, { cutsSec, picture }));
  const earlierPerson = ({ correction }: SeenTrack): string | null =>
    correction === undefined ? null : (earlier?.given.tracks[correction]?.person ?? null);
  const hasLostSpeaker = (seen: SeenTrack): boolean => {
    const person = earlierPerson(seen);
    return person !== null && !speakers.has(person);
  };
  const edited = shown.filter(
    ({ track, from }) => naming.has(track.id) || !isAsFound(track, from) || from.some(hasLostSpeaker),
  );
  if (edited.length === 0 && removed.length === 0) return earlier?.given ?? null;

  // A piece cut out of a gap between two faces shows none.
  const withFace = shown.filter(({ from }) => from.length > 0);
  const touched = withFace.filter(
    ({ track, from }) => naming.has(track.id) || !isAsFound(track, from) || from.some((seen) => isCorrected(seen)),
  );
  const tracks = wholeAgain(
    touched.map(({ track, from }) => {
      const { startSec, endSec } = track;
      const boxes = from.map((seen) => sketchBetween(seen.boxes ?? [], startSec, endSec));
      const person = personOf(track, from, { naming, speakers, earlierPerson });
      const isWhole = !naming.has(track.id) && isAsFound(track, from);
      return { part: isWhole ? (from[0]?.correction ?? null) : null, given: { startSec, endSec, boxes, person } };
    }),
  );
  const carried = earlier?.missing.flatMap((at) => earlier.given.tracks[at] ?? []) ?? [];
  return {
    tracks: [...tracks, ...carried].sort((a, b) => a.startSec - b.startSec || a.endSec - b.endSec),
    removed: [...(earlier?.given.removed ?? []), ...removed].sort(
      (a, b) => a.startSec - b.startSec || a.endSec - b.endSec,
    ),
  };
}

/** Pieces that a run made of one corrected track, whose face was lost for long in between, are that track again. */
function wholeAgain(pieces: readonly { readonly part: number | null; readonly given: GivenTrack }[]): GivenTrack[] {
  const tracks: GivenTrack[] = [];
  const byPart = new Map<number, GivenTrack>();
  for (const { part, given } of pieces) {
    const known = part === null ? undefined : byPart.get(part);
    if (known) {
      known.startSec = Math.min(known.startSec, given.startSec);
      known.endSec = Math.max(known.endSec, given.endSec);
      known.boxes.push(...given.boxes);
      continue;
    }
    tracks.push(given);
    if (part !== null) byPart.set(part, given);
  }
  return tracks;
}

const isCorrected = ({ correction }: SeenTrack): boolean => correction !== undefined;

/** Tracks of the answer whose boxes a track shows. */
function machineTracksOf(track: FaceTrack, picture: HypothesisPicture): SeenTrack[] {
  const refs = new Set(
    parseBoxesRef(track.boxesArtifact).flatMap(({ artifact, trackIds }) => trackIds.map((id) => `${artifact}#${id}`)),
  );
  return picture.tracks.filter(
    ({ boxesArtifact, startSec, endSec }) =>
      boxesArtifact !== null && refs.has(boxesArtifact) && startSec < track.endSec && endSec > track.startSec,
  );
}

function isAsFound({ startSec, endSec }: FaceTrack, from: readonly SeenTrack[]): boolean {
  const [seen, other] = from;
  return seen !== undefined && !other && isSame(seen.startSec, startSec) && isSame(seen.endSec, endSec);
}

/** Whose face it is by word of a person: now, or when the answer was made. */
function personOf(
  track: FaceTrack,
  from: readonly SeenTrack[],
  {
    naming,
    speakers,
    earlierPerson,
  }: {
    naming: ReadonlyMap<string, boolean>;
    speakers: ReadonlySet<string>;
    earlierPerson: (seen: SeenTrack) => string | null;
  },
): string | null {
  const word = naming.get(track.id);
  if (word !== undefined) return word ? track.speakerId : null;
  for (const seen of from) {
    const person = earlierPerson(seen);
    // A speaker who was merged into another is that other one.
    if (person !== null) return speakers.has(person) ? person : track.speakerId;
  }
  return null;
}

/** When a face of the answer is shown by no track any more, and not because a cut moved. */
function removedOf(
  seen: SeenTrack,
  shown: readonly { readonly track: FaceTrack; readonly from: readonly SeenTrack[] }[],
  { cutsSec, picture }: { cutsSec: readonly number[]; picture: HypothesisPicture },
): RemovedFace[] {
  const kept = shown
    .filter(({ from }) => from.includes(seen))
    .map(({ track }) => track)
    .sort((a, b) => a.startSec - b.startSec);
  const gaps: { startSec: number; endSec: number }[] = [];
  let untilSec = seen.startSec;
  for (const { startSec, endSec } of [...kept, { startSec: seen.endSec, endSec: seen.endSec }]) {
    if (frameOf(Math.min(startSec, seen.endSec)) > frameOf(untilSec)) {
      gaps.push({ startSec: untilSec, endSec: Math.min(startSec, seen.endSec) });
    }
    untilSec = Math.max(untilSec, endSec);
  }
  const isCut = (sec: number, cuts: readonly number[]): boolean => cuts.some((cut) => isSame(cut, sec));
  const hasMoved = (fromSec: number, toSec: number): boolean =>
    isCut(fromSec, picture.cutsSec) && !isCut(fromSec, cutsSec) && isCut(toSec, cutsSec);
  return gaps
    .filter(({ startSec, endSec }) => {
      const fromStart = isSame(startSec, seen.startSec) && hasMoved(startSec, endSec);
      const fromEnd = isSame(endSec, seen.endSec) && hasMoved(endSec, startSec);
      return !fromStart && !fromEnd;
    })
    .map(({ startSec, endSec }) => ({ startSec, endSec, boxes: [sketchBetween(seen.boxes ?? [], startSec, endSec)] }));
}
