import type { FrameSize } from '#media/frames.ts';
import type { Region } from '../yuv-picture.ts';
import { iou, type Box, type Detection } from './detection.ts';
import { changeBetween, thumbnailOf, type Thumbnail } from './picture-change.ts';
import { followRegions, scanTiles, wholeRegion } from './scan-plan.ts';
import { isSameFace } from './suppress.ts';

/**
 * Which parts of which frames BlazeFace looks at (docs/adr/0084): everything where a shot starts, after that the whole
 * picture, a tile about each face too small to be seen there, and tiles in which something changed that is no face.
 */

/** Brightness (0–255) by which no cell of a picture differs that is the one before again. */
const SAME_PICTURE = 1;
/** Change of a cell that a small face entering it makes at least. */
const NEW_FACE = 12;
/** A tile is scanned again for a small face at the earliest after so many frames: 2 s. */
const RESCAN_FRAMES = 50;
/** A face that was not found is looked for where it was for so many looks. */
const LOST_LOOKS = 5;
/** Overlap (IoU) of a face with itself one look before from which it is still. */
const STILL_IOU = 0.75;
/** Looks are at most so many frames apart, however still the faces are. */
const MAX_APART_FRAMES = 10;
/** Who asks for looks closer together than this gets each of them. */
const MIN_SKIP_STRIDE_FRAMES = 5;
/** What moves about a face is hair, neck and shoulders: its box times this. */
const OWN_MOTION = 2.2;

export type Look =
  /** The picture is the one before: so are the faces. */
  | { readonly kind: 'same' }
  /** Nothing moves much: the faces lie between those of the looks beside it. */
  | { readonly kind: 'skip' }
  | { readonly kind: 'look'; readonly regions: readonly Region[] };

/** What is known of a face. */
interface Known {
  readonly face: Detection;
  /** Looks since it was found: 0 = in the last one. */
  readonly lost: number;
}

/** The plan of a group of frames, look by look; the group's first frame is scanned whole. */
export class LookPlan {
  readonly #size: FrameSize;
  readonly #strideFrames: number;
  readonly #tiles: readonly Region[];
  /** The picture and frame in which each tile was scanned last. */
  #scans: { thumbnail: Thumbnail; frame: number }[] = [];
  /** The picture of the last look; changes since then add up. */
  #looked: Thumbnail | null = null;
  #skipped = false;
  #known: readonly Known[] = [];
  #isStill = false;

  constructor(size: FrameSize, strideFrames: number) {
    this.#size = size;
    this.#strideFrames = strideFrames;
    this.#tiles = scanTiles(size);
  }

  /**
   * What to do with the next frame.
   * @param mayNotSkip the group's last frame, or one before a scan: nothing comes after it that tells what lies between
   */
  plan(data: Uint8Array, frame: number, scan: boolean, mayNotSkip: boolean): Look {
    const thumbnail = thumbnailOf(data, this.#size);
    const look = this.#choose(thumbnail, frame, scan, mayNotSkip);
    if (look.kind === 'look') this.#looked = thumbnail;
    this.#skipped = look.kind === 'skip';
    return look;
  }

  /** Faces that were found by the last look. */
  found(faces: readonly Detection[], scan: boolean): void {
    const before = scan ? [] : this.#known;
    const near = (face: Detection): number => Math.max(0, ...before.map((known) => iou(known.face, face)));
    this.#isStill = !scan && before.length === faces.length && faces.every((face) => near(face) >= STILL_IOU);
    this.#known = [
      ...faces.map((face) => ({ face, lost: 0 })),
      ...before
        .filter(({ face, lost }) => lost + 1 < LOST_LOOKS && !faces.some((other) => isSameFace(face, other)))
        .map(({ face, lost }) => ({ face, lost: lost + 1 })),
    ];
  }

  /** Faces that were believed lately. */
  get known(): readonly Detection[] {
    return this.#known.map(({ face }) => face);
  }

  #choose(thumbnail: Thumbnail, frame: number, scan: boolean, mayNotSkip: boolean): Look {
    const looked = this.#looked;
    if (scan || !looked) {
      this.#scans = this.#tiles.map(() => ({ thumbnail, frame }));
      return { kind: 'look', regions: [wholeRegion(this.#size), ...this.#tiles] };
    }
    if (!this.#skipped && changeBetween(looked, thumbnail, null) <= SAME_PICTURE) return { kind: 'same' };
    const canSkip =
      this.#strideFrames >= MIN_SKIP_STRIDE_FRAMES && 2 * this.#strideFrames <= MAX_APART_FRAMES && !mayNotSkip;
    if (canSkip && this.#isStill && !this.#skipped) return { kind: 'skip' };
    const follow = followRegions(this.#size, this.known);
    const own = this.known.map(aroundFace);
    const again = this.#tiles.filter((tile, index) => {
      const { thumbnail: seen, frame: seenFrame } = this.#scans[index]!;
      if (frame - seenFrame < RESCAN_FRAMES || changeBetween(seen, thumbnail, tile, own) < NEW_FACE) return false;
      this.#scans[index] = { thumbnail, frame };
      return true;
    });
    const isNew = (tile: Region): boolean =>
      !follow.some(({ x, y, width }) => x === tile.x && y === tile.y && width === tile.width);
    return { kind: 'look', regions: [...follow, ...again.filter(isNew)] };
  }
}

function aroundFace({ x1, y1, x2, y2 }: Box): Box {
  const [halfX, halfY] = [(OWN_MOTION * (x2 - x1)) / 2, (OWN_MOTION * (y2 - y1)) / 2];
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
  return { x1: x - halfX, y1: y - halfY, x2: x + halfX, y2: y + halfY };
}

/** Faces half-way between two looks: those that both have, at the middle of their places. */
export function facesBetween(before: readonly Detection[], after: readonly Detection[]): Detection[] {
  const left = [...after];
  return before.flatMap((face) => {
    const at = left.findIndex((other) => iou(face, other) >= STILL_IOU);
    if (at < 0) return [];
    const other = left.splice(at, 1)[0]!;
    const mid = (a: number, b: number): number => (a + b) / 2;
    return [
      {
        x1: mid(face.x1, other.x1),
        y1: mid(face.y1, other.y1),
        x2: mid(face.x2, other.x2),
        y2: mid(face.y2, other.y2),
        score: Math.min(face.score, other.score),
        points: face.points.map((value, index) => mid(value, other.points[index]!)),
      },
    ];
  });
}
