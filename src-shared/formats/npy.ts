import { AppError } from '../api/errors.ts';
import { hysteresisRegions } from '../signal/hysteresis.ts';
import type { HysteresisRules } from '../signal/hysteresis.ts';
import { unionOf } from './spans.ts';
import { badInput, quote } from './text/bad-input.ts';
import { fileIdFromName } from './text/lines.ts';
import { maxTimeSec, roundTo } from './text/numbers.ts';
import { compareText, type ParseOptions, type Turn } from './turn.ts';
import type { WriteOptions, WrittenLabels } from './registry.ts';

/** Frames a second where nobody says otherwise: the 10 ms grid of the frame metrics. */
export const matrixFps = 100;
const magic = '\x93NUMPY';
const maxColumns = 1000;
/** A hundred hours of two speakers at 100 frames a second, with room. */
const maxCells = 200_000_000;
/** Above it a speaker talks: a flag, or a posterior. */
const threshold = 0.5;

interface Matrix {
  frames: number;
  speakers: number;
  at: (frame: number, speaker: number) => number;
}

/**
 * Activity matrices of NumPy (format 1.0–3.0): T frames × S speakers of flags, counts or posteriors; above 0.5 a speaker
 * talks. A vector is one speaker. Posteriors between 0 and 1 become the confidence of the turn, their mean.
 *
 * @param text a character a byte
 * @throws AppError bad-input; all or nothing
 */
export function parseNpy(text: string, options: ParseOptions = {}): { turns: Turn[]; warnings: string[] } {
  const fps = options.fps ?? matrixFps;
  const { frames, speakers, at } = readMatrix(text, options.file);
  if (frames / fps > maxTimeSec)
    throw badInput(`${frames} frames at ${fps} a second are more than ${maxTimeSec} s (100 hours)`, null, options.file);
  const fileId = fileIdFromName(options.file);
  const turns: Turn[] = [];
  const seconds = (frame: number) => roundTo(frame / fps, 6);
  if (options.posteriorRules) {
    const rules = options.posteriorRules;
    readPosteriors(text, options.file ?? '').forEach((column, speaker) =>
      turns.push(...ruledTurns(column, 1 / fps, rules, { fileId, speaker: `spk${pad(speaker)}` })),
    );
  }
  for (let speaker = 0; !options.posteriorRules && speaker < speakers; speaker++) {
    let start = -1;
    let sum = 0;
    let isPosterior = false;
    for (let frame = 0; frame <= frames; frame++) {
      const value = frame < frames ? at(frame, speaker) : 0;
      if (!Number.isFinite(value))
        throw badInput(`the value of frame ${frame}, speaker ${speaker} is not a finite number`, null, options.file);
      if (value > threshold) {
        if (start < 0) start = frame;
        sum += value;
        isPosterior ||= value < 1;
      } else if (start >= 0) {
        const mean = sum / (frame - start);
        const confidence = isPosterior && mean <= 1 ? roundTo(mean, 4) : null;
        const [startSec, endSec] = [seconds(start), seconds(frame)];
        if (endSec > startSec)
          turns.push({ fileId, channel: '1', startSec, endSec, speaker: `spk${pad(speaker)}`, confidence });
        [start, sum, isPosterior] = [-1, 0, false];
      }
    }
  }
  turns.sort((a, b) => a.startSec - b.startSec || a.endSec - b.endSec);
  const warnings = [`Speakers have no names in a matrix: columns are called spk00, spk01, ….`];
  if (options.fps === undefined)
    warnings.push(`A matrix does not say how long a frame is: ${matrixFps} frames a second were assumed.`);
  return { turns, warnings };
}

/** Probabilities that were computed in half precision may miss 0 and 1 by so much. */
const ROUNDING = 1e-3;

/**
 * Probabilities by speaker, frames of a T × S matrix.
 * @param text a character a byte
 * @throws AppError bad-input, also for what is no probability and for a matrix that lies on its side
 */
export function readPosteriors(text: string, file: string): Float64Array[] {
  const { frames, speakers, at } = readMatrix(text, file);
  if (speakers > frames && frames > 0)
    throw badInput(`more speakers (${speakers}) than frames (${frames})`, null, file, 'Transpose it: a row per frame.');
  return Array.from({ length: speakers }, (_, speaker) => {
    const column = Float64Array.from({ length: frames }, (__, frame) => at(frame, speaker));
    const wrong = column.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw badInput(`the value of frame ${wrong}, speaker ${speaker} is not a finite number`, null, file);
    const outside = column.findIndex((value) => value < -ROUNDING || value > 1 + ROUNDING);
    if (outside >= 0)
      throw badInput(
        `the value of frame ${outside}, speaker ${speaker} is ${roundTo(column[outside]!, 4)}, no probability`,
        null,
        file,
        'Save what comes after the sigmoid, numbers from 0 to 1.',
      );
    return column;
  });
}

/** Turns of one speaker by two thresholds, padding and least durations; the mean posterior inside is the confidence. */
function ruledTurns(
  column: Float64Array,
  stepSec: number,
  rules: HysteresisRules,
  who: { fileId: string; speaker: string },
): Turn[] {
  return hysteresisRegions(column, stepSec, column.length * stepSec, rules).flatMap((region) => {
    const [startSec, endSec] = [roundTo(region.startSec, 6), roundTo(region.endSec, 6)];
    if (endSec <= startSec) return [];
    const part = column.subarray(
      Math.floor(region.startSec / stepSec + 1e-6),
      Math.ceil(region.endSec / stepSec - 1e-6),
    );
    const mean = part.reduce((sum, value) => sum + value, 0) / Math.max(1, part.length);
    const confidence = mean >= 0 && mean <= 1 ? roundTo(mean, 4) : null;
    return [{ ...who, channel: '1', startSec, endSec, confidence }];
  });
}

const pad = (column: number): string => String(column).padStart(2, '0');

function readMatrix(text: string, file: string | undefined): Matrix {
  const bad = (problem: string) => badInput(`not a NumPy matrix that is read here: ${problem}`, null, file, npyFix);
  if (!text.startsWith(magic) || text.length < 10) throw bad('the file does not begin with its mark');
  const byte = (at: number) => text.charCodeAt(at);
  const version = byte(6);
  if (version < 1 || version > 3) throw bad(`format version ${version}`);
  const headAt = version === 1 ? 10 : 12;
  if (text.length < headAt) throw bad('the header is cut off');
  const headLength = byte(8) + 256 * byte(9) + (version === 1 ? 0 : 65_536 * (byte(10) + 256 * byte(11)));
  const dataAt = headAt + headLength;
  if (headLength > 65_536 || dataAt > text.length) throw bad('the header is cut off or too long');
  const head = text.slice(headAt, dataAt);
  const descr = /'descr'\s*:\s*'([^']{1,8})'/.exec(head)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(head)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,]{0,60})\)/.exec(head)?.[1];
  if (descr === undefined || order === undefined || shape === undefined) throw bad('the header cannot be read');
  const reader = readers.get(descr.slice(1));
  if (!reader || !'|<>='.includes(descr[0]!)) throw bad(`numbers of type ${quote(descr)}`);
  const sizes = shape
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map(Number);
  const [frames, speakers = 1] = sizes;
  if (frames === undefined || sizes.length > 2) throw bad(`${sizes.length} dimensions where a matrix has two`);
  if (speakers > maxColumns)
    throw bad(`${speakers} columns; the second dimension is the speakers, ${maxColumns} at most`);
  const { bytes, read } = reader;
  if (dataAt + frames * speakers * bytes !== text.length)
    throw bad(`${text.length - dataAt} bytes of numbers where ${frames} × ${speakers} × ${bytes} are due`);
  const view = new DataView(Uint8Array.from(text.slice(dataAt), (char) => char.charCodeAt(0)).buffer);
  const little = descr[0] !== '>';
  const byColumn = order === 'True';
  const index = (frame: number, speaker: number) => (byColumn ? speaker * frames + frame : frame * speakers + speaker);
  return { frames, speakers, at: (frame, speaker) => read(view, index(frame, speaker) * bytes, little) };
}

const npyFix = 'Save it with numpy.save: T × S numbers or flags, a row per frame.';

type Reader = (view: DataView, at: number, little: boolean) => number;
const readers = new Map<string, { bytes: number; read: Reader }>(
  Object.entries<[number, Reader]>({
    b1: [1, (view, at) => view.getUint8(at)],
    u1: [1, (view, at) => view.getUint8(at)],
    i1: [1, (view, at) => view.getInt8(at)],
    u2: [2, (view, at, little) => view.getUint16(at, little)],
    i2: [2, (view, at, little) => view.getInt16(at, little)],
    u4: [4, (view, at, little) => view.getUint32(at, little)],
    i4: [4, (view, at, little) => view.getInt32(at, little)],
    u8: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
    i8: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
    f2: [2, (view, at, little) => half(view.getUint16(at, little))],
    f4: [4, (view, at, little) => view.getFloat32(at, little)],
    f8: [8, (view, at, little) => view.getFloat64(at, little)],
  }).map(([type, [bytes, read]]) => [type, { bytes, read }] as const),
);

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A matrix of flags (`|u1`), a column per speaker in order of name, on a grid of `options.fps` frames a second. */
export function serialiseNpy(turns: readonly Turn[], options: WriteOptions): WrittenLabels {
  const fps = options.fps ?? matrixFps;
  const names = [...new Set(turns.map((turn) => turn.speaker))].sort(compareText);
  const warnings = [`A matrix does not say how long a frame is: it has ${fps} frames a second.`];
  const column = new Map(names.map((name, at) => [name, at]));
  if (names.length > 0)
    warnings.push(`Columns of the matrix, in order: ${names.map((name) => quote(name)).join(', ')}.`);
  const exact = turns.map((turn) => ({ turn, start: turn.startSec * fps, end: turn.endSec * fps }));
  const rounded = exact.filter(({ start, end }) => offGrid(start) || offGrid(end)).length;
  if (rounded > 0) warnings.push(`Times of ${rounded} turn(s) were rounded to whole frames.`);
  const lost = exact.filter(({ start, end }) => Math.round(end) <= Math.round(start)).length;
  if (lost > 0) warnings.push(`${lost} turn(s) shorter than a frame were left out.`);
  const frames = exact.reduce((last, { end }) => Math.max(last, Math.round(end)), 0);
  if (names.length > maxColumns || frames * names.length > maxCells)
    throw new AppError(
      'unsupported',
      `A matrix of ${frames} frames × ${names.length} speakers is too large to write.`,
      {
        fix: 'Write fewer frames a second, or a format that holds turns.',
      },
    );
  const cells = new Uint8Array(frames * names.length);
  let joined = 0;
  for (const name of names) {
    const own = exact
      .filter(({ turn }) => turn.speaker === name)
      .map(({ start, end }) => ({ start: Math.round(start), end: Math.round(end) }))
      .filter((span) => span.end > span.start);
    const spans = unionOf(own);
    joined += own.length - spans.length;
    for (const { start, end } of spans)
      for (let frame = start; frame < end; frame++) cells[frame * names.length + column.get(name)!] = 1;
  }
  if (joined > 0)
    warnings.push(`${joined} turn(s) that touch or overlap another of the same speaker became one with it.`);
  const dictionary = `{'descr': '|u1', 'fortran_order': False, 'shape': (${frames}, ${names.length}), }`;
  const head = `${dictionary.padEnd(64 * Math.ceil((dictionary.length + 11) / 64) - 11)}\n`;
  const size = String.fromCharCode(head.length & 255, head.length >> 8);
  const parts = [`${magic}\x01\x00${size}${head}`];
  for (let at = 0; at < cells.length; at += 8192) parts.push(String.fromCharCode(...cells.subarray(at, at + 8192)));
  return { text: parts.join(''), warnings };
}

const offGrid = (value: number): boolean => Math.abs(value - Math.round(value)) > 1e-6;
