import { fileIdOf } from '../../domain/media.ts';

/** One line of a text with the end it had: `''` only on the last. */
export interface TextLine {
  text: string;
  eol: '\n' | '\r\n' | '\r' | '';
}

/**
 * Splits pieces of a text into lines as they arrive, so that a file of any size can be read in bounded memory. Joining
 * `text + eol` of all lines gives the text back exactly.
 */
export class LineSplitter {
  #rest = '';

  /** Complete lines of what has arrived so far. */
  *push(piece: string): Generator<TextLine> {
    const text = this.#rest + piece;
    let start = 0;
    // A CR at the very end may be half of CR LF: wait.
    const limit = text.endsWith('\r') ? text.length - 1 : text.length;
    // Each is looked for again only when passed: a file may hold only one of them.
    let newline = text.indexOf('\n');
    let carriage = text.indexOf('\r');
    for (;;) {
      if (newline >= 0 && newline < start) newline = text.indexOf('\n', start);
      if (carriage >= 0 && carriage < start) carriage = text.indexOf('\r', start);
      const end = carriage >= 0 && (newline < 0 || carriage < newline) ? carriage : newline;
      if (end < 0 || end >= limit) break;
      const pair = end === carriage && newline === end + 1;
      yield { text: text.slice(start, end), eol: pair ? '\r\n' : end === carriage ? '\r' : '\n' };
      start = end + (pair ? 2 : 1);
    }
    this.#rest = text.slice(start);
  }

  /** The unfinished last line, if any. */
  *end(): Generator<TextLine> {
    const rest = this.#rest;
    this.#rest = '';
    if (rest === '') return;
    if (rest.endsWith('\r')) yield { text: rest.slice(0, -1), eol: '\r' };
    else yield { text: rest, eol: '' };
  }
}

/** All lines of a text. */
export function* linesOf(text: string): Generator<TextLine> {
  const splitter = new LineSplitter();
  yield* splitter.push(text);
  yield* splitter.end();
}

/** A text without its byte order mark, and whether it had one. */
export function withoutBom(text: string): { bom: boolean; body: string } {
  return text.startsWith('\uFEFF') ? { bom: true, body: text.slice(1) } : { bom: false, body: text };
}

/** Fields between runs of spaces and tabs. By hand: a regular expression takes three times as long on a million lines. */
export function fieldsOf(line: string): string[] {
  const fields: string[] = [];
  let start = -1;
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    const isSpace = code === 0x20 || (code >= 0x09 && code <= 0x0d);
    if (isSpace === start < 0) continue;
    if (isSpace) fields.push(line.slice(start, at));
    start = isSpace ? -1 : at;
  }
  if (start >= 0) fields.push(line.slice(start));
  return fields;
}

/** Column (from 1) of a field of {@link fieldsOf}; past the end for a missing one. */
export function columnOfField(line: string, index: number): number {
  const pattern = /[^ \t-\r]+/g;
  for (let at = 0; ; at++) {
    const match = pattern.exec(line);
    if (!match) return line.length + 1;
    if (at === index) return match.index + 1;
  }
}

/** Stem of a file name as the file id of its turns; `audio` where nothing is known. */
export function fileIdFromName(file: string | undefined): string {
  const base = (file ?? '').replace(/^.*[/\\]/, '');
  return base === '' ? 'audio' : fileIdOf(base);
}
