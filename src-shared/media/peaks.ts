import { AppError } from '../api/errors.ts';

/**
 * Waveform peaks: for every bucket of samples its lowest and highest value as int8, at several zoom levels. Level 0 has
 * the finest buckets; each level above joins {@link LEVEL_FACTOR} buckets of the one below.
 *
 * File (little endian): `DPKS`, u16 version, u16 level count, u32 samples per second, u32 samples per bucket at level 0,
 * f64 total samples, u32 bucket count per level, then per level min and max of each bucket in turn.
 */
const MAGIC = 0x534b5044;
const VERSION = 1;
const FIXED_HEADER_BYTES = 24;
const LEVEL_FACTOR = 4;
const MAX_LEVELS = 16;
/** 4 ms at 16 kHz: one bucket a pixel at 250 pixels per second. */
const BASE_SAMPLES = 64;
/** No further level once one fits a narrow window. */
const TOP_LEVEL_BUCKETS = 512;

export interface PeakLevel {
  readonly samplesPerBucket: number;
  readonly bucketCount: number;
  /** min, max, min, max, … in −128..127; full scale is 128. */
  readonly values: Int8Array;
}

export interface PeakPyramid {
  readonly sampleRateHz: number;
  readonly totalSamples: number;
  /** Finest first; at least one, even for silence of no length. */
  readonly levels: readonly PeakLevel[];
}

/** Builds a pyramid from pieces of PCM in order. Memory: 2 bytes per 64 samples, a third more for the levels above. */
export class PeaksBuilder {
  #values = new Int8Array(1 << 14);
  #used = 0;
  #total = 0;
  #low = 0;
  #high = 0;
  #inBucket = 0;
  readonly #sampleRateHz: number;

  constructor(sampleRateHz: number) {
    this.#sampleRateHz = sampleRateHz;
  }

  push(samples: Int16Array): void {
    let low = this.#low;
    let high = this.#high;
    let count = this.#inBucket;
    for (const value of samples) {
      if (count === 0) low = high = value;
      else if (value < low) low = value;
      else if (value > high) high = value;
      if (++count === BASE_SAMPLES) {
        this.#store(low, high);
        count = 0;
      }
    }
    this.#low = low;
    this.#high = high;
    this.#inBucket = count;
    this.#total += samples.length;
  }

  /** The finished pyramid; the builder is spent. */
  finish(): PeakPyramid {
    if (this.#inBucket > 0) this.#store(this.#low, this.#high);
    this.#inBucket = 0;
    const levels: PeakLevel[] = [
      {
        samplesPerBucket: BASE_SAMPLES,
        bucketCount: this.#used / 2,
        values: this.#values.subarray(0, this.#used),
      },
    ];
    for (let below = levels[0]!; below.bucketCount > TOP_LEVEL_BUCKETS && levels.length < MAX_LEVELS;) {
      below = coarser(below);
      levels.push(below);
    }
    return { sampleRateHz: this.#sampleRateHz, totalSamples: this.#total, levels };
  }

  #store(low: number, high: number): void {
    if (this.#used === this.#values.length) {
      const grown = new Int8Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#used++] = quantise(low);
    this.#values[this.#used++] = quantise(high);
  }
}

const quantise = (value: number): number => Math.min(127, Math.round(value / 256));

function coarser(below: PeakLevel): PeakLevel {
  const bucketCount = Math.ceil(below.bucketCount / LEVEL_FACTOR);
  const values = new Int8Array(2 * bucketCount);
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    const first = bucket * LEVEL_FACTOR;
    const [low, high] = extremes(below.values, first, Math.min(first + LEVEL_FACTOR, below.bucketCount));
    values[2 * bucket] = low;
    values[2 * bucket + 1] = high;
  }
  return { samplesPerBucket: below.samplesPerBucket * LEVEL_FACTOR, bucketCount, values };
}

function extremes(values: Int8Array, fromBucket: number, toBucket: number): [low: number, high: number] {
  let low = values[2 * fromBucket] ?? 0;
  let high = values[2 * fromBucket + 1] ?? 0;
  for (let bucket = fromBucket + 1; bucket < toBucket; bucket++) {
    low = Math.min(low, values[2 * bucket]!);
    high = Math.max(high, values[2 * bucket + 1]!);
  }
  return [low, high];
}

export function encodePeaks(pyramid: PeakPyramid): Uint8Array<ArrayBuffer> {
  const { levels } = pyramid;
  const headerBytes = FIXED_HEADER_BYTES + 4 * levels.length;
  const bytes = new Uint8Array(headerBytes + levels.reduce((sum, level) => sum + level.values.length, 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, levels.length, true);
  view.setUint32(8, pyramid.sampleRateHz, true);
  view.setUint32(12, levels[0]?.samplesPerBucket ?? BASE_SAMPLES, true);
  view.setFloat64(16, pyramid.totalSamples, true);
  let at = headerBytes;
  levels.forEach((level, index) => {
    view.setUint32(FIXED_HEADER_BYTES + 4 * index, level.bucketCount, true);
    bytes.set(new Uint8Array(level.values.buffer, level.values.byteOffset, level.values.length), at);
    at += level.values.length;
  });
  return bytes;
}

/**
 * Read what {@link encodePeaks} wrote; the levels are views of the bytes given.
 * @throws AppError `bad-input` for anything else, `newer-version` for a later format
 */
export function parsePeaks(bytes: Uint8Array): PeakPyramid {
  if (bytes.length < FIXED_HEADER_BYTES) throw damaged('it is too short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw damaged('it is something else');
  const version = view.getUint16(4, true);
  if (version > VERSION) {
    throw new AppError('newer-version', `The waveform file has format ${version}; this version reads ${VERSION}.`, {
      fix: 'Clear the cache in Settings.',
    });
  }
  const levelCount = view.getUint16(6, true);
  const sampleRateHz = view.getUint32(8, true);
  const baseSamples = view.getUint32(12, true);
  const totalSamples = view.getFloat64(16, true);
  const sane =
    version === VERSION &&
    levelCount >= 1 &&
    levelCount <= MAX_LEVELS &&
    sampleRateHz > 0 &&
    baseSamples > 0 &&
    Number.isSafeInteger(totalSamples) &&
    totalSamples >= 0;
  if (!sane) throw damaged('its header makes no sense');
  let at = FIXED_HEADER_BYTES + 4 * levelCount;
  if (bytes.length < at) throw damaged('it is too short');
  const levels: PeakLevel[] = [];
  for (let index = 0; index < levelCount; index++) {
    const bucketCount = view.getUint32(FIXED_HEADER_BYTES + 4 * index, true);
    const samplesPerBucket = baseSamples * LEVEL_FACTOR ** index;
    if (bucketCount !== Math.ceil(totalSamples / samplesPerBucket)) throw damaged('its levels do not fit its length');
    if (at + 2 * bucketCount > bytes.length) throw damaged('it is cut off');
    levels.push({
      samplesPerBucket,
      bucketCount,
      values: new Int8Array(bytes.buffer, bytes.byteOffset + at, 2 * bucketCount),
    });
    at += 2 * bucketCount;
  }
  if (at !== bytes.length) throw damaged('it is longer than its header says');
  return { sampleRateHz, totalSamples, levels };
}

const damaged = (why: string): AppError =>
  new AppError('bad-input', `The waveform file cannot be read: ${why}.`, { fix: 'Clear the cache in Settings.' });

/** Index of the coarsest level that still has a bucket or more for each pixel; the finest when none has. */
export function chooseLevel(pyramid: PeakPyramid, pixelsPerSec: number): number {
  const samplesPerPixel = pyramid.sampleRateHz / pixelsPerSec;
  let chosen = 0;
  pyramid.levels.forEach((level, index) => {
    if (level.samplesPerBucket <= samplesPerPixel) chosen = index;
  });
  return chosen;
}

/**
 * min, max, min, max, … for `count` columns of equal width from startSec to endSec (seconds from t = 0); 0 outside the
 * recording. Costs a few buckets a column at any zoom.
 */
export function peakColumns(pyramid: PeakPyramid, startSec: number, endSec: number, count: number): Int8Array {
  const columns = new Int8Array(2 * count);
  const secPerColumn = (endSec - startSec) / count;
  if (!(secPerColumn > 0)) return columns;
  const level = pyramid.levels[chooseLevel(pyramid, 1 / secPerColumn)]!;
  const bucketsPerSec = pyramid.sampleRateHz / level.samplesPerBucket;
  for (let column = 0; column < count; column++) {
    const from = Math.floor((startSec + column * secPerColumn) * bucketsPerSec);
    const to = Math.max(from + 1, Math.ceil((startSec + (column + 1) * secPerColumn) * bucketsPerSec));
    const first = Math.max(0, from);
    const last = Math.min(level.bucketCount, to);
    if (first >= last) continue;
    const [low, high] = extremes(level.values, first, last);
    columns[2 * column] = low;
    columns[2 * column + 1] = high;
  }
  return columns;
}
