import { badInput, quote } from './text/bad-input.ts';
import { columnOfField, fieldsOf, fileIdFromName, linesOf, withoutBom } from './text/lines.ts';
import { parseDecimal, parseSeconds, roundTo } from './text/numbers.ts';
import { noTabs, TokenTable } from './text/tokens.ts';
import { compareTurns, type ParseOptions, type Turn } from './turn.ts';
import type { WrittenLabels } from './registry.ts';

/** Formats of one turn a line: Audacity labels, `.lbl`, STM and LIUM `.seg`. */
export interface LineLabels {
  turns: Turn[];
  warnings: string[];
}

/** One line with its place, for readers of one record a line. */
export class Line {
  readonly text: string;
  readonly number: number;
  readonly #file: string | undefined;
  constructor(text: string, number: number, file: string | undefined) {
    this.text = text;
    this.number = number;
    this.#file = file;
  }
  seconds(value: string, what: string, field: number): number {
    return parseSeconds(value, what, () => this.#at(field), this.#file);
  }
  bad(problem: string, field: number) {
    return badInput(problem, this.#at(field), this.#file);
  }
  /** The same for formats whose columns are not fields between white space. */
  secondsAt(value: string, what: string, column: number): number {
    return parseSeconds(value, what, () => ({ line: this.number, column }), this.#file);
  }
  badAt(problem: string, column: number) {
    return badInput(problem, { line: this.number, column }, this.#file);
  }
  ordered(startSec: number, endSec: number, field: number): void {
    if (endSec < startSec) throw this.bad('the end time is before the start time', field);
    if (endSec === startSec) throw this.bad('the turn has no length', field);
  }
  speaker(name: string, field: number): string {
    if (name.length > 200) throw this.bad('the speaker name is longer than 200 characters', field);
    return name;
  }
  #at(field: number) {
    return { line: this.number, column: columnOfField(this.text, field) };
  }
}

/** What `read` makes of every line that is not blank, without its nulls. */
export function parseLines<T = Turn>(text: string, options: ParseOptions, read: (line: Line) => T | null): T[] {
  const turns: T[] = [];
  let number = 0;
  for (const { text: line } of linesOf(withoutBom(text).body)) {
    number += 1;
    if (line.trim() === '') continue;
    const turn = read(new Line(line, number, options.file));
    if (turn) turns.push(turn);
  }
  return turns;
}

/**
 * Audacity label track: `start TAB end TAB label`, seconds; lines that begin with `\` hold a frequency range. Labels of no
 * length are marks, not turns. @throws AppError bad-input
 */
export function parseAudacity(text: string, options: ParseOptions = {}): LineLabels {
  const fileId = fileIdFromName(options.file);
  let marks = 0;
  let unnamed = 0;
  const turns = parseLines(text, options, (line) => {
    if (line.text.startsWith('\\')) return null;
    const [start, end, ...label] = line.text.split('\t');
    if (start === undefined || end === undefined)
      throw line.bad('a label has a start and an end with a tab between', 0);
    const startSec = line.seconds(start.trim(), 'start time', 0);
    const endSec = line.seconds(end.trim(), 'end time', 1);
    if (endSec === startSec) {
      marks += 1;
      return null;
    }
    line.ordered(startSec, endSec, 1);
    const name = label.join('\t').trim();
    if (name === '') unnamed += 1;
    return { fileId, channel: '1', startSec, endSec, speaker: line.speaker(name || 'unknown', 2), confidence: null };
  });
  const warnings: string[] = [];
  if (marks > 0) warnings.push(`${marks} point label(s) are no turns.`);
  if (unnamed > 0) warnings.push(`${unnamed} label(s) without text are named "unknown".`);
  return { turns, warnings };
}

export function serialiseAudacity(turns: readonly Turn[]): WrittenLabels {
  const token = new TokenTable('Audacity', noTabs);
  const lines = [...turns].sort(compareTurns).map((turn) => {
    return `${seconds(turn.startSec)}\t${seconds(turn.endSec)}\t${token.of('speaker', '', turn.speaker)}\n`;
  });
  return { text: lines.join(''), warnings: token.warnings() };
}

/** ALIZÉ and NIST label files: `start end label`, seconds. @throws AppError bad-input */
export function parseLbl(text: string, options: ParseOptions = {}): LineLabels {
  const fileId = fileIdFromName(options.file);
  const turns = parseLines(text, options, (line) => {
    const fields = fieldsOf(line.text);
    const [start, end, label] = fields;
    if (start?.startsWith(';') || start?.startsWith('#')) return null;
    if (start === undefined || end === undefined || label === undefined || fields.length > 3) {
      throw line.bad(
        `the line has ${fields.length} fields where .lbl has 3: start, end, label`,
        Math.min(3, fields.length),
      );
    }
    const startSec = line.seconds(start, 'start time', 0);
    const endSec = line.seconds(end, 'end time', 1);
    line.ordered(startSec, endSec, 1);
    return { fileId, channel: '1', startSec, endSec, speaker: line.speaker(label, 2), confidence: null };
  });
  return { turns, warnings: [] };
}

export function serialiseLbl(turns: readonly Turn[]): WrittenLabels {
  const token = new TokenTable('.lbl');
  const lines = [...turns].sort(compareTurns).map((turn) => {
    return `${seconds(turn.startSec)} ${seconds(turn.endSec)} ${token.of('speaker', '', turn.speaker)}\n`;
  });
  return { text: lines.join(''), warnings: token.warnings() };
}

/** NIST STM: `file channel speaker start end [<labels>] words`. @throws AppError bad-input */
export function parseStm(text: string, options: ParseOptions = {}): LineLabels {
  const turns = parseLines(text, options, (line) => {
    if (line.text.startsWith(';;')) return null;
    const fields = fieldsOf(line.text);
    const [fileId, channel, speaker, start, end] = fields;
    if (
      fileId === undefined ||
      channel === undefined ||
      speaker === undefined ||
      start === undefined ||
      end === undefined
    ) {
      throw line.bad(`the line has ${fields.length} fields where STM has at least 5`, fields.length);
    }
    const startSec = line.seconds(start, 'start time', 3);
    const endSec = line.seconds(end, 'end time', 4);
    line.ordered(startSec, endSec, 4);
    const words = line.text.slice(columnOfField(line.text, 5) - 1).trim();
    const turn: Turn = { fileId, channel, startSec, endSec, speaker: line.speaker(speaker, 2), confidence: null };
    return words === '' ? turn : { ...turn, text: words };
  });
  return { turns, warnings: [] };
}

export function serialiseStm(turns: readonly Turn[]): WrittenLabels {
  const token = new TokenTable('STM');
  const lines = [...turns].sort(compareTurns).map((turn) => {
    const fileId = token.of('file id', '', turn.fileId);
    const head = `${fileId} ${token.of('channel', fileId, turn.channel)} ${token.of('speaker', fileId, turn.speaker)}`;
    const words = (turn.text ?? '').replace(/\s+/gu, ' ').trim();
    return `${head} ${seconds(turn.startSec)} ${seconds(turn.endSec)}${words === '' ? '' : ` ${words}`}\n`;
  });
  return { text: lines.join(''), warnings: token.warnings() };
}

/** LIUM SpkDiarization: `show channel start length gender band environment cluster` in frames of 10 ms. */
const liumFrameSec = 0.01;

/** @throws AppError bad-input */
export function parseLium(text: string, options: ParseOptions = {}): LineLabels {
  const turns = parseLines(text, options, (line) => {
    if (line.text.startsWith(';')) return null;
    const fields = fieldsOf(line.text);
    const [fileId, channel, start, length, , , , cluster] = fields;
    if (
      fileId === undefined ||
      channel === undefined ||
      start === undefined ||
      length === undefined ||
      cluster === undefined
    ) {
      throw line.bad(`the line has ${fields.length} fields where LIUM .seg has 8`, fields.length);
    }
    const first = frames(line, start, 2);
    const count = frames(line, length, 3);
    if (count === 0) throw line.bad('the turn has no length', 3);
    const startSec = roundTo(first * liumFrameSec, 2);
    const endSec = line.seconds(String(roundTo((first + count) * liumFrameSec, 2)), 'end time', 3);
    return { fileId, channel, startSec, endSec, speaker: line.speaker(cluster, 7), confidence: null };
  });
  return { turns, warnings: [] };
}

function frames(line: Line, text: string, field: number): number {
  const value = parseDecimal(text);
  if (value === null || !Number.isInteger(value) || value < 0 || value > 36_000_000) {
    throw line.bad(`${quote(text)} is not a count of 10 ms frames`, field);
  }
  return value;
}

export function serialiseLium(turns: readonly Turn[]): WrittenLabels {
  const token = new TokenTable('LIUM');
  let rounded = 0;
  let tooShort = 0;
  const lines = [...turns].sort(compareTurns).flatMap((turn) => {
    const [start, end] = [turn.startSec / liumFrameSec, turn.endSec / liumFrameSec];
    const [first, last] = [Math.round(start), Math.round(end)];
    if (last <= first) {
      tooShort += 1;
      return [];
    }
    if (Math.abs(start - first) > 1e-6 || Math.abs(end - last) > 1e-6) rounded += 1;
    const fileId = token.of('file id', '', turn.fileId);
    const speaker = token.of('speaker', fileId, turn.speaker);
    return [`${fileId} ${token.of('channel', fileId, turn.channel)} ${first} ${last - first} U U U ${speaker}\n`];
  });
  const warnings = token.warnings();
  if (rounded > 0) warnings.push(`Times of ${rounded} turn(s) were rounded to 10 ms, which is what LIUM .seg holds.`);
  if (tooShort > 0) warnings.push(`${tooShort} turn(s) shorter than 10 ms were left out.`);
  return { text: lines.join(''), warnings };
}

/** Seconds with three decimals or more, as many as it takes, six at most. */
export function seconds(sec: number): string {
  const text = String(roundTo(sec, 6));
  if (text.includes('e')) return sec.toFixed(6);
  const decimals = text.includes('.') ? text.length - text.indexOf('.') - 1 : 0;
  return decimals > 3 ? text : roundTo(sec, 6).toFixed(3);
}
