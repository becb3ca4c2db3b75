import type { TrackData, TrackIndexData } from './face-schemas.ts';

/**
 * Boxes are kept as int16 of this many steps per picture side: a quarter of the memory of the float32 file, precise to a
 * twelfth of a pixel in a picture of 1280, and faces that reach out of the picture still fit.
 */
const boxSteps = 16_384;
const boxRange = 32_767 / boxSteps;

/** A rectangle in shares of the picture's width and height; it may reach out of 0..1. */
export interface PictureBox {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

/** Quantised boxes of many rows, four values each. NaN, what was not measured, becomes a box without size. */
export class BoxRows {
  readonly count: number;
  private readonly values: Int16Array;

  constructor(count: number) {
    this.count = count;
    this.values = new Int16Array(4 * count);
  }

  set(row: number, x1: number, y1: number, x2: number, y2: number): void {
    if (row >= this.count) return;
    const at = 4 * row;
    this.values[at] = quantised(x1);
    this.values[at + 1] = quantised(y1);
    this.values[at + 2] = quantised(x2);
    this.values[at + 3] = quantised(y2);
  }

  /** Writes a row's box into `into`; false where nothing was measured. */
  read(row: number, into: PictureBox): boolean {
    const at = 4 * row;
    if (row < 0 || row >= this.count) return false;
    into.x1 = this.values[at]! / boxSteps;
    into.y1 = this.values[at + 1]! / boxSteps;
    into.x2 = this.values[at + 2]! / boxSteps;
    into.y2 = this.values[at + 3]! / boxSteps;
    return into.x2 > into.x1 && into.y2 > into.y1;
  }
}

const quantised = (share: number): number =>
  Number.isNaN(share) ? 0 : Math.round(Math.max(-boxRange, Math.min(boxRange, share)) * boxSteps);

/** Rows of `faceTracks` that the index names. */
export const rowCountOf = (index: TrackIndexData): number =>
  index.tracks.reduce((sum, { firstRow, frameCount }) => Math.max(sum, firstRow + frameCount), 0);

/**
 * Which faces a frame shows and where: by binary search over the tracks in the order of their starts. Nothing is
 * interpolated: a frame without a row has no box.
 */
export class FaceTracks {
  readonly frameRateHz: number;
  /** In the order of their starts. */
  readonly tracks: readonly TrackData[];
  readonly boxes: BoxRows;
  /** Probability 0..1 that the face of a row speaks; NaN where not measured. Null: nobody measured. */
  readonly talking: Float32Array | null;
  /** Running maximum of one past each track's last frame. */
  private readonly reach: Int32Array;
  private readonly firstFrames: Int32Array;
  private readonly byId: ReadonlyMap<number, TrackData>;

  /** @param talking one value per row; ignored when it has another number of rows (it is of another run) */
  constructor(index: TrackIndexData, boxes: BoxRows, talking: Float32Array | null = null) {
    this.frameRateHz = index.frameRateHz;
    this.tracks = index.tracks.toSorted((a, b) => a.firstFrame - b.firstFrame || a.id - b.id);
    this.boxes = boxes;
    this.talking = talking?.length === rowCountOf(index) ? talking : null;
    this.firstFrames = Int32Array.from(this.tracks, ({ firstFrame }) => firstFrame);
    this.reach = new Int32Array(this.tracks.length);
    let reach = -1;
    this.tracks.forEach((track, i) => (this.reach[i] = reach = Math.max(reach, endFrameOf(track))));
    this.byId = new Map(this.tracks.map((track) => [track.id, track]));
  }

  track(id: number): TrackData | undefined {
    return this.byId.get(id);
  }

  /**
   * The frame of the 25 a second that shows the picture presented at `sec`: the one nearest, which is how the decoder
   * chose it.
   * @param sec presentation time of a frame, seconds from t = 0
   */
  frameAt(sec: number): number {
    return Math.round(sec * this.frameRateHz);
  }

  startSec(track: TrackData): number {
    return track.firstFrame / this.frameRateHz;
  }

  endSec(track: TrackData): number {
    return endFrameOf(track) / this.frameRateHz;
  }

  /** Tracks with a row for this frame, in the order of their starts. */
  visible(frame: number): TrackData[] {
    const found: TrackData[] = [];
    const last = firstAbove(this.firstFrames, frame);
    for (let i = firstAbove(this.reach, frame); i < last; i++) {
      const track = this.tracks[i]!;
      if (endFrameOf(track) > frame) found.push(track);
    }
    return found;
  }

  /** Row of a track in a frame; −1 outside of it. */
  row(track: TrackData, frame: number): number {
    const at = frame - track.firstFrame;
    return at >= 0 && at < track.frameCount ? track.firstRow + at : -1;
  }

  /** Writes where a track is in a frame; false when it is not there. */
  boxIn(track: TrackData, frame: number, into: PictureBox): boolean {
    return this.boxes.read(this.row(track, frame), into);
  }

  /** How probable it is that the face speaks in a frame, 0..1; null when nobody measured. */
  talkingIn(track: TrackData, frame: number): number | null {
    const row = this.row(track, frame);
    const value = row < 0 ? undefined : this.talking?.[row];
    return value === undefined || Number.isNaN(value) ? null : value;
  }
}

export const endFrameOf = (track: TrackData): number => track.firstFrame + track.frameCount;

/** Index of the first value > `x` in an ascending array. */
function firstAbove(values: Int32Array, x: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Reads little-endian float32 rows piece by piece, whatever the pieces' borders: memory is that of one piece and of what
 * `take` keeps.
 */
export class RowReader {
  private rest = new Uint8Array(0);
  private row = 0;
  private readonly values: number;
  private readonly take: (row: number, values: Float32Array) => void;

  /** @param values floats of a row */
  constructor(values: number, take: (row: number, values: Float32Array) => void) {
    this.values = values;
    this.take = take;
  }

  push(piece: Uint8Array): void {
    const rowBytes = 4 * this.values;
    let bytes = piece;
    if (this.rest.length > 0) {
      bytes = new Uint8Array(this.rest.length + piece.length);
      bytes.set(this.rest);
      bytes.set(piece, this.rest.length);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const values = new Float32Array(this.values);
    const whole = Math.floor(bytes.length / rowBytes);
    for (let i = 0; i < whole; i++) {
      for (let v = 0; v < this.values; v++) values[v] = view.getFloat32(i * rowBytes + 4 * v, true);
      this.take(this.row++, values);
    }
    this.rest = bytes.slice(whole * rowBytes);
  }

  /** Whole rows so far. */
  get rows(): number {
    return this.row;
  }
}
