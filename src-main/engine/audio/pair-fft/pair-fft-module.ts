import { add, at, below, count, firsts, get, load, loadInt, loadTwice, moduleOf, mul } from './wasm-code.ts';
import { seconds, set, store, sub, times, twice } from './wasm-code.ts';
import type { Code } from './wasm-code.ts';

/** Bytes of a number, of two of them, of a complex pair (real parts of both frames, then imaginary parts). */
const NUMBER = 8;
const PAIR = 16;
const COMPLEX = 32;

/** Where what lies in the memory of the module, in bytes. */
export interface PairFftPlan {
  /** Of each pass after the first: cosines and sines of the three turns of every butterfly, six numbers each. */
  turns: { partSize: number; offset: number; numbers: Float64Array }[];
  /** Cosine and sine for each bin of the first half of the spectrum, from bin 0. */
  halfTurns: { offset: number; numbers: Float64Array };
  /** Place of the first sample of each butterfly of the first pass. */
  places: { offset: number; integers: Uint32Array };
  /** Both frames side by side, zero-padded. */
  samples: number;
  work: number;
  /** Bins 0 … size/2 of both frames side by side. */
  power: number;
  /** Where the caller's sound begins; the rest of the memory is its. */
  sound: number;
}

/** The layout for transforms of `size` samples; half of it must be a power of 4. */
export function planOf(size: number): PairFftPlan {
  const half = size / 2;
  const digits = Math.log2(half) / 2;
  if (!Number.isInteger(digits) || digits < 2)
    throw new RangeError('half the size of the transform must be a power of 4');
  let end = 0;
  const take = (bytes: number): number => {
    const offset = end;
    end += Math.ceil(bytes / PAIR) * PAIR;
    return offset;
  };
  const angle = (turn: number): number => (2 * Math.PI * turn) / size;
  const turns: PairFftPlan['turns'] = [];
  for (let partSize = 16; partSize <= half; partSize *= 4) {
    const numbers = Float64Array.from({ length: (6 * partSize) / 4 }, (_, k) => {
      const turn = (1 + Math.floor((k % 6) / 2)) * Math.floor(k / 6) * (size / partSize);
      return k % 2 === 0 ? Math.cos(angle(turn)) : Math.sin(angle(turn));
    });
    turns.push({ partSize, offset: take(numbers.byteLength), numbers });
  }
  const halfNumbers = Float64Array.from({ length: half + 2 }, (_, k) =>
    k % 2 === 0 ? Math.cos(angle(k / 2)) : Math.sin(angle((k - 1) / 2)),
  );
  const integers = Uint32Array.from({ length: half / 4 }, (_, butterfly) => {
    let reversed = 0;
    for (let digit = 1, rest = butterfly; digit < digits; digit++, rest >>= 2) reversed = (reversed << 2) | (rest & 3);
    return reversed * COMPLEX;
  });
  return {
    turns,
    halfTurns: { offset: take(halfNumbers.byteLength), numbers: halfNumbers },
    places: { offset: take(integers.byteLength), integers },
    samples: take(size * PAIR),
    work: take(half * COMPLEX),
    power: take((half + 1) * PAIR),
    sound: end,
  };
}

/** Locals of the routine: parameters, integers, pairs. */
const [FIRST, SECOND, I, J, PLACE] = [0, 1, 2, 3, 4];
const PAIRS_FROM = 5;
const local = (index: number): Code => get(PAIRS_FROM + index);
const keep = (index: number, value: Code): Code => set(PAIRS_FROM + index, value);

/**
 * WebAssembly of |FFT|² of two frames of `frameSamples` (even) numbers, zero-padded to `size`: run(first, second), places of
 * the frames in bytes. As `RealFft` does it, the same operations in the same order, with one frame in each half of a register.
 */
export function pairFftModule(
  size: number,
  frameSamples: number,
  plan: PairFftPlan,
  memoryBytes: number,
): Uint8Array<ArrayBuffer> {
  const body = [
    ...sideBySide(frameSamples, plan),
    ...firstPass(size, plan),
    ...plan.turns.flatMap((turns) => pass(size, turns, plan)),
    ...separate(size, plan),
  ];
  return moduleOf({ params: 2, ints: 3, pairs: 16, body }, memoryBytes);
}

/** Samples of both frames, pair by pair. */
function sideBySide(frameSamples: number, { samples }: PairFftPlan): Code {
  const from = (frame: number): Code => [...get(frame), ...get(I), 0x6a];
  return count(I, at(0), frameSamples * NUMBER, PAIR, [
    ...keep(0, load(from(FIRST), 0)),
    ...keep(1, load(from(SECOND), 0)),
    ...store(times(get(I), 2), samples, firsts(local(0), local(1))),
    ...store(times(get(I), 2), samples + PAIR, seconds(local(0), local(1))),
  ]);
}

/** Sums of four complex pairs (locals 0 … 7: real and imaginary part of each) into four places of the work. */
function butterfly(address: Code, offsets: readonly number[]): Code {
  const [ar, ai, br, bi, cr, ci, dr, di] = [0, 1, 2, 3, 4, 5, 6, 7].map(local) as [
    Code,
    Code,
    Code,
    Code,
    Code,
    Code,
    Code,
    Code,
  ];
  const put = (quarter: number, re: Code, im: Code): Code => [
    ...store(address, offsets[quarter]!, re),
    ...store(address, offsets[quarter]! + PAIR, im),
  ];
  return [
    ...keep(8, add(ar, cr)),
    ...keep(9, add(ai, ci)),
    ...keep(10, sub(ar, cr)),
    ...keep(11, sub(ai, ci)),
    ...keep(12, add(br, dr)),
    ...keep(13, add(bi, di)),
    ...keep(14, sub(br, dr)),
    ...keep(15, sub(bi, di)),
    ...put(0, add(local(8), local(12)), add(local(9), local(13))),
    ...put(1, add(local(10), local(15)), sub(local(11), local(14))),
    ...put(2, sub(local(8), local(12)), sub(local(9), local(13))),
    ...put(3, sub(local(10), local(15)), add(local(11), local(14))),
  ];
}

/** Butterflies of four samples, which need no turns; digits are reversed on the way. */
function firstPass(size: number, { places, samples, work }: PairFftPlan): Code {
  const quarterBytes = (size / 8) * COMPLEX;
  const fetched = [0, 1, 2, 3].flatMap((quarter) => [
    ...keep(2 * quarter, load(get(PLACE), samples + quarter * quarterBytes)),
    ...keep(2 * quarter + 1, load(get(PLACE), samples + quarter * quarterBytes + PAIR)),
  ]);
  return count(I, at(0), places.integers.byteLength, 4, [
    ...set(PLACE, loadInt(get(I), places.offset)),
    ...fetched,
    ...set(J, times(get(I), COMPLEX)),
    ...butterfly(
      get(J),
      [0, 1, 2, 3].map((quarter) => work + quarter * COMPLEX),
    ),
  ]);
}

/** Butterflies over parts of `partSize`. The turns are loaded again for every part: there are not enough registers. */
function pass(size: number, { partSize, offset }: PairFftPlan['turns'][number], { work }: PairFftPlan): Code {
  const quarterBytes = (partSize / 4) * COMPLEX;
  const offsets = [0, 1, 2, 3].map((quarter) => work + quarter * quarterBytes);
  const turned = (quarter: number): Code => {
    const cosine = loadTwice(get(J), offset + (quarter - 1) * 2 * NUMBER);
    const sine = loadTwice(get(J), offset + ((quarter - 1) * 2 + 1) * NUMBER);
    return [
      ...keep(8, load(get(PLACE), offsets[quarter]!)),
      ...keep(9, load(get(PLACE), offsets[quarter]! + PAIR)),
      ...keep(10, cosine),
      ...keep(11, sine),
      ...keep(2 * quarter, add(mul(local(8), local(10)), mul(local(9), local(11)))),
      ...keep(2 * quarter + 1, sub(mul(local(9), local(10)), mul(local(8), local(11)))),
    ];
  };
  const one = [
    ...keep(0, load(get(PLACE), offsets[0]!)),
    ...keep(1, load(get(PLACE), offsets[0]! + PAIR)),
    ...turned(1),
    ...turned(2),
    ...turned(3),
    ...butterfly(get(PLACE), offsets),
  ];
  const turnBytes = 6 * NUMBER;
  // I: place of the butterfly within its part; J: its turns.
  return count(I, at(0), quarterBytes, COMPLEX, [
    ...set(J, times([...get(I), ...at(5), 0x76], turnBytes)),
    ...count(PLACE, get(I), (size / 2) * COMPLEX, partSize * COMPLEX, one),
  ]);
}

/** Spectra of the even and odd samples apart, then together; the halves in the sums are left out until the squares. */
function separate(size: number, { work, power, halfTurns }: PairFftPlan): Code {
  const half = size / 2;
  const square = (value: Code, index: number): Code => [...keep(index, value), ...mul(local(index), local(index))];
  const squares = (re: Code, im: Code): Code => add(square(re, 10), square(im, 11));
  const ends = [
    ...keep(0, load(at(0), work)),
    ...keep(1, load(at(0), work + PAIR)),
    ...store(at(0), power, square(add(local(0), local(1)), 10)),
    ...store(at(0), power + half * PAIR, square(sub(local(0), local(1)), 10)),
  ];
  const quarter = twice(0.25);
  const middle = [
    // I: bytes of bin k; J: those of its mirror image.
    ...set(J, below(half * COMPLEX, get(I))),
    ...keep(0, load(get(I), work)),
    ...keep(1, load(get(I), work + PAIR)),
    ...keep(2, load(get(J), work)),
    ...keep(3, load(get(J), work + PAIR)),
    ...set(PLACE, [...get(I), ...at(1), 0x76]),
    ...keep(8, loadTwice(get(PLACE), halfTurns.offset)),
    ...keep(9, loadTwice(get(PLACE), halfTurns.offset + NUMBER)),
    ...keep(4, add(local(0), local(2))),
    ...keep(5, sub(local(1), local(3))),
    ...keep(6, add(local(1), local(3))),
    ...keep(7, sub(local(2), local(0))),
    ...keep(12, add(mul(local(6), local(8)), mul(local(7), local(9)))),
    ...keep(13, sub(mul(local(7), local(8)), mul(local(6), local(9)))),
    ...store(get(PLACE), power, mul(squares(add(local(4), local(12)), add(local(5), local(13))), quarter)),
    ...store(
      [...get(J), ...at(1), 0x76],
      power,
      mul(squares(sub(local(4), local(12)), sub(local(13), local(5))), quarter),
    ),
  ];
  return [...ends, ...count(I, at(COMPLEX), (half / 2 + 1) * COMPLEX, COMPLEX, middle)];
}
