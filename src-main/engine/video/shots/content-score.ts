import type { FrameSize } from '#media/frames.ts';
import { packedRgb } from '../yuv-picture.ts';
import { hsvTables } from './hsv.ts';

/** Pictures are thinned to this width or up to twice of it, as PySceneDetect does before it compares. */
const EFFECTIVE_WIDTH_PX = 256;
/** Values of a frame in `content.f64`. */
export const CONTENT_VALUES = 3;

/**
 * How much each frame differs from the one before: mean absolute differences of hue (0–179), saturation and value, as in
 * PySceneDetect's ContentDetector (https://github.com/Breakthrough/PySceneDetect, BSD-3). 0 for the first frame.
 */
export class ContentScorer {
  readonly #size: FrameSize;
  readonly #step: number;
  readonly #columns: number;
  readonly #rows: number;
  #now: Uint8Array;
  #before: Uint8Array;
  #isFirst = true;

  constructor(size: FrameSize) {
    this.#size = size;
    this.#step = Math.max(1, Math.floor(size.pictureWidthPx / EFFECTIVE_WIDTH_PX));
    this.#columns = Math.ceil(size.pictureWidthPx / this.#step);
    this.#rows = Math.ceil(size.pictureHeightPx / this.#step);
    const values = this.#columns * this.#rows * CONTENT_VALUES;
    this.#now = new Uint8Array(values);
    this.#before = new Uint8Array(values);
  }

  /** @param data yuv420p */
  push(data: Uint8Array): [hue: number, saturation: number, value: number] {
    [this.#now, this.#before] = [this.#before, this.#now];
    this.#read(data);
    if (this.#isFirst) {
      this.#isFirst = false;
      return [0, 0, 0];
    }
    return meanDifferences(this.#before, this.#now);
  }

  #read(data: Uint8Array): void {
    const { widthPx, heightPx } = this.#size;
    const chromaStride = widthPx >> 1;
    const uAt = widthPx * heightPx;
    const vAt = uAt + chromaStride * (heightPx >> 1);
    const { hue, saturation } = hsvTables;
    let out = 0;
    for (let row = 0; row < this.#rows; row++) {
      const y = row * this.#step;
      const line = y * widthPx;
      const chroma = (y >> 1) * chromaStride;
      for (let column = 0; column < this.#columns; column++) {
        const x = column * this.#step;
        const at = chroma + (x >> 1);
        const rgb = packedRgb(data[line + x]!, data[uAt + at]!, data[vAt + at]!);
        const r = rgb >> 16;
        const g = (rgb >> 8) & 255;
        const b = rgb & 255;
        const value = r > g ? (r > b ? r : b) : g > b ? g : b;
        const least = r < g ? (r < b ? r : b) : g < b ? g : b;
        const range = value - least;
        const turn = value === r ? g - b : value === g ? b - r + 2 * range : r - g + 4 * range;
        const angle = (turn * hue[range]! + 2048) >> 12;
        this.#now[out] = angle < 0 ? angle + 180 : angle;
        this.#now[out + 1] = (range * saturation[value]! + 2048) >> 12;
        this.#now[out + 2] = value;
        out += CONTENT_VALUES;
      }
    }
  }
}

/** Mean absolute difference of each channel of two pictures of interleaved 8-bit hue, saturation, value. */
export function meanDifferences(before: Uint8Array, now: Uint8Array): [number, number, number] {
  let hue = 0;
  let saturation = 0;
  let value = 0;
  for (let at = 0; at < now.length; at += CONTENT_VALUES) {
    hue += Math.abs(now[at]! - before[at]!);
    saturation += Math.abs(now[at + 1]! - before[at + 1]!);
    value += Math.abs(now[at + 2]! - before[at + 2]!);
  }
  const pixels = now.length / CONTENT_VALUES;
  return [hue / pixels, saturation / pixels, value / pixels];
}

/** The frame score of the detectors: the mean of the three differences. */
export const contentScore = (hue: number, saturation: number, value: number): number => (hue + saturation + value) / 3;

/** Frame scores of rows of `content.f64`. */
export function contentScores(rows: Float64Array): Float64Array {
  return Float64Array.from({ length: rows.length / CONTENT_VALUES }, (_, frame) =>
    contentScore(rows[3 * frame]!, rows[3 * frame + 1]!, rows[3 * frame + 2]!),
  );
}
