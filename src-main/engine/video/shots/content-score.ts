import type { FrameSize } from '#media/frames.ts';
import { packedRgb } from '../yuv-picture.ts';
import { hsvTables } from './hsv.ts';

/** Pictures twice as wide and wider are thinned to this width, as PySceneDetect does before it compares. */
const EFFECTIVE_WIDTH_PX = 256;
/** Values of a frame in `content.f64`. */
export const CONTENT_VALUES = 3;
/** No pixel of a frame has it. */
const UNKNOWN = -1;

/**
 * How much each frame differs from the one before: mean absolute differences of hue (0–179), saturation and value, as in
 * PySceneDetect's ContentDetector (https://github.com/Breakthrough/PySceneDetect, BSD-3). 0 for the first frame.
 *
 * This runs for every frame. Pixels that did not change at all, most of them in front of a camera that stands, are not
 * converted again.
 */
export class ContentScorer {
  readonly #size: FrameSize;
  /** Where the pixels that are compared lie in a line of luma, and their colour in a line of chroma. */
  readonly #lumaX: Int32Array;
  readonly #chromaX: Int32Array;
  readonly #rowsY: Int32Array;
  /** Y, U, V of each, packed, in the frame before; and what they are as hue, saturation, value. */
  readonly #yuv: Int32Array;
  readonly #hsv: Int32Array;
  #isFirst = true;

  constructor(size: FrameSize) {
    this.#size = size;
    const { pictureWidthPx: width, pictureHeightPx: height } = size;
    const step = Math.max(1, width >= 2 * EFFECTIVE_WIDTH_PX ? width / EFFECTIVE_WIDTH_PX : 1);
    const places = (length: number): Int32Array =>
      Int32Array.from({ length: Math.max(1, Math.round(length / step)) }, (_, index) =>
        Math.min(length - 1, Math.floor((index + 0.5) * step)),
      );
    this.#lumaX = places(width);
    this.#chromaX = this.#lumaX.map((x) => x >> 1);
    this.#rowsY = places(height);
    this.#yuv = new Int32Array(this.#lumaX.length * this.#rowsY.length).fill(UNKNOWN);
    this.#hsv = new Int32Array(this.#yuv.length);
  }

  /** @param data yuv420p */
  push(data: Uint8Array): [hue: number, saturation: number, value: number] {
    const { widthPx, heightPx } = this.#size;
    const chromaStride = widthPx >> 1;
    const uAt = widthPx * heightPx;
    const vAt = uAt + chromaStride * (heightPx >> 1);
    const { hue, saturation } = hsvTables;
    const lumaX = this.#lumaX;
    const chromaX = this.#chromaX;
    const yuvBefore = this.#yuv;
    const hsvBefore = this.#hsv;
    let hueSum = 0;
    let saturationSum = 0;
    let valueSum = 0;
    let at = 0;
    for (const y of this.#rowsY) {
      const line = y * widthPx;
      const uLine = uAt + (y >> 1) * chromaStride;
      const vLine = vAt + (y >> 1) * chromaStride;
      for (let column = 0; column < lumaX.length; column++, at++) {
        const chroma = chromaX[column]!;
        const luma = data[line + lumaX[column]!]!;
        const u = data[uLine + chroma]!;
        const v = data[vLine + chroma]!;
        const yuv = (luma << 16) | (u << 8) | v;
        if (yuv === yuvBefore[at]) continue;
        yuvBefore[at] = yuv;
        const rgb = packedRgb(luma, u, v);
        const r = rgb >> 16;
        const g = (rgb >> 8) & 255;
        const b = rgb & 255;
        const value = r > g ? (r > b ? r : b) : g > b ? g : b;
        const least = r < g ? (r < b ? r : b) : g < b ? g : b;
        const range = value - least;
        const turn = value === r ? g - b : value === g ? b - r + 2 * range : r - g + 4 * range;
        let angle = (turn * hue[range]! + 2048) >> 12;
        if (angle < 0) angle += 180;
        const sat = (range * saturation[value]! + 2048) >> 12;
        const before = hsvBefore[at]!;
        hsvBefore[at] = (angle << 16) | (sat << 8) | value;
        const hueStep = angle - (before >> 16);
        const saturationStep = sat - ((before >> 8) & 255);
        const valueStep = value - (before & 255);
        hueSum += hueStep < 0 ? -hueStep : hueStep;
        saturationSum += saturationStep < 0 ? -saturationStep : saturationStep;
        valueSum += valueStep < 0 ? -valueStep : valueStep;
      }
    }
    if (this.#isFirst) {
      this.#isFirst = false;
      return [0, 0, 0];
    }
    const pixels = yuvBefore.length;
    return [hueSum / pixels, saturationSum / pixels, valueSum / pixels];
  }
}

/** The frame score of the detectors: the mean of the three differences. */
export const contentScore = (hue: number, saturation: number, value: number): number => (hue + saturation + value) / 3;

/** Frame scores of rows of `content.f64`. */
export function contentScores(rows: Float64Array): Float64Array {
  return Float64Array.from({ length: rows.length / CONTENT_VALUES }, (_, frame) =>
    contentScore(rows[3 * frame]!, rows[3 * frame + 1]!, rows[3 * frame + 2]!),
  );
}
