/**
 * Instructions of WebAssembly as bytes (https://webassembly.github.io/spec/core/binary), as far as the transform needs
 * them. Values lie on the stack: `add(x, y)` is x, then y, then the instruction.
 */
export type Code = readonly number[];

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return [...out, rest];
    out.push((rest & 127) | 128);
  }
}

/** Signed LEB128, of what is not negative. */
function signed(value: number): number[] {
  const out = unsigned(value);
  // The sixth bit of the last byte is the sign.
  if ((out.at(-1)! & 64) === 0) return out;
  return [...out.slice(0, -1), out.at(-1)! | 128, 0];
}

const SIMD = 0xfd;
/** Alignment of a load or store, as a power of two: 16 and 8 bytes. */
const BY_16 = 4;
const BY_8 = 3;

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
const int = (value: number): Code => [0x41, ...signed(value)];

/** Both numbers at `address` + `offset`. */
export const load = (address: Code, offset: number): Code => [...address, SIMD, 0x00, BY_16, ...unsigned(offset)];
/** The number at `address` + `offset`, twice. */
export const loadTwice = (address: Code, offset: number): Code => [...address, SIMD, 0x0a, BY_8, ...unsigned(offset)];
export const loadInt = (address: Code, offset: number): Code => [...address, 0x28, 2, ...unsigned(offset)];
export const store = (address: Code, offset: number, value: Code): Code => [
  ...address,
  ...value,
  SIMD,
  0x0b,
  BY_16,
  ...unsigned(offset),
];

const twoOf =
  (instruction: number) =>
  (x: Code, y: Code): Code => [...x, ...y, SIMD, ...unsigned(instruction)];
export const add = twoOf(0xf0);
export const sub = twoOf(0xf1);
export const mul = twoOf(0xf2);
/** First numbers of two pairs, second numbers of two pairs. */
export const firsts = (x: Code, y: Code): Code => shuffle(x, y, 0);
export const seconds = (x: Code, y: Code): Code => shuffle(x, y, 8);
const shuffle = (x: Code, y: Code, from: number): Code => [
  ...x,
  ...y,
  SIMD,
  0x0d,
  ...Array.from({ length: 16 }, (_, byte) => (byte < 8 ? from + byte : 16 + from + byte - 8)),
];
/** A number as a pair of itself. */
export const twice = (value: number): Code => [
  0x44,
  ...new Uint8Array(Float64Array.of(value).buffer),
  SIMD,
  ...unsigned(0x14),
];

/** The integer `local` from `start`, below `end` (at least one turn), by `step`. */
export const count = (local: number, start: Code, end: number, step: number, body: Code): Code => [
  ...set(local, start),
  ...[0x03, 0x40],
  ...body,
  ...set(local, [...get(local), ...int(step), 0x6a]),
  ...[...get(local), ...int(end), 0x49, 0x0d, 0],
  0x0b,
];
export const at = (value: number): Code => int(value);
/** The integer x · factor. */
export const times = (x: Code, factor: number): Code => [...x, ...int(factor), 0x6c];
/** The integer end − x. */
export const below = (end: number, x: Code): Code => [...int(end), ...x, 0x6b];

export interface Routine {
  /** Integer parameters come first among the locals, then integers, then pairs of numbers. */
  params: number;
  ints: number;
  pairs: number;
  body: Code;
}

const INT = 0x7f;
const PAIR = 0x7b;
const PAGE_BYTES = 65_536;

/** A module of one routine, exported as `run`, and its memory, exported as `memory`. */
export function moduleOf({ params, ints, pairs, body }: Routine, memoryBytes: number): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
  const name = (text: string): Code => [text.length, ...new TextEncoder().encode(text)];
  const locals = [2, ...unsigned(ints), INT, ...unsigned(pairs), PAIR];
  const code = [...locals, ...body, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, params, ...Array<number>(params).fill(INT), 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...unsigned(Math.ceil(memoryBytes / PAGE_BYTES))]),
    ...section(7, [2, ...name('run'), 0, 0, ...name('memory'), 2, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}
