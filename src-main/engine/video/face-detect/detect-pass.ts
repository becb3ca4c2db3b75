import { frameBytes, FRAME_RATE_HZ, type FrameStream, type VideoFrame } from '#media/frames.ts';
import { contentScore, ContentScorer } from '../shots/content-score.ts';
import type { DetectFrame, FaceDetectOutput } from './face-detect-kernel.ts';

/** Looks in a group that one kernel call works on: 8 s of every 5th frame. Its first frame is scanned whole. */
const GROUP_LOOKS = 40;
/** Large frames come in smaller groups: some groups wait or are worked on at a time. */
const GROUP_BYTES = 16e6;
const MIN_GROUP_LOOKS = 5;
/** Frames of a block, kept for a job that is resumed: about 32 s, whole groups. */
const BLOCK_FRAMES = 32 * FRAME_RATE_HZ;
/** A frame that differs so much from the one before may show other people; cuts proper start at 27. */
const OTHER_PICTURE_SCORE = 15;

export interface DetectPassOptions {
  readonly strideFrames: number;
  /** Buffers of the frames are transferred and come back with the result. */
  detect(frames: readonly DetectFrame[]): Promise<FaceDetectOutput>;
}

/**
 * Reads the frames of a picture in blocks, measures how much each differs from the one before, and hands every 5th on to
 * be searched, in groups whose borders depend on the file only.
 */
export class DetectPass {
  frameCount = 0;
  ended = false;
  readonly #stream: FrameStream;
  readonly #frames: AsyncGenerator<VideoFrame, void, undefined>;
  readonly #options: DetectPassOptions;
  readonly #concurrency: number;
  readonly #groupFrames: number;
  readonly #blockFrames: number;
  readonly #scorer: ContentScorer;
  #content = new Float64Array(3 * BLOCK_FRAMES);
  #block: number | null = null;
  #ahead: VideoFrame | null = null;

  constructor(stream: FrameStream, concurrency: number, options: DetectPassOptions) {
    this.#stream = stream;
    this.#frames = stream[Symbol.asyncIterator]();
    this.#options = options;
    this.#concurrency = concurrency;
    const looks = Math.floor(GROUP_BYTES / frameBytes(stream.size));
    this.#groupFrames = Math.min(GROUP_LOOKS, Math.max(MIN_GROUP_LOOKS, looks)) * options.strideFrames;
    this.#blockFrames = this.#groupFrames * Math.ceil(BLOCK_FRAMES / this.#groupFrames);
    this.#scorer = new ContentScorer(stream.size);
  }

  /** hue, saturation, value of every frame so far. */
  content(): Float64Array<ArrayBuffer> {
    return this.#content.slice(0, 3 * this.frameCount);
  }

  /** The next block. @returns rows of the faces in it, none when `search` is false */
  async readBlock(search: boolean): Promise<Float32Array> {
    const pending: Promise<Float32Array>[] = [];
    const rows: Float32Array[] = [];
    let group: DetectFrame[] = [];
    let groupNumber: number | null = null;
    let isOther = false;
    const flush = async (): Promise<void> => {
      if (group.length > 0) {
        const searched = this.#search(group);
        // It is awaited below; failing before its turn must not count as unhandled.
        searched.catch(() => undefined);
        pending.push(searched);
      }
      group = [];
      while (pending.length >= this.#concurrency) rows.push(await pending.shift()!);
    };
    try {
      for (let frame = await this.#next(); frame; frame = await this.#next()) {
        const number = Math.floor(frame.index / this.#groupFrames);
        if (number !== groupNumber) {
          await flush();
          groupNumber = number;
          isOther = false;
        }
        const difference = this.#measure(frame.data);
        isOther ||= difference >= OTHER_PICTURE_SCORE;
        if (!search || frame.index % this.#options.strideFrames !== 0) continue;
        group.push({ index: frame.index, data: frame.keep(), scan: group.length === 0 || isOther });
        isOther = false;
      }
      await flush();
      while (pending.length > 0) rows.push(await pending.shift()!);
    } catch (error) {
      await Promise.allSettled(pending);
      throw error;
    }
    return joined(rows);
  }

  /** End the decoder, also in the middle. */
  async close(): Promise<void> {
    await this.#frames.return();
  }

  /** The next frame of this block; null at its end. */
  async #next(): Promise<VideoFrame | null> {
    let frame = this.#ahead;
    this.#ahead = null;
    if (!frame) {
      const result = await this.#frames.next();
      if (result.done) {
        this.ended = true;
        return null;
      }
      frame = result.value;
    }
    const block = Math.floor(frame.index / this.#blockFrames);
    if (this.#block !== null && block !== this.#block) {
      this.#block = null;
      this.#ahead = frame;
      return null;
    }
    this.#block = block;
    return frame;
  }

  #measure(data: Uint8Array): number {
    const differences = this.#scorer.push(data);
    if (3 * this.frameCount === this.#content.length) {
      const grown = new Float64Array(2 * this.#content.length);
      grown.set(this.#content);
      this.#content = grown;
    }
    this.#content.set(differences, 3 * this.frameCount++);
    return contentScore(...differences);
  }

  async #search(frames: readonly DetectFrame[]): Promise<Float32Array> {
    const { rows, buffers } = await this.#options.detect(frames);
    for (const buffer of buffers) this.#stream.recycle(buffer);
    return rows;
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
