import { parseBoxesRef } from '#shared/domain/boxes-ref.ts';
import type { FaceTrack, Segment, Speaker } from '#shared/domain/records.ts';
import type { FaceTracks, PictureBox } from '#shared/evidence/face-evidence.ts';
import type { AvEvidence, IdentitiesData, TrackData } from '#shared/evidence/face-schemas.ts';
import { upperBound } from '../timeline/sorted.ts';

/** A face that is followed through a stretch of the picture, as the window shows it. */
export interface ShownFace {
  /** Stable while the document is: the record's id, or one of the machine's own track. */
  readonly key: string;
  /** The record that edits name; null = nobody has adopted this face yet. */
  readonly recordId: string | null;
  /** Of the picture, seconds. */
  readonly startSec: number;
  readonly endSec: number;
  /** Machine tracks whose boxes it shows inside its time. */
  readonly tracks: readonly TrackData[];
  readonly speaker: Speaker | null;
  /** The same person in several shots, by the look of the face; null = not known. */
  readonly identity: number | null;
}

export interface FaceSources {
  readonly faces: FaceTracks;
  /** Cache key of the run the boxes are of, by which records name them. */
  readonly boxesKey: string;
  readonly av: AvEvidence | null;
  readonly identities: IdentitiesData | null;
}

/** Faces by time, with where they are and how they talk. Nothing is interpolated: without a row there is no box. */
export class ShownFaces {
  readonly data: FaceTracks;
  /** By start. */
  readonly all: readonly ShownFace[];
  /** They are records, so that edits can name them. */
  readonly areRecords: boolean;
  private readonly startsSec: Float64Array;
  private readonly reachSec: Float64Array;
  private readonly byKey: ReadonlyMap<string, ShownFace>;

  constructor(data: FaceTracks, faces: readonly ShownFace[], areRecords: boolean) {
    this.data = data;
    this.areRecords = areRecords;
    this.all = faces.toSorted((a, b) => a.startSec - b.startSec || (a.key < b.key ? -1 : 1));
    this.startsSec = Float64Array.from(this.all, (face) => face.startSec);
    let reach = -Infinity;
    this.reachSec = Float64Array.from(this.all, (face) => (reach = Math.max(reach, face.endSec)));
    this.byKey = new Map(this.all.map((face) => [face.key, face]));
  }

  get(key: string | null): ShownFace | undefined {
    return key === null ? undefined : this.byKey.get(key);
  }

  /** The faces of the frame that was presented at `sec`. */
  at(sec: number): ShownFace[] {
    const frameSec = this.data.frameAt(sec) / this.data.frameRateHz + 1e-6;
    const found: ShownFace[] = [];
    const last = upperBound(this.startsSec, frameSec);
    for (let i = upperBound(this.reachSec, frameSec); i < last; i++) {
      if (this.all[i]!.endSec > frameSec) found.push(this.all[i]!);
    }
    return found;
  }

  /** Row of the face in the frame presented at `sec`; −1 where it has none. */
  rowAt(face: ShownFace, sec: number): number {
    const frame = this.data.frameAt(sec);
    for (const track of face.tracks) {
      const row = this.data.row(track, frame);
      if (row >= 0) return row;
    }
    return -1;
  }

  /** Writes where the face is; false when no box says so. */
  boxAt(face: ShownFace, sec: number, into: PictureBox): boolean {
    return this.data.boxes.read(this.rowAt(face, sec), into);
  }

  /**
   * How probable it is that the face talks in the frame presented at `sec`, 0..1; null when nobody measured. Scores are of the
   * picture's time, as boxes are: the stage has moved the sound to the lips.
   */
  talkingAt(face: ShownFace, sec: number): number | null {
    const value = this.data.talking?.[this.rowAt(face, sec)];
    return value === undefined || Number.isNaN(value) ? null : value;
  }

  /** The face under a point of the picture (shares 0..1), the smallest where boxes lie over one another. */
  faceUnder(sec: number, x: number, y: number): ShownFace | undefined {
    const box: PictureBox = { x1: 0, y1: 0, x2: 0, y2: 0 };
    let best: ShownFace | undefined;
    let bestArea = Infinity;
    for (const face of this.at(sec)) {
      if (!this.boxAt(face, sec, box) || x < box.x1 || x > box.x2 || y < box.y1 || y > box.y2) continue;
      const area = (box.x2 - box.x1) * (box.y2 - box.y1);
      if (area < bestArea) [best, bestArea] = [face, area];
    }
    return best;
  }
}

/**
 * The faces to show: the adopted records where they name the boxes at hand, else the machine's own tracks with the speaker
 * that the system's answer gives them.
 * @param speakerOfLabel which curated speaker a label of the system's answer is
 */
export function shownFaces(
  { faces, boxesKey, av, identities }: FaceSources,
  records: readonly FaceTrack[],
  speakers: readonly Speaker[],
  speakerOfLabel: ReadonlyMap<string, string | null>,
): ShownFaces {
  const speakerById = new Map(speakers.map((speaker) => [speaker.id, speaker]));
  const identityOf = new Map(
    (identities?.identities ?? []).flatMap(({ id, trackIds }) => trackIds.map((t) => [t, id])),
  );
  const identityOfAny = (tracks: readonly TrackData[]): number | null => {
    for (const { id } of tracks) if (identityOf.has(id)) return identityOf.get(id)!;
    return null;
  };
  const adopted = records.flatMap((record): ShownFace[] => {
    const refs = parseBoxesRef(record.boxesArtifact).filter(({ artifact }) => artifact === boxesKey);
    const tracks = refs.flatMap(({ trackIds }) => trackIds.flatMap((id) => faces.track(id) ?? []));
    if (tracks.length === 0) return [];
    const { id, startSec, endSec, speakerId } = record;
    const speaker = (speakerId === null ? undefined : speakerById.get(speakerId)) ?? null;
    return [{ key: id, recordId: id, startSec, endSec, tracks, speaker, identity: identityOfAny(tracks) }];
  });
  if (adopted.length > 0) return new ShownFaces(faces, adopted, true);
  const labelOf = new Map((av?.tracks ?? []).map(({ id, speaker }) => [id, speaker]));
  const machine = faces.tracks.map((track): ShownFace => {
    const speakerId = speakerOfLabel.get(labelOf.get(track.id) ?? '') ?? null;
    return {
      key: `machine ${track.id}`,
      recordId: null,
      startSec: faces.startSec(track),
      endSec: faces.endSec(track),
      tracks: [track],
      speaker: (speakerId === null ? undefined : speakerById.get(speakerId)) ?? null,
      identity: identityOfAny([track]),
    };
  });
  return new ShownFaces(faces, machine, false);
}

/** What a segment rests on, by the system's evidence for the time it shares with it. */
export interface SegmentEvidence {
  readonly source: 'face' | 'voice' | 'both';
  /** Mean probability that the face talks, 0..1; null where no face was measured. */
  readonly faceProbability: number | null;
  /** How much nearer the voice is to this speaker than to the next; null = not measured. */
  readonly voiceMargin: number | null;
}

/** Evidence of a system's answer by curated segment. */
export class SpeechEvidence {
  private readonly segments: AvEvidence['segments'];
  private readonly reachSec: Float64Array;
  private readonly startsSec: Float64Array;
  private readonly speakerOfLabel: ReadonlyMap<string, string | null>;

  constructor(av: AvEvidence, speakerOfLabel: ReadonlyMap<string, string | null>) {
    this.segments = av.segments.toSorted((a, b) => a.startSec - b.startSec);
    this.speakerOfLabel = speakerOfLabel;
    this.startsSec = Float64Array.from(this.segments, ({ startSec }) => startSec);
    let reach = -Infinity;
    this.reachSec = Float64Array.from(this.segments, ({ endSec }) => (reach = Math.max(reach, endSec)));
  }

  /** null where the system said nothing of this speaker at that time. */
  of(segment: Pick<Segment, 'startSec' | 'endSec' | 'speakerId'>): SegmentEvidence | null {
    const bySource = { face: 0, voice: 0, both: 0 };
    const face = new Mean();
    const voice = new Mean();
    const last = upperBound(this.startsSec, segment.endSec);
    for (let i = upperBound(this.reachSec, segment.startSec); i < last; i++) {
      const found = this.segments[i]!;
      const sec = Math.min(found.endSec, segment.endSec) - Math.max(found.startSec, segment.startSec);
      if (sec <= 0 || this.speakerOfLabel.get(found.speaker) !== segment.speakerId) continue;
      bySource[found.source] += sec;
      face.add(found.faceProbability, sec);
      voice.add(found.voiceMargin, sec);
    }
    const [source, sec] = (Object.entries(bySource) as [SegmentEvidence['source'], number][]).reduce((a, b) =>
      b[1] > a[1] ? b : a,
    );
    return sec === 0 ? null : { source, faceProbability: face.value, voiceMargin: voice.value };
  }

  /** Ids of the segments that only the voice speaks for: nobody is seen to say them. */
  offScreen(segments: readonly Segment[]): ReadonlySet<string> {
    return new Set(segments.filter((segment) => this.of(segment)?.source === 'voice').map(({ id }) => id));
  }
}

/** A mean weighted by seconds, over what was measured. */
class Mean {
  private sum = 0;
  private weight = 0;

  add(value: number | null, weight: number): void {
    if (value === null) return;
    this.sum += value * weight;
    this.weight += weight;
  }

  get value(): number | null {
    return this.weight > 0 ? this.sum / this.weight : null;
  }
}
