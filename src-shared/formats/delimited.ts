import { badInput, quote, type TextPosition } from './text/bad-input.ts';
import { fileIdFromName, withoutBom } from './text/lines.ts';
import { addDecimals, parseDecimal, parseSeconds } from './text/numbers.ts';
import { seconds } from './line-labels.ts';
import { compareTurns, type ParseOptions, type Turn } from './turn.ts';

/**
 * Tables with a header line: comma, semicolon or tab between, RFC 4180 quotes. Columns are found by name, in any order;
 * needed are a start, an end or a duration, and a speaker.
 */
const columnNames = {
  fileId: ['file', 'file_id', 'fileid', 'recording', 'recording_id', 'uri', 'filename', 'audio', 'session_id'],
  channel: ['channel', 'chan', 'chnl'],
  start: ['start', 'start_time', 'start_sec', 'onset', 'begin', 'tmin', 'from'],
  end: ['end', 'end_time', 'end_sec', 'offset', 'stop', 'tmax', 'to'],
  duration: ['duration', 'dur', 'duration_sec'],
  speaker: ['speaker', 'speaker_id', 'spk', 'label', 'name', 'who'],
  confidence: ['confidence', 'score'],
  text: ['text', 'transcript', 'words'],
} as const;
type Column = keyof typeof columnNames;

interface Cell {
  text: string;
  at: TextPosition;
}

export interface TableLabels {
  turns: Turn[];
  warnings: string[];
}

/** @throws AppError bad-input with line and column; all or nothing */
export function parseDelimited(text: string, options: ParseOptions = {}): TableLabels {
  const { body } = withoutBom(text);
  const [header, ...rows] = readTable(body, separatorOf(body), options.file);
  if (!header) throw badInput('the table is empty', { line: 1, column: 1 }, options.file);
  const columns = findColumns(header, options.file);
  const fileId = fileIdFromName(options.file);
  let oddConfidence = 0;
  const turns = rows.map((row): Turn => {
    const first = row[0]!;
    if (row.length !== header.length) {
      throw badInput(`the row has ${row.length} cells, the header ${header.length}`, first.at, options.file);
    }
    const cell = (column: Column) => (columns[column] === undefined ? null : row[columns[column]]!);
    const start = cell('start')!;
    const startSec = parseSeconds(start.text, 'start time', start.at, options.file);
    const end = cell('end') ?? cell('duration')!;
    const value = parseSeconds(end.text, columns.end === undefined ? 'duration' : 'end time', end.at, options.file);
    const endSec = columns.end === undefined ? addDecimals(startSec, start.text, value, end.text) : value;
    if (endSec <= startSec) throw badInput('the turn has no length or ends before it begins', end.at, options.file);
    const speaker = cell('speaker')!;
    const name = unguarded(speaker.text).trim();
    if (name === '' || name.length > 200)
      throw badInput('the speaker name is empty or longer than 200 characters', speaker.at, options.file);
    const confidence = parseDecimal(cell('confidence')?.text ?? '');
    const known = confidence !== null && confidence >= 0 && confidence <= 1;
    if ((cell('confidence')?.text ?? '') !== '' && !known) oddConfidence += 1;
    const turn: Turn = {
      fileId: unguarded(cell('fileId')?.text ?? '') || fileId,
      channel: cell('channel')?.text || '1',
      startSec,
      endSec,
      speaker: name,
      confidence: known ? confidence : null,
    };
    const words = unguarded(cell('text')?.text ?? '');
    return words === '' ? turn : { ...turn, text: words };
  });
  const warnings =
    oddConfidence > 0 ? [`${oddConfidence} confidence value(s) that are no number from 0 to 1 are not shown.`] : [];
  return { turns, warnings };
}

function separatorOf(body: string): string {
  const header = /^[^\r\n]*/.exec(body)![0];
  const counts = [',', '\t', ';'].map((separator) => ({ separator, count: header.split(separator).length }));
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).separator;
}

function findColumns(header: readonly Cell[], file: string | undefined): Partial<Record<Column, number>> {
  const names = header.map((cell) =>
    cell.text
      .trim()
      .toLowerCase()
      .replaceAll(/[\s-]+/g, '_'),
  );
  const columns: Partial<Record<Column, number>> = {};
  for (const [column, known] of Object.entries(columnNames) as [Column, readonly string[]][]) {
    const at = known.map((name) => names.indexOf(name)).find((index) => index >= 0);
    if (at !== undefined) columns[column] = at;
  }
  const missing =
    columns.start === undefined
      ? 'start'
      : columns.end === undefined && columns.duration === undefined
        ? 'end'
        : columns.speaker === undefined
          ? 'speaker'
          : null;
  if (missing === null) return columns;
  const fix = 'The first line names the columns: start, end (or duration) and speaker are needed.';
  throw badInput(`the header has no column "${missing}"`, { line: 1, column: 1 }, file, fix);
}

function readTable(body: string, separator: string, file: string | undefined): Cell[][] {
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  let line = 1;
  let lineStart = 0;
  let at = 0;
  const plain = new RegExp(`[${separator === '\t' ? '\\t' : separator}\\r\\n]`, 'g');
  while (at < body.length || row.length > 0) {
    const place = { line, column: at - lineStart + 1 };
    let text = '';
    if (body[at] === '"') {
      for (at += 1; ; at++) {
        const close = body.indexOf('"', at);
        if (close < 0) throw badInput('a cell in quotes is not closed', place, file);
        const part = body.slice(at, close);
        for (let newline = part.indexOf('\n'); newline >= 0; newline = part.indexOf('\n', newline + 1)) {
          line += 1;
          lineStart = at + newline + 1;
        }
        text += part;
        at = close + 1;
        if (body[at] !== '"') break;
        text += '"';
      }
      if (at < body.length && ![separator, '\r', '\n'].includes(body[at]!)) {
        throw badInput(
          `unexpected ${quote(body[at]!)} after a cell in quotes`,
          { line, column: at - lineStart + 1 },
          file,
        );
      }
    } else {
      plain.lastIndex = at;
      const end = plain.exec(body)?.index ?? body.length;
      text = body.slice(at, end);
      at = end;
    }
    row.push({ text, at: place });
    if (body[at] === separator) {
      at += 1;
      if (at < body.length) continue;
      row.push({ text: '', at: { line, column: at - lineStart + 1 } });
    }
    if (row.length > 1 || row[0]!.text !== '') rows.push(row);
    row = [];
    if (body[at] === '\r' && body[at + 1] === '\n') at += 1;
    at += 1;
    line += 1;
    lineStart = at;
  }
  return rows;
}

/**
 * Spreadsheets run cells that begin with `=`, `+`, `-` or `@` as formulas: such text gets an apostrophe in front, and
 * loses one when read. Text that has apostrophes there already gets one more, so that reading gives back what was written.
 */
const guarded = (text: string): string => (/^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text);
const unguarded = (text: string): string => (/^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text);

/** A cell as RFC 4180 has it, quoted where it must be, that no spreadsheet runs as a formula. */
export function delimitedCell(text: string, separator: ',' | '\t' = ','): string {
  const safe = guarded(text);
  return /["\r\n]/.test(safe) || safe.includes(separator) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** `file, channel, start, end, speaker, confidence` and, if any turn has words, `text`. */
export function serialiseDelimited(turns: readonly Turn[], separator: ',' | '\t'): string {
  const withText = turns.some((turn) => turn.text);
  const row = (cells: readonly string[]) => `${cells.map((text) => delimitedCell(text, separator)).join(separator)}\n`;
  const header = ['file', 'channel', 'start', 'end', 'speaker', 'confidence', ...(withText ? ['text'] : [])];
  const rows = [...turns].sort(compareTurns).map((turn) => {
    const confidence = turn.confidence === null ? '' : String(Number(turn.confidence.toFixed(4)));
    const cells = [turn.fileId, turn.channel, seconds(turn.startSec), seconds(turn.endSec), turn.speaker, confidence];
    return row(withText ? [...cells, turn.text ?? ''] : cells);
  });
  return row(header) + rows.join('');
}
