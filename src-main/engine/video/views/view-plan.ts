import { frameSize, type FrameSize } from '#media/frames.ts';
import type { VideoStream } from '#shared/domain/media.ts';
import { TRACK_ROW_VALUES, type TrackIndex } from '../tracking/track-file.ts';
import type { FaceView } from './consumer.ts';
import { joinedSpans, type FrameSpan } from './looked-frames.ts';

/** Frames of a block, kept for a job that is resumed: 32 s. */
export const BLOCK_FRAMES = 800;
/** Frames of one kernel call. */
export const GROUP_FRAMES = 10;
/** So many frames between two stretches are rather decoded than skipped by a new decoder, which seeks to a key frame. */
export const MAX_SKIP_FRAMES = 150;
/** The picture is not decoded larger. */
const LONGER_PX = 1280;
const SHORTER_PX = 720;
/** No net sees more of a face than this: a larger one loses nothing when the picture is made smaller. */
const FACE_PX = 160;
/** Share of the rows whose faces may be smaller than {@link FACE_PX} for the picture to be made smaller. */
const SMALLER_SHARE = 0.1;

/** What the plan must know of a track. */
export type ViewTrack = Pick<TrackIndex['tracks'][number], 'id' | 'firstRow' | 'firstFrame' | 'frameCount'>;

/** A block of the pass, with what is looked at in it. */
export interface BlockPlan {
  readonly block: number;
  /** Frames from the first to the last that are looked at. */
  readonly span: FrameSpan;
  /** By frame, then by row. */
  readonly faces: readonly FaceView[];
}

/** Frames that are decoded in one piece. */
export const decodeSpans = (looked: readonly (readonly FrameSpan[])[]): FrameSpan[] =>
  joinedSpans(looked.flat(), MAX_SKIP_FRAMES);

/** Blocks in which something is looked at, one after another; made as they are asked for. */
export function* viewBlocks(
  tracks: readonly ViewTrack[],
  looked: readonly (readonly FrameSpan[])[],
): Generator<BlockPlan, void, undefined> {
  const blocks = new Set<number>();
  for (const { from, to } of looked.flat()) {
    for (let block = Math.floor(from / BLOCK_FRAMES); block * BLOCK_FRAMES < to; block++) blocks.add(block);
  }
  for (const block of [...blocks].sort((a, b) => a - b)) {
    const faces: FaceView[] = [];
    tracks.forEach((track, at) => {
      for (const span of looked[at]!) {
        const to = Math.min(span.to, (block + 1) * BLOCK_FRAMES);
        for (let frame = Math.max(span.from, block * BLOCK_FRAMES); frame < to; frame++) {
          faces.push({ row: track.firstRow + frame - track.firstFrame, trackId: track.id, frame });
        }
      }
    });
    faces.sort((a, b) => a.frame - b.frame || a.row - b.row);
    yield { block, span: { from: faces[0]!.frame, to: faces.at(-1)!.frame + 1 }, faces };
  }
}

/**
 * Size of the frames that faces are looked at in: up to 1280×720 (or 720×1280), smaller where nearly all faces are so large
 * that the nets would see no more of them.
 */
export function viewSize(
  video: Pick<VideoStream, 'widthPx' | 'heightPx' | 'rotationDeg'>,
  { tracks, rows, looked }: { tracks: readonly ViewTrack[]; rows: Float32Array; looked: readonly FrameSpan[][] },
): FrameSize {
  const largest = frameSize(video, LONGER_PX, LONGER_PX);
  const isTall = largest.pictureHeightPx > largest.pictureWidthPx;
  const [maxWidth, maxHeight] = isTall ? [SHORTER_PX, LONGER_PX] : [LONGER_PX, SHORTER_PX];
  const size = frameSize(video, maxWidth, maxHeight);
  const sizesPx: number[] = [];
  tracks.forEach(({ firstRow, firstFrame }, track) => {
    for (const { from, to } of looked[track]!) {
      // One look a second is enough for a share.
      for (let frame = from; frame < to; frame += 25) {
        const at = TRACK_ROW_VALUES * (firstRow + frame - firstFrame);
        const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = rows.subarray(at, at + 4);
        sizesPx.push(Math.max((x2 - x1) * size.pictureWidthPx, (y2 - y1) * size.pictureHeightPx));
      }
    }
  });
  sizesPx.sort((a, b) => a - b);
  const small = sizesPx[Math.floor(SMALLER_SHARE * sizesPx.length)] ?? 0;
  const factor = small > FACE_PX ? FACE_PX / small : 1;
  return frameSize(video, Math.ceil(size.pictureWidthPx * factor), Math.ceil(size.pictureHeightPx * factor));
}
