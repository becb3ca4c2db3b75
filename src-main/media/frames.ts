import { AppError } from '#shared/api/errors.ts';
import type { MediaChoice, MediaProbe, VideoStream } from '#shared/domain/media.ts';
import {
  assertDecodable,
  cancelled,
  crashedError,
  FFMPEG_GLOBAL,
  inputArgs,
  keepFrameTimes,
  runTool,
  type FfmpegTools,
  type ToolOutcome,
} from './ffmpeg.ts';
import { Handoff } from './handoff.ts';
import { openForServing } from './open-regular.ts';
import { restarts } from './pcm.ts';

/** Frames a second that every system of the picture works on, whatever the file has. */
export const FRAME_RATE_HZ = 25;
/** Width and height of the buffers are multiples of this: what detectors of faces take. */
export const FRAME_GRID_PX = 32;
/** Decoding starts so much before a range: seeking by time stamps is not exact in every container. */
const RUN_UP_SEC = 1;
/** Frames that wait to be taken before the decoder is held back: holding it for each frame costs more than the memory. */
const FRAMES_AHEAD = 2;

export interface FrameSource {
  readonly path: string;
  readonly probe: MediaProbe;
  readonly choice: Pick<MediaChoice, 'range'>;
}

/** How a picture lies in the buffer of a frame: at the top left, black beside and below it. */
export interface FrameSize {
  /** Of the buffer; multiples of {@link FRAME_GRID_PX}. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Of the picture in it, upright; even numbers. */
  readonly pictureWidthPx: number;
  readonly pictureHeightPx: number;
}

export interface VideoFrame {
  /** Frames of 1/25 s from t = 0: this one is what is seen at `index / 25` seconds. */
  readonly index: number;
  /** yuv420p, luma 16–235, planes one after another without gaps. Valid until the next frame is asked for. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Take the buffer for good, such as to transfer it; give it back with {@link FrameStream.recycle} or not at all. */
  keep(): Uint8Array<ArrayBuffer>;
}

/** A part of the upright picture, in pixels as the file has them; whole and even numbers. */
export interface PictureWindow {
  readonly xPx: number;
  readonly yPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface FrameOptions {
  /** The picture is made to fit, never enlarged. */
  readonly maxWidthPx: number;
  readonly maxHeightPx: number;
  /**
   * Only these parts of the picture, made smaller as the whole of it would be, one below the other and each at the left; black
   * beside narrower ones. Default: all of it, on the grid.
   */
  readonly windows?: readonly PictureWindow[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Size of the frames of a picture that is made to fit into `maxWidthPx` × `maxHeightPx`, turned upright first. */
export function frameSize(
  video: Pick<VideoStream, 'widthPx' | 'heightPx' | 'rotationDeg'>,
  maxWidthPx: number,
  maxHeightPx: number,
): FrameSize {
  const lies = video.rotationDeg % 180 !== 0;
  const [width, height] = lies ? [video.heightPx, video.widthPx] : [video.widthPx, video.heightPx];
  const factor = Math.min(1, maxWidthPx / width, maxHeightPx / height);
  const even = (px: number): number => Math.max(2, 2 * Math.floor((px * factor) / 2 + 1e-6));
  const onGrid = (px: number): number => FRAME_GRID_PX * Math.ceil(px / FRAME_GRID_PX);
  const [pictureWidthPx, pictureHeightPx] = [even(width), even(height)];
  return { widthPx: onGrid(pictureWidthPx), heightPx: onGrid(pictureHeightPx), pictureWidthPx, pictureHeightPx };
}

/** Where a part of the picture lies in the buffer: at the left, so far from the top; even numbers. */
export interface FramePart {
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Parts of a picture that as a whole would have the size `whole`, one below the other. */
function partsOf(
  video: Pick<VideoStream, 'widthPx' | 'heightPx' | 'rotationDeg'>,
  windows: readonly PictureWindow[],
  whole: FrameSize,
): FramePart[] {
  const [across, down] =
    video.rotationDeg % 180 === 0 ? [video.widthPx, video.heightPx] : [video.heightPx, video.widthPx];
  let topPx = 0;
  return windows.map((window) => {
    const maxWidthPx = Math.ceil((window.widthPx * whole.pictureWidthPx) / across);
    const maxHeightPx = Math.ceil((window.heightPx * whole.pictureHeightPx) / down);
    const size = frameSize({ ...window, rotationDeg: 0 }, maxWidthPx, maxHeightPx);
    const part = { topPx, widthPx: size.pictureWidthPx, heightPx: size.pictureHeightPx };
    topPx += part.heightPx;
    return part;
  });
}

/** Bytes of one frame. */
export const frameBytes = ({ widthPx, heightPx }: FrameSize): number => (widthPx * heightPx * 3) / 2;

/** First and one past the last frame of a part that is worked on; `to` is infinite without one. */
export function frameRange(range: MediaChoice['range']): { from: number; to: number } {
  if (!range) return { from: 0, to: Infinity };
  return { from: Math.floor(range.startSec * FRAME_RATE_HZ), to: Math.ceil(range.endSec * FRAME_RATE_HZ) };
}

/**
 * The picture of a file at 25 frames a second, decoded once: `for await (const frame of stream)`. Frame 0 is t = 0; a
 * picture that starts later is held before its start, and gaps hold the frame before them. Memory does not grow with
 * length: a few buffers, which are reused. Leaving the loop ends the decoder.
 * @throws AppError `bad-input` (no picture, nothing decodes, file gone), `unsupported` (codec), `cancelled`, `io`
 */
export class FrameStream implements AsyncIterable<VideoFrame> {
  readonly size: FrameSize;
  /** Frames the container promises inside the range. */
  readonly expectedFrames: number;
  /** Sentences for the person; complete when the loop has ended. */
  readonly warnings: string[] = [];
  readonly #tools: FfmpegTools;
  readonly #source: FrameSource;
  readonly #stream: VideoStream;
  readonly #signal: AbortSignal | undefined;
  /** Where each of the windows lies; empty without windows. */
  readonly parts: readonly FramePart[];
  readonly #windows: readonly PictureWindow[];
  readonly #pool: Uint8Array<ArrayBuffer>[] = [];

  constructor(tools: FfmpegTools, source: FrameSource, options: FrameOptions) {
    const stream = source.probe.video[0];
    if (!stream) {
      throw new AppError('bad-input', 'The file has no picture.', { file: source.path, fix: 'Choose a video.' });
    }
    this.#tools = tools;
    this.#source = source;
    this.#stream = stream;
    this.#signal = options.signal;
    this.#windows = options.windows ?? [];
    const whole = frameSize(stream, options.maxWidthPx, options.maxHeightPx);
    this.parts = partsOf(stream, this.#windows, whole);
    const widthPx = Math.max(...this.parts.map((part) => part.widthPx));
    const heightPx = this.parts.reduce((sum, part) => sum + part.heightPx, 0);
    this.size =
      this.parts.length > 0 ? { widthPx, heightPx, pictureWidthPx: widthPx, pictureHeightPx: heightPx } : whole;
    const { from, to } = frameRange(source.choice.range);
    const endSec =
      stream.durationSec === null
        ? source.probe.durationSec
        : stream.startSec - source.probe.timeZeroSec + stream.durationSec;
    this.expectedFrames = Math.max(0, Math.min(to, Math.round(endSec * FRAME_RATE_HZ)) - from);
  }

  /** Give a kept buffer back for reuse. */
  recycle(data: Uint8Array<ArrayBuffer>): void {
    if (data.length === frameBytes(this.size)) this.#pool.push(data);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<VideoFrame, void, undefined> {
    const { path: file, probe, choice } = this.#source;
    if (this.#signal?.aborted) throw cancelled();
    await (await openForServing(file)).handle.close();
    await assertDecodable(this.#tools, this.#stream.codec, file);
    const { from, to } = frameRange(choice.range);
    // A damaged stamp must not repeat a frame without end.
    const last = Math.min(to, Math.round((probe.durationSec + 60) * FRAME_RATE_HZ));
    const leave = new AbortController();
    const handoff = new Handoff<Uint8Array<ArrayBuffer>>(FRAMES_AHEAD);
    const running = this.#decode(handoff, last - from, [leave.signal, ...(this.#signal ? [this.#signal] : [])]);
    running.then(
      () => handoff.end(),
      () => handoff.end(),
    );
    let index = from;
    let current: Uint8Array<ArrayBuffer> | null = null;
    try {
      for (;;) {
        const data = await handoff.take();
        if (!data) break;
        current = data;
        yield {
          index: index++,
          data,
          keep: () => {
            current = null;
            return data;
          },
        };
        // The generator has been resumed: keep() may have been called in between.
        if (current as Uint8Array<ArrayBuffer> | null) this.recycle(data);
        current = null;
      }
    } finally {
      handoff.end();
      leave.abort();
      await running.catch(() => null);
    }
    const outcome = await running;
    if (outcome.crash) throw crashedError(this.#tools.ffmpegPath, outcome.crash, file, outcome.stderrTail);
    this.#judge(index - from, outcome);
  }

  async #decode(
    handoff: Handoff<Uint8Array<ArrayBuffer>>,
    frames: number,
    signals: AbortSignal[],
  ): Promise<ToolOutcome> {
    const size = frameBytes(this.size);
    let left = frames;
    let filled = 0;
    let buffer = this.#buffer(size);
    return runTool(this.#tools.ffmpegPath, await this.#arguments(), {
      signal: AbortSignal.any(signals),
      mediaPath: this.#source.path,
      readInto: {
        buffer: () => (filled === 0 ? buffer : buffer.subarray(filled)),
        filled: (count) => {
          filled += count;
          if (filled < size) return undefined;
          const frame = buffer;
          buffer = this.#buffer(size);
          filled = 0;
          left--;
          const verdict = left > 0 ? undefined : 'stop';
          const room = handoff.put(frame);
          return room ? room.then(() => verdict) : verdict;
        },
      },
    });
  }

  #buffer(size: number): Uint8Array<ArrayBuffer> {
    return this.#pool.pop() ?? new Uint8Array(size);
  }

  async #arguments(): Promise<string[]> {
    const { path: file, probe, choice } = this.#source;
    const from = frameRange(choice.range).from / FRAME_RATE_HZ;
    // Where time stamps may start over, ffmpeg's own clock is the right one; it cannot be sought by stamps.
    const ownClock = restarts(probe.container);
    const seekTo = from - RUN_UP_SEC + probe.timeZeroSec;
    const seek =
      !ownClock && from > RUN_UP_SEC ? ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', seekTo.toFixed(6)] : [];
    const filters = [
      ...(ownClock ? [] : [`setpts=PTS-${probe.timeZeroSec.toFixed(6)}/TB`]),
      `fps=${FRAME_RATE_HZ}:round=near:start_time=${from.toFixed(6)}`,
    ];
    return [
      ...FFMPEG_GLOBAL,
      ...inputArgs(file, [...(ownClock ? [] : ['-copyts']), ...seek]),
      ...['-map', `0:${this.#stream.index}`, '-vf', [...filters, this.#shape()].join(',')],
      ...(await keepFrameTimes(this.#tools)),
      // A frame is one write, not one for every 32 KiB of it.
      ...['-c:v', 'rawvideo', '-pix_fmt', 'yuv420p', '-avioflags', 'direct', '-f', 'rawvideo', 'pipe:1'],
    ];
  }

  /** Filters that make the picture, or the parts of it, what lies in the buffer. */
  #shape(): string {
    const { widthPx, heightPx, pictureWidthPx, pictureHeightPx } = this.size;
    const fit = (width: number, height: number): string =>
      `scale=${width}:${height}:flags=bilinear:out_range=tv,format=yuv420p`;
    if (this.parts.length === 0) {
      return `${fit(pictureWidthPx, pictureHeightPx)},pad=${widthPx}:${heightPx}:0:0:black`;
    }
    const chains = this.parts.map((part, at) => {
      const pad = part.widthPx < widthPx ? `,pad=${widthPx}:${part.heightPx}:0:0:black` : '';
      return `${this.#crop(this.#windows[at]!)},${fit(part.widthPx, part.heightPx)}${pad}`;
    });
    if (chains.length === 1) return chains[0]!;
    const ends = (letter: string): string => chains.map((_, at) => `[${letter}${at}]`).join('');
    const parts = chains.map((chain, at) => `[a${at}]${chain}[b${at}]`).join(';');
    return `split=${chains.length}${ends('a')};${parts};${ends('b')}vstack=inputs=${chains.length}`;
  }

  /** As shares of the picture, whose size may change within a file. */
  #crop({ xPx, yPx, widthPx, heightPx }: PictureWindow): string {
    const { widthPx: width, heightPx: height, rotationDeg } = this.#stream;
    const [across, down] = rotationDeg % 180 === 0 ? [width, height] : [height, width];
    return `crop=iw*${widthPx}/${across}:ih*${heightPx}/${down}:iw*${xPx}/${across}:ih*${yPx}/${down}`;
  }

  #judge(frames: number, outcome: ToolOutcome): void {
    if (frames === 0 && this.expectedFrames > 0) {
      throw new AppError('bad-input', `No picture could be decoded (codec ${this.#stream.codec}).`, {
        file: this.#source.path,
        fix: 'The file may be damaged: play it elsewhere, or copy or download it again.',
        detail: outcome.stderrTail,
      });
    }
    const missing = this.expectedFrames - frames;
    if (missing > FRAME_RATE_HZ / 2 + 0.001 * this.expectedFrames) {
      this.warnings.push(
        this.#stream.durationSec === null
          ? // Containers such as Matroska tell no more than how long the longest stream is.
            `The picture ends ${(missing / FRAME_RATE_HZ).toFixed(1)} s before the file does.`
          : `${((100 * missing) / this.expectedFrames).toFixed(1)} % of the picture could not be decoded.`,
      );
    } else if (outcome.errorLines > 0) {
      this.warnings.push(`The picture is damaged in places (${outcome.errorLines} decoder messages).`);
    }
  }
}
