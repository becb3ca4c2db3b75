import type { FrameStream, VideoFrame } from '#media/frames.ts';
import type { FrameSpan } from './looked-frames.ts';

/**
 * Frames of parts of a picture, asked for in rising order: one decoder runs through a span and is started anew for the next,
 * or where the asking skips so much that decoding on would cost more.
 */
export class FrameCursor {
  readonly #open: (span: FrameSpan) => FrameStream;
  readonly #spans: readonly FrameSpan[];
  readonly #maxSkip: number;
  #stream: FrameStream | null = null;
  #frames: AsyncGenerator<VideoFrame, void, undefined> | null = null;
  /** The next frame that the decoder gives. */
  #at = 0;

  /**
   * @param spans decoded in one piece each; rising, apart
   * @param maxSkip frames that are rather decoded in vain than skipped by a new decoder
   */
  constructor(open: (span: FrameSpan) => FrameStream, spans: readonly FrameSpan[], maxSkip: number) {
    this.#open = open;
    this.#spans = spans;
    this.#maxSkip = maxSkip;
  }

  /**
   * Frames [from, to), fewer where the picture ends before. Not before what was asked for earlier; within one span.
   * A frame is valid until the next one is asked for.
   */
  async *read({ from, to }: FrameSpan): AsyncGenerator<{ frame: VideoFrame; stream: FrameStream }, void, undefined> {
    if (!this.#frames || from < this.#at || from - this.#at > this.#maxSkip || !this.#sharesSpan(from)) {
      await this.close();
      this.#stream = this.#open({ from, to: Math.max(to, this.#spans.find((span) => from < span.to)?.to ?? to) });
      this.#frames = this.#stream[Symbol.asyncIterator]();
      this.#at = from;
    }
    while (this.#at < to) {
      const next = await this.#frames.next();
      if (next.done) return;
      this.#at = next.value.index + 1;
      if (next.value.index >= from) yield { frame: next.value, stream: this.#stream! };
    }
  }

  /** End the decoder, also in the middle. */
  async close(): Promise<void> {
    await this.#frames?.return();
    this.#frames = null;
  }

  #sharesSpan(frame: number): boolean {
    return this.#spans.some((span) => span.from <= this.#at && this.#at <= span.to && frame < span.to);
  }
}
