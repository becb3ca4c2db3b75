import type { PcmReader } from './pcm-reader.ts';

/** Samples of one block: 30 ms. */
const BLOCK_SAMPLES = 480;
const BLOCKS_PER_PIECE = 4096;
const TARGET_LEVEL = 0.2;
const PERCENTILE = 0.6;

/** Linear-interpolated quantile of values in any order; the array is sorted in place. */
function quantileInPlace(values: Float64Array, share: number): number {
  values.sort();
  const position = (values.length - 1) * share;
  const low = Math.floor(position);
  const high = Math.min(values.length - 1, low + 1);
  return values[low]! + (position - low) * (values[high]! - values[low]!);
}

/**
 * Factor that brings the louder part of a recording to RMS 0.2: mean squares of 30 ms blocks, those at or above the
 * 60th percentile averaged. 1 for silence. One pass over the file, 8 bytes of memory per block.
 * @param pause called between pieces (cancel check)
 */
export function levelGain(pcm: PcmReader, pause: () => void = () => undefined): number {
  const blockCount = Math.floor(pcm.totalSamples / BLOCK_SAMPLES);
  // A recording of less than one block is its own block.
  if (blockCount === 0) return gainFor(meanSquareOf(pcm, pcm.totalSamples));
  const squares = new Float64Array(blockCount);
  const raw = new Int16Array(BLOCK_SAMPLES * BLOCKS_PER_PIECE);
  for (let first = 0; first < blockCount; first += BLOCKS_PER_PIECE) {
    pause();
    pcm.readInt16(first * BLOCK_SAMPLES, raw);
    const end = Math.min(blockCount, first + BLOCKS_PER_PIECE);
    for (let block = first; block < end; block++) {
      const offset = (block - first) * BLOCK_SAMPLES;
      let sum = 0;
      for (let i = 0; i < BLOCK_SAMPLES; i++) sum += raw[offset + i]! ** 2;
      squares[block] = sum / BLOCK_SAMPLES / 32_768 ** 2;
    }
  }
  const limit = quantileInPlace(squares, PERCENTILE);
  let sum = 0;
  let count = 0;
  for (const square of squares) {
    if (square < limit) continue;
    sum += square;
    count++;
  }
  return gainFor(count === 0 ? 0 : sum / count);
}

function meanSquareOf(pcm: PcmReader, length: number): number {
  if (length === 0) return 0;
  let sum = 0;
  for (const value of pcm.readFloat(0, length)) sum += value * value;
  return sum / length;
}

const gainFor = (meanSquare: number): number => (meanSquare > 1e-12 ? TARGET_LEVEL / Math.sqrt(meanSquare) : 1);
