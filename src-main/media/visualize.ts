import { AppError } from '#shared/api/errors.ts';
import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { FaceTracks, PictureBox } from '#shared/evidence/face-evidence.ts';
import { plateSize, yuvOf, YuvPainter, type YuvColour } from './draw-yuv.ts';
import { FrameEncoder } from './encode-frames.ts';
import type { FfmpegTools } from './ffmpeg.ts';
import { FRAME_RATE_HZ, FrameStream, type FrameSize, type FrameSource } from './frames.ts';

/** Beyond it a video to look at becomes needlessly large. */
const MAX_WIDTH_PX = 1280;
const MAX_HEIGHT_PX = 720;

/** Twelve hues told apart with every kind of colour vision, from Okabe and Ito's set, as the window shows them. */
const HUES = [
  '#63aada',
  '#e1a447',
  '#4fcfa2',
  '#d780bb',
  '#e1bf20',
  '#e48559',
  '#c7b7e8',
  '#b59c89',
  '#b3b582',
  '#81c0ae',
  '#a18dfd',
  '#a5d275',
];
const UNKNOWN = '#9aa3ad';
const DARK = '#0b0d0e';
const WHITE = '#ffffff';

export interface Visualization {
  readonly source: FrameSource;
  readonly segments: readonly HypothesisSegment[];
  /** null: nobody looked for faces, names of those who talk are all there is to show. */
  readonly faces: FaceTracks | null;
  /** Speaker label by track id; null or absent = nobody's. */
  readonly speakerOfTrack: ReadonlyMap<number, string | null>;
}

export interface VisualizeOptions {
  readonly signal?: AbortSignal | undefined;
  /** 0..1, never falling. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/**
 * Writes an MP4 that shows what a system found: a box around each face in its speaker's colour, a second line around it
 * the stronger the surer it is that the face talks, name and score, and below the names of those who talk. 25 frames a
 * second, at most 1280 × 720, the sound of the file with it. One frame is in memory at a time.
 * @returns sentences for the person
 * @throws AppError `bad-input` (no picture), `unsupported`, `cancelled`, `crashed`, `io`
 */
export async function visualize(
  tools: FfmpegTools,
  what: Visualization,
  outPath: string,
  options: VisualizeOptions = {},
): Promise<string[]> {
  const { source } = what;
  const { signal } = options;
  const frames = new FrameStream(tools, source, { maxWidthPx: MAX_WIDTH_PX, maxHeightPx: MAX_HEIGHT_PX, signal });
  const encoder = await FrameEncoder.start(tools, source, frames.size, outPath, signal);
  const painter = new FindingsPainter(what, frames.size);
  let done = 0;
  try {
    for await (const frame of frames) {
      painter.paint(frame.data, frame.index);
      await encoder.write(frame.data);
      done += 1;
      options.onProgress?.(Math.min(1, done / Math.max(1, frames.expectedFrames)));
    }
    if (done === 0) {
      throw new AppError('bad-input', 'No frame of the picture could be decoded.', {
        file: source.path,
        fix: 'Leave --visualize away; sound and labels work without it.',
      });
    }
    await encoder.finish();
  } catch (error) {
    await encoder.abandon();
    throw error;
  }
  return frames.warnings;
}

/** Draws the findings into one frame after another. */
export class FindingsPainter {
  private readonly painter: YuvPainter;
  private readonly size: FrameSize;
  private readonly what: Omit<Visualization, 'source'>;
  private readonly segments: readonly HypothesisSegment[];
  private readonly colours = new Map<string, YuvColour>();
  private readonly unknown: YuvColour;
  private readonly dark: YuvColour;
  private readonly white: YuvColour;
  /** Thickness of lines and size of a dot of text, pixels: readable at every size of picture. */
  private readonly linePx: number;
  private readonly dotPx: number;
  private firstOpen = 0;
  private readonly box: PictureBox = { x1: 0, y1: 0, x2: 0, y2: 0 };

  constructor(what: Omit<Visualization, 'source'>, size: FrameSize) {
    this.painter = new YuvPainter(size);
    this.size = size;
    this.what = what;
    this.segments = what.segments.toSorted((a, b) => a.startSec - b.startSec);
    const height = size.pictureHeightPx;
    for (const { speaker } of this.segments) {
      if (!this.colours.has(speaker)) {
        this.colours.set(speaker, yuvOf(HUES[this.colours.size % HUES.length]!, height));
      }
    }
    this.unknown = yuvOf(UNKNOWN, height);
    this.dark = yuvOf(DARK, height);
    this.white = yuvOf(WHITE, height);
    this.linePx = Math.max(2, 2 * Math.round(height / 480));
    this.dotPx = Math.max(1, Math.round(height / 260));
  }

  /** Frames must come in the order of time. */
  paint(data: Uint8Array, frameIndex: number): void {
    this.painter.on(data);
    const seen = this.what.faces ? this.paintFaces(this.what.faces, frameIndex) : new Set<string>();
    this.paintTalkers(frameIndex / FRAME_RATE_HZ, seen);
  }

  private paintFaces(faces: FaceTracks, frameIndex: number): Set<string> {
    const seen = new Set<string>();
    const { pictureWidthPx, pictureHeightPx } = this.size;
    const frame = faces.frameAt(frameIndex / FRAME_RATE_HZ);
    for (const track of faces.visible(frame)) {
      if (!faces.boxIn(track, frame, this.box)) continue;
      const speaker = this.what.speakerOfTrack.get(track.id) ?? null;
      if (speaker !== null) seen.add(speaker);
      const x = Math.round(this.box.x1 * pictureWidthPx);
      const y = Math.round(this.box.y1 * pictureHeightPx);
      const rect = {
        x,
        y,
        width: Math.round(this.box.x2 * pictureWidthPx) - x,
        height: Math.round(this.box.y2 * pictureHeightPx) - y,
      };
      this.paintFace(rect, speaker, faces.talkingIn(track, frame));
    }
    return seen;
  }

  private paintFace(
    rect: { x: number; y: number; width: number; height: number },
    speaker: string | null,
    talking: number | null,
  ): void {
    const { painter, linePx, dotPx } = this;
    const colour = (speaker === null ? undefined : this.colours.get(speaker)) ?? this.unknown;
    if (talking !== null) painter.outline(rect, 2 * linePx, 4 * linePx, colour, 0.85 * talking);
    painter.outline(rect, linePx, linePx, this.dark, 0.6);
    painter.outline(rect, linePx, 0, colour);
    if (speaker !== null) {
      const { height } = plateSize(speaker, dotPx);
      const above = rect.y - height - 5 * linePx;
      painter.plate(speaker, rect.x, above >= 0 ? above : rect.y + 2 * linePx, dotPx, this.dark, colour);
    }
    const score = talking?.toFixed(2);
    const plate = plateSize(score ?? '', dotPx);
    if (score === undefined || rect.width < plate.width + 4 * linePx) return;
    const [x, y] = [rect.x + rect.width - plate.width - 2 * linePx, rect.y + rect.height - plate.height - 2 * linePx];
    painter.plate(score, x, y, dotPx, this.white, this.dark, 0.75);
  }

  /** Names of those who talk, at the bottom; who is not seen is said so. */
  private paintTalkers(sec: number, seen: ReadonlySet<string>): void {
    const { segments, dotPx } = this;
    while (this.firstOpen < segments.length && segments[this.firstOpen]!.endSec <= sec) this.firstOpen += 1;
    const talking = new Set<string>();
    for (let i = this.firstOpen; i < segments.length && segments[i]!.startSec <= sec; i++) {
      if (segments[i]!.endSec > sec) talking.add(segments[i]!.speaker);
    }
    let x = 4 * dotPx;
    for (const speaker of talking) {
      const text = this.what.faces && !seen.has(speaker) ? `${speaker} (off screen)` : speaker;
      const { width, height } = plateSize(text, dotPx);
      const y = this.size.pictureHeightPx - height - 4 * dotPx;
      this.painter.plate(text, x, y, dotPx, this.dark, this.colours.get(speaker)!);
      x += width + 4 * dotPx;
    }
  }
}
