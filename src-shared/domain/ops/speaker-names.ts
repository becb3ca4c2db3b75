import { AppError } from '../../api/errors.ts';
import type { Speaker } from '../records.ts';

/** Half of a surrogate pair: no file can hold it. */
const loneSurrogate = /\p{Cs}/u;

/** `text` with each half of a character replaced by U+FFFD. */
export const writable = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd');

/** Trimmed. Throws `bad-input` when nothing is left or it cannot be written to a file, `conflict` when it is taken. */
export function checkedName(name: string, others: Iterable<Speaker>): string {
  const trimmed = name.trim();
  if (trimmed === '') throw new AppError('bad-input', 'A speaker needs a name.', { fix: 'Type a name.' });
  if (loneSurrogate.test(trimmed)) {
    throw new AppError('bad-input', 'The name holds half of a character.', { fix: 'Type the name again.' });
  }
  for (const other of others) {
    if (other.name === trimmed) {
      throw new AppError('conflict', `Another speaker of this file is already called ${trimmed}.`, {
        fix: 'Choose another name, or merge the two speakers.',
      });
    }
  }
  return trimmed;
}

/** `Speaker 1`, `Speaker 2`, …: the first that is free. */
export function freeName(taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const name = `Speaker ${number}`;
    if (!taken.has(name)) return name;
  }
}

/** A name people gave by hand is never replaced; one the machine counted out may be. */
export const isDefaultName = ({ name, origin }: Speaker): boolean =>
  origin === 'machine' && /^Speaker \d+$/u.test(name);

/** `name`, or `name (2)`, `name (3)`, … where it is taken; at most 200 characters. */
export function distinctName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) {
    const suffix = ` (${number})`;
    const candidate = `${writable(name.slice(0, 200 - suffix.length))}${suffix}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** The lowest palette index no speaker has. */
export function freeColour(taken: ReadonlySet<number>): number {
  let colour = 0;
  while (taken.has(colour)) colour++;
  return colour;
}

/** Behind all others in the order of lanes. */
export const nextOrder = (speakers: readonly Speaker[]): number =>
  speakers.reduce((highest, { order }) => Math.max(highest, order), -1) + 1;
