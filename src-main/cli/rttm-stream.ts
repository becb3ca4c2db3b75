import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { AppError } from '#shared/api/errors.ts';
import { RttmLineReader } from '#shared/formats/rttm.ts';
import { badInput } from '#shared/formats/text/bad-input.ts';
import { LineSplitter } from '#shared/formats/text/lines.ts';
import type { Turn } from '#shared/formats/turn.ts';

/** RTTM files from this size on are read piece by piece. */
export const streamFromBytes = 64 * 2 ** 20;
/** Turns held at once: about half a gigabyte. */
export const maxTurnsHeld = 4_000_000;
/** No line of an RTTM is near this; a file without line ends must not fill the memory. */
const maxLineLength = 1_000_000;

/**
 * Turns of an RTTM file of any size, some thousands at a time; memory stays within a few megabytes.
 *
 * @throws AppError not-found, bad-input with line and column: what came before it must not be used
 */
export async function* rttmTurns(file: string, name: string): AsyncGenerator<Turn[], string[]> {
  const reader = new RttmLineReader(name);
  const splitter = new LineSplitter();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  let lines = 0;
  let pending = 0;
  const decode = (bytes?: Buffer): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch {
      throw badInput('the text is not UTF-8', { line: lines + 1, column: 1 }, name, 'Save large files as UTF-8.');
    }
  };
  const turnsOf = (found: Iterable<{ text: string }>): Turn[] => {
    const turns: Turn[] = [];
    for (const { text } of found) {
      lines += 1;
      pending = 0;
      const { turn } = reader.read(text);
      if (turn) turns.push(turn);
    }
    return turns;
  };
  try {
    for await (const bytes of createReadStream(file, { highWaterMark: 2 ** 20 })) {
      const text = decode(bytes as Buffer);
      const before = lines;
      const turns = turnsOf(splitter.push(text));
      pending = lines === before ? pending + text.length : 0;
      if (pending > maxLineLength)
        throw badInput(`the line is longer than ${maxLineLength} characters`, { line: lines + 1, column: 1 }, name);
      yield turns;
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new AppError('not-found', `${file} does not exist.`, { file, fix: 'Check the path.' });
    throw new AppError('bad-input', `${file} cannot be read: ${(error as Error).message}`, { file });
  }
  yield turnsOf([...splitter.push(decode()), ...splitter.end()]);
  return reader.warnings();
}

/** An RTTM, by its name, that is read piece by piece. */
export async function isLargeRttm(file: string): Promise<boolean> {
  if (!file.toLowerCase().endsWith('.rttm')) return false;
  return stat(file).then(
    (found) => found.isFile() && found.size >= streamFromBytes,
    () => false,
  );
}

/** All turns of a large RTTM. @throws AppError bad-input when they are more than memory is meant for */
export async function readLargeRttm(file: string, name: string): Promise<{ turns: Turn[]; warnings: string[] }> {
  const turns: Turn[] = [];
  const batches = rttmTurns(file, name);
  for (;;) {
    const { done, value } = await batches.next();
    if (done) return { turns, warnings: value };
    for (const turn of value) turns.push(turn);
    if (turns.length > maxTurnsHeld) {
      throw new AppError('bad-input', `${name} holds more than ${maxTurnsHeld} turns, which is too many at once.`, {
        file,
        fix: 'Split it by recording; diarist validate reads any size, and so does convert from RTTM to RTTM.',
      });
    }
  }
}
