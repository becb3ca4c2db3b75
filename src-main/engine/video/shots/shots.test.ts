import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameSize } from '#media/frames.ts';
import { contentScore, ContentScorer, contentScores } from './content-score.ts';
import { adaptiveCuts, contentCuts } from './cut-detectors.ts';
import { packedRgb } from '../yuv-picture.ts';
import { rgbToHsv } from './hsv.ts';

/** HSV by its definition, in floating point; hue of OpenCV's 8-bit scale. */
function exactHsv(r: number, g: number, b: number): [number, number, number] {
  const value = Math.max(r, g, b);
  const range = value - Math.min(r, g, b);
  let degrees = 0;
  if (range > 0) {
    if (value === r) degrees = (60 * (g - b)) / range;
    else if (value === g) degrees = 120 + (60 * (b - r)) / range;
    else degrees = 240 + (60 * (r - g)) / range;
  }
  return [(degrees < 0 ? degrees + 360 : degrees) / 2, value === 0 ? 0 : (255 * range) / value, value];
}

describe('HSV', () => {
  it.each([
    // Known values of OpenCV's COLOR_BGR2HSV.
    [
      [255, 0, 0],
      [0, 255, 255],
    ],
    [
      [0, 255, 0],
      [60, 255, 255],
    ],
    [
      [0, 0, 255],
      [120, 255, 255],
    ],
    [
      [128, 128, 128],
      [0, 0, 128],
    ],
    [
      [255, 255, 0],
      [30, 255, 255],
    ],
    [
      [255, 0, 1],
      [0, 255, 255],
    ],
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ] as const)('of %j is %j', ([r, g, b], wanted) => {
    expect(rgbToHsv(r, g, b)).toEqual(wanted);
  });
  it('is the definition, rounded', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(byte, byte, byte, (r, g, b) => {
        const found = rgbToHsv(r, g, b);
        const exact = exactHsv(r, g, b);
        const turn = Math.abs(found[0] - exact[0]);
        expect(Math.min(turn, 180 - turn)).toBeLessThanOrEqual(0.6);
        expect(Math.abs(found[1] - exact[1])).toBeLessThanOrEqual(0.6);
        expect(found[2]).toBe(exact[2]);
      }),
    );
  });
});

describe('the difference of two frames', () => {
  const size = frameSize({ widthPx: 640, heightPx: 360, rotationDeg: 0 }, 640, 640);
  const frame = (luma: number, u = 128, v = 128): Uint8Array => {
    const data = new Uint8Array((size.widthPx * size.heightPx * 3) / 2);
    const pixels = size.widthPx * size.heightPx;
    data
      .fill(luma, 0, pixels)
      .fill(u, pixels, pixels * 1.25)
      .fill(v, pixels * 1.25);
    return data;
  };
  it('is 0 for the first and for equal ones', () => {
    const scorer = new ContentScorer(size);
    expect(scorer.push(frame(80))).toEqual([0, 0, 0]);
    expect(scorer.push(frame(80))).toEqual([0, 0, 0]);
  });
  it('of grey is the step of brightness; the score is a third of it', () => {
    const scorer = new ContentScorer(size);
    scorer.push(frame(16));
    const differences = scorer.push(frame(235));
    expect(differences).toEqual([0, 0, 255]);
    expect(contentScore(...differences)).toBe(85);
  });
  it('of colours is that of hue, saturation and value of the whole picture', () => {
    const scorer = new ContentScorer(size);
    scorer.push(frame(81, 90, 240));
    const [hue, saturation, value] = scorer.push(frame(41, 240, 110));
    // Red and blue of BT.601.
    expect(hue).toBe(120);
    expect(saturation).toBeLessThanOrEqual(2);
    expect(value).toBeLessThanOrEqual(2);
  });
  it('does not see what lies beside the picture', () => {
    const narrow = frameSize({ widthPx: 300, heightPx: 200, rotationDeg: 0 }, 640, 640);
    expect(narrow.heightPx).toBeGreaterThan(narrow.pictureHeightPx);
    const scorer = new ContentScorer(narrow);
    const data = new Uint8Array((narrow.widthPx * narrow.heightPx * 3) / 2).fill(128);
    scorer.push(data);
    const other = data.slice();
    other.fill(255, narrow.pictureHeightPx * narrow.widthPx, narrow.heightPx * narrow.widthPx);
    expect(scorer.push(other)).toEqual([0, 0, 0]);
  });
  it('is what a plain telling says, pixel by pixel, frame after frame', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    // Below twice the width that pictures are thinned to every pixel counts.
    const small = frameSize({ widthPx: 12, heightPx: 6, rotationDeg: 0 }, 640, 640);
    const pixels = fc.array(byte, { minLength: 12 * 6 * 1.5, maxLength: 12 * 6 * 1.5 });
    const lie = (values: readonly number[]): Uint8Array => {
      const data = new Uint8Array((small.widthPx * small.heightPx * 3) / 2);
      const stride = small.widthPx;
      for (let y = 0; y < 6; y++) for (let x = 0; x < 12; x++) data[y * stride + x] = values[y * 12 + x]!;
      for (let y = 0; y < 3; y++) {
        for (let x = 0; x < 6; x++) {
          data[stride * small.heightPx + (y * stride) / 2 + x] = values[72 + y * 6 + x]!;
          data[stride * small.heightPx * 1.25 + (y * stride) / 2 + x] = values[90 + y * 6 + x]!;
        }
      }
      return data;
    };
    const hsvAt = (values: readonly number[], x: number, y: number): [number, number, number] => {
      const chroma = (y >> 1) * 6 + (x >> 1);
      const rgb = packedRgb(values[y * 12 + x]!, values[72 + chroma]!, values[90 + chroma]!);
      return rgbToHsv(rgb >> 16, (rgb >> 8) & 255, rgb & 255);
    };
    fc.assert(
      fc.property(fc.array(pixels, { minLength: 2, maxLength: 4 }), (frames) => {
        const scorer = new ContentScorer(small);
        frames.forEach((now, index) => {
          const found = scorer.push(lie(now));
          const before = frames[index - 1];
          if (!before) return;
          const sums = [0, 0, 0];
          for (let y = 0; y < 6; y++) {
            for (let x = 0; x < 12; x++) {
              const [old, fresh] = [hsvAt(before, x, y), hsvAt(now, x, y)];
              for (const channel of [0, 1, 2]) sums[channel]! += Math.abs(fresh[channel]! - old[channel]!);
            }
          }
          found.forEach((value, channel) => expect(value).toBeCloseTo(sums[channel]! / 72, 9));
        });
      }),
    );
  });
  it('scores rows of the file', () => {
    expect([...contentScores(Float64Array.of(0, 0, 0, 30, 30, 21))]).toEqual([0, 27]);
  });
});

/** A plain telling of the rules, frame by frame, as the documentation and the order's specification state them. */
class ReferenceDetector {
  readonly cuts: number[] = [];
  #last: number | null = null;
  #merging: number | null = null;
  readonly #rule: 'merge' | 'suppress';
  readonly #length: number;
  constructor(rule: 'merge' | 'suppress', length: number) {
    this.#rule = rule;
    this.#length = length;
  }
  frame(number: number, above: boolean): void {
    this.#last ??= number;
    const quiet = number - this.#last;
    if (this.#rule === 'suppress') {
      if (above && quiet >= this.#length) {
        this.cuts.push(number);
        this.#last = number;
      }
      return;
    }
    if (above) this.#last = number;
    if (this.#merging === null) {
      if (above && quiet >= this.#length) this.cuts.push(number);
      else if (above && this.cuts.length > 0) this.#merging = number;
    } else if (!above && quiet >= this.#length && this.#last - this.#merging >= this.#length) {
      this.cuts.push(this.#last);
      this.#merging = null;
    }
  }
}

const scoresWith = (frames: number, peaks: Record<number, number>, rest = 1): number[] =>
  Array.from({ length: frames }, (_, frame) => peaks[frame] ?? rest);

describe('ContentDetector', () => {
  const at27 = { threshold: 27, minShotFrames: 15, flashRule: 'merge' } as const;
  it('cuts where the score reaches the threshold', () => {
    expect(contentCuts(scoresWith(100, { 40: 27, 70: 26.999 }), at27)).toEqual([40]);
    expect(contentCuts(scoresWith(100, { 40: 27, 70: 30 }), { ...at27, threshold: 30 })).toEqual([70]);
  });
  it('has no cut before the shortest shot', () => {
    expect(contentCuts(scoresWith(60, { 14: 90 }), at27)).toEqual([]);
    expect(contentCuts(scoresWith(60, { 15: 90 }), at27)).toEqual([15]);
    expect(contentCuts(scoresWith(60, { 3: 90 }), { ...at27, minShotFrames: 0 })).toEqual([3]);
  });
  it('counts a burst of flashes once: at its start, or at its start and end', () => {
    const flashes = Object.fromEntries([100, 105, 110, 115, 120, 125].map((frame) => [frame, 80]));
    expect(contentCuts(scoresWith(200, flashes), { ...at27, flashRule: 'suppress' })).toEqual([100, 115]);
    expect(contentCuts(scoresWith(200, flashes), at27)).toEqual([100, 125]);
    // A single flash after a cut is too short to be merged and leaves no cut.
    expect(contentCuts(scoresWith(200, { 100: 80, 105: 80 }), at27)).toEqual([100]);
  });
  it('is the plain telling of both rules, whatever the scores', () => {
    const scores = fc.array(fc.boolean(), { maxLength: 300 });
    fc.assert(
      fc.property(
        scores,
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom('merge', 'suppress'),
        (above, length, rule) => {
          const reference = new ReferenceDetector(rule, length);
          above.forEach((isAbove, frame) => reference.frame(frame, isAbove));
          const found = contentCuts(
            above.map((isAbove) => (isAbove ? 50 : 3)),
            { threshold: 27, minShotFrames: length, flashRule: rule },
          );
          expect(found).toEqual(reference.cuts);
        },
      ),
    );
  });
});

describe('AdaptiveDetector', () => {
  const published = { ratio: 3, minScore: 15, minShotFrames: 15, windowFrames: 2 };
  it('wants a frame unlike its neighbours', () => {
    expect(adaptiveCuts(scoresWith(60, { 30: 15 }, 5), published)).toEqual([30]);
    expect(adaptiveCuts(scoresWith(60, { 30: 14.9 }, 4), published)).toEqual([]);
    expect(adaptiveCuts(scoresWith(60, { 30: 40 }, 20), published)).toEqual([]);
  });
  it('takes still neighbours as the largest ratio', () => {
    expect(adaptiveCuts(scoresWith(60, { 30: 15 }, 0), { ...published, ratio: 255 })).toEqual([30]);
    expect(adaptiveCuts(scoresWith(60, {}, 0), published)).toEqual([]);
  });
  it('needs neighbours on both sides, and the shortest shot to the newest frame read', () => {
    expect(adaptiveCuts(scoresWith(60, { 13: 50 }, 0), published)).toEqual([13]);
    expect(adaptiveCuts(scoresWith(60, { 12: 50 }, 0), published)).toEqual([]);
    expect(adaptiveCuts(scoresWith(60, { 58: 50 }, 0), published)).toEqual([]);
    expect(adaptiveCuts(scoresWith(60, { 20: 50, 33: 50 }, 0), published)).toEqual([20, 33]);
    expect(adaptiveCuts(scoresWith(60, { 20: 50, 32: 50 }, 0), published)).toEqual([20]);
  });
});
