import { AppError } from '../../api/errors.ts';

/** Where in a text something is wrong; both from 1, columns in UTF-16 code units. */
export interface TextPosition {
  line: number;
  column: number;
}

/**
 * The error of every parser: nothing was imported, and here is the place.
 *
 * @param problem a clause without a full stop: `the start time is negative`
 */
export function badInput(problem: string, at: TextPosition | null, file?: string, fix?: string): AppError {
  const place = at ? `line ${at.line}, column ${at.column}: ` : '';
  return new AppError('bad-input', `${file ? `${file}, ` : ''}${place}${problem}.`, {
    ...(file === undefined ? {} : { file }),
    fix: fix ?? 'Correct that place and import again; nothing was imported.',
  });
}

/** A piece of the file for a message: one line, cut at 40 characters, control characters shown as `?`. */
export function quote(text: string): string {
  const shown = text.slice(0, 40).replace(/\p{C}/gu, '?');
  return `"${shown}${text.length > 40 ? '…' : ''}"`;
}

/** Position of an offset in a text; line ends are LF, CR LF and lone CR. */
export function positionAt(text: string, offset: number): TextPosition {
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < offset; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) {
      line += 1;
      lineStart = at + 1;
    }
  }
  return { line, column: offset - lineStart + 1 };
}
