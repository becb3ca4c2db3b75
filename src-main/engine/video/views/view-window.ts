import type { FrameSize, FrameStream, PictureWindow } from '#media/frames.ts';
import { TRACK_ROW_VALUES } from '../tracking/track-file.ts';
import type { CropRegion, CropSource } from './crop.ts';
import type { FrameSpan } from './looked-frames.ts';
import type { ViewTrack } from './view-plan.ts';

/**
 * How far from the middle of a face's box crops reach, in half its longer side: 1.5 for the mesh, 1.8 for SyncNet, 1.75 for
 * pictures aligned by five points. One figure for all, so that what is seen does not depend on who looks.
 */
const FACE_REACH = 1.9;
/** A window larger than this share of the picture is not worth it. */
const LARGEST_SHARE = 0.85;
/** Pixels around, so that nobody samples at its edges. */
const SPARE_PX = 4;

/** Where the frames of a decoder lie in the picture whose pixels crops are counted in. */
export interface WindowPlace {
  /** Left top of the frame, pixels of the picture. */
  readonly xPx: number;
  readonly yPx: number;
  /** Pixels of the frame for one of the picture: 1 but for rounding to whole pixels. */
  readonly scaleX: number;
  readonly scaleY: number;
}

/** A part of the picture in the buffer of a frame. */
export interface PicturePart {
  readonly place: WindowPlace;
  readonly size: CropSource;
}

/** What of the picture a decoder gives. */
export interface ShownParts {
  readonly parts: readonly PicturePart[];
  /** Index of the part with a track's face. */
  partOf(this: void, trackId: number): number;
}

export interface ViewWindows {
  readonly windows: readonly PictureWindow[];
  /** Track id → index of its window. */
  readonly windowOf: ReadonlyMap<number, number>;
}

/**
 * The parts of the picture that hold everything that is looked at in a span, each face in one of them; null where they are nearly
 * all of it. Fewer pixels are made smaller by the decoder, and fewer bytes pass from it.
 * @param size of the whole picture as crops are counted
 * @param source width and height of the upright picture in the file, pixels
 */
export function viewWindows(
  span: FrameSpan,
  input: {
    readonly tracks: readonly ViewTrack[];
    readonly rows: Float32Array;
    readonly looked: readonly (readonly FrameSpan[])[];
  },
  size: Pick<FrameSize, 'pictureWidthPx' | 'pictureHeightPx'>,
  source: { readonly widthPx: number; readonly heightPx: number },
): ViewWindows | null {
  const places: TrackedPlace[] = [];
  for (const [at, track] of input.tracks.entries()) {
    const place = placeOfTrack(track, input.looked[at]!, span, input.rows, size);
    if (!place) continue;
    const [xPx, widthPx] = evenPart(
      place.left / size.pictureWidthPx,
      place.right / size.pictureWidthPx,
      source.widthPx,
    );
    const [yPx, heightPx] = evenPart(
      place.top / size.pictureHeightPx,
      place.bottom / size.pictureHeightPx,
      source.heightPx,
    );
    places.push({ window: { xPx, yPx, widthPx, heightPx }, trackIds: [track.id] });
  }
  const chosen = fewPlaces(places);
  const windows = chosen.map(({ window }) => window);
  // Nothing of a face may be in the picture: all of it is as good as any part.
  if (windows.length === 0 || windows.some(({ widthPx, heightPx }) => widthPx < 2 || heightPx < 2)) return null;
  if (bufferPx(windows) > LARGEST_SHARE * source.widthPx * source.heightPx) return null;
  const windowOf = new Map(chosen.flatMap(({ trackIds }, at) => trackIds.map((id) => [id, at] as const)));
  return { windows, windowOf };
}

/** How far a track's face and what is looked at around it reach in a span, pixels of the picture; null when it is not there. */
function placeOfTrack(
  { firstRow, firstFrame }: ViewTrack,
  looked: readonly FrameSpan[],
  span: FrameSpan,
  rows: Float32Array,
  { pictureWidthPx: width, pictureHeightPx: height }: Pick<FrameSize, 'pictureWidthPx' | 'pictureHeightPx'>,
): { left: number; top: number; right: number; bottom: number } | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { from, to } of looked) {
    for (let frame = Math.max(from, span.from); frame < Math.min(to, span.to); frame++) {
      const at = TRACK_ROW_VALUES * (firstRow + frame - firstFrame);
      const [x1, y1] = [rows[at]! * width, rows[at + 1]! * height];
      const [x2, y2] = [rows[at + 2]! * width, rows[at + 3]! * height];
      const turn = turnOf((rows[at + 7]! - rows[at + 5]!) * width, (rows[at + 8]! - rows[at + 6]!) * height);
      const reach = (turn * FACE_REACH * Math.max(x2 - x1, y2 - y1)) / 2 + SPARE_PX;
      left = Math.min(left, (x1 + x2) / 2 - reach);
      right = Math.max(right, (x1 + x2) / 2 + reach);
      top = Math.min(top, (y1 + y2) / 2 - reach);
      bottom = Math.max(bottom, (y1 + y2) / 2 + reach);
    }
  }
  return left < right ? { left, top, right, bottom } : null;
}

interface TrackedPlace {
  readonly window: PictureWindow;
  readonly trackIds: readonly number[];
}

/** Parts at most: each is cut out and made smaller by itself. */
const MOST_PARTS = 6;
/** A part must save so many pixels to be worth its filters. */
const PART_PX = 8000;
/** Several parts are copied once more to lie below each other: they must be smaller than this share of the one around them. */
const WORTH_PARTS = 0.6;

/** Pixels that pass for such parts, one below the other and as wide as the widest. */
const bufferPx = (windows: readonly PictureWindow[]): number =>
  Math.max(0, ...windows.map(({ widthPx }) => widthPx)) * windows.reduce((sum, { heightPx }) => sum + heightPx, 0);

/** Places joined where they overlap, and then as long as fewer pixels pass or there are too many. */
function fewPlaces(places: readonly TrackedPlace[]): TrackedPlace[] {
  let apart: TrackedPlace[] = [];
  for (const place of places) {
    let joined = place;
    for (;;) {
      const overlapping = apart.filter(({ window }) => doOverlap(window, joined.window));
      if (overlapping.length === 0) break;
      apart = apart.filter((one) => !overlapping.includes(one));
      joined = overlapping.reduce(join, joined);
    }
    apart.push(joined);
  }
  const cost = (some: readonly TrackedPlace[]): number =>
    bufferPx(some.map(({ window }) => window)) + PART_PX * some.length;
  while (apart.length > 1) {
    let best: TrackedPlace[] | null = null;
    for (let a = 0; a < apart.length; a++) {
      for (let b = a + 1; b < apart.length; b++) {
        const fewer = [...apart.filter((_, at) => at !== a && at !== b), join(apart[a]!, apart[b]!)];
        if (!best || cost(fewer) < cost(best)) best = fewer;
      }
    }
    if (!best || (apart.length <= MOST_PARTS && cost(best) >= cost(apart))) break;
    apart = best;
  }
  if (apart.length > 1) {
    const one = apart.reduce(join);
    if (bufferPx(apart.map(({ window }) => window)) > WORTH_PARTS * bufferPx([one.window])) return [one];
  }
  return apart.sort((a, b) => a.window.yPx - b.window.yPx || a.window.xPx - b.window.xPx);
}

const doOverlap = (a: PictureWindow, b: PictureWindow): boolean =>
  a.xPx < b.xPx + b.widthPx && b.xPx < a.xPx + a.widthPx && a.yPx < b.yPx + b.heightPx && b.yPx < a.yPx + a.heightPx;

function join(a: TrackedPlace, b: TrackedPlace): TrackedPlace {
  const [xPx, yPx] = [Math.min(a.window.xPx, b.window.xPx), Math.min(a.window.yPx, b.window.yPx)];
  const right = Math.max(a.window.xPx + a.window.widthPx, b.window.xPx + b.window.widthPx);
  const bottom = Math.max(a.window.yPx + a.window.heightPx, b.window.yPx + b.window.heightPx);
  return {
    window: { xPx, yPx, widthPx: right - xPx, heightPx: bottom - yPx },
    trackIds: [...a.trackIds, ...b.trackIds],
  };
}

/** A square turned so reaches so much farther along the axes. */
function turnOf(eyesX: number, eyesY: number): number {
  const length = Math.hypot(eyesX, eyesY);
  return length > 0 ? (Math.abs(eyesX) + Math.abs(eyesY)) / length : 1;
}

/** The smallest even part of `pixels` that holds the shares [from, to]. @returns where it starts, its length */
function evenPart(from: number, to: number, pixels: number): [number, number] {
  const first = 2 * Math.floor((Math.max(0, Math.min(1, from)) * pixels) / 2);
  const end = Math.min(pixels, 2 * Math.ceil((Math.max(0, Math.min(1, to)) * pixels) / 2));
  return [first, 2 * Math.floor((end - first) / 2)];
}

/** Where in the frames of a stream the parts of the picture lie. */
export function shownParts(
  stream: Pick<FrameStream, 'size' | 'parts'>,
  view: ViewWindows | null,
  size: Pick<FrameSize, 'pictureWidthPx' | 'pictureHeightPx'>,
  source: { readonly widthPx: number; readonly heightPx: number },
): ShownParts {
  if (!view) {
    const scaleX = stream.size.pictureWidthPx / size.pictureWidthPx;
    const scaleY = stream.size.pictureHeightPx / size.pictureHeightPx;
    return { parts: [{ place: { xPx: 0, yPx: 0, scaleX, scaleY }, size: stream.size }], partOf: () => 0 };
  }
  const [x, y] = [size.pictureWidthPx / source.widthPx, size.pictureHeightPx / source.heightPx];
  const parts = view.windows.map((window, at): PicturePart => {
    const { topPx, widthPx, heightPx } = stream.parts[at]!;
    const place = {
      xPx: window.xPx * x,
      yPx: window.yPx * y,
      scaleX: widthPx / (window.widthPx * x),
      scaleY: heightPx / (window.heightPx * y),
    };
    return { place, size: { ...stream.size, pictureWidthPx: widthPx, pictureHeightPx: heightPx, topPx } };
  });
  return { parts, partOf: (trackId) => view.windowOf.get(trackId) ?? 0 };
}

/** A region of the picture as one of the frame. */
export function inWindow(region: CropRegion, { xPx, yPx, scaleX, scaleY }: WindowPlace): CropRegion {
  return {
    centreX: (region.centreX - xPx) * scaleX,
    centreY: (region.centreY - yPx) * scaleY,
    // The two scales differ by less than a pixel in the window's side: a turned crop stays the same in all that matters.
    width: region.width * scaleX,
    height: region.height * scaleY,
    angleRad: region.angleRad,
  };
}
