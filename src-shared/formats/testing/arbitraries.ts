import fc from 'fast-check';
import type { Turn } from '../turn.ts';

/** Times on the millisecond, as our edits make them. */
export const milliseconds = (maxSec: number) => fc.integer({ min: 0, max: maxSec * 1000 }).map((ms) => ms / 1000);

/** Names a person may give: any letters, quotes, markup, keys with a meaning to JavaScript. */
export const speakerName = fc.oneof(
  fc.constantFrom(
    'Anna',
    'spk00',
    'ID_0/3',
    'Zoë 🎤',
    '__proto__',
    'constructor',
    '"quoted"',
    '<b>',
    'a,b;c',
    '7',
    'naïve\u00a0name',
  ),
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .map((name) => name.replace(/[\p{Cc}\p{Cs}]/gu, '').trim())
    .filter((name) => name !== ''),
);

export const fileToken = fc.constantFrom('talk', 'trñ00', 'EN2002a.Mix-Headset', 'a-b_c');

export const turn = (speaker: fc.Arbitrary<string>, fileId: fc.Arbitrary<string> = fileToken): fc.Arbitrary<Turn> =>
  fc
    .record({
      fileId,
      startSec: milliseconds(20_000),
      lengthMs: fc.integer({ min: 1, max: 600_000 }),
      speaker,
      confidence: fc.option(fc.integer({ min: 0, max: 10_000 }).map((n) => n / 10_000)),
    })
    .map(({ fileId: id, startSec, lengthMs, speaker: name, confidence }) => ({
      fileId: id,
      channel: '1',
      startSec,
      endSec: (Math.round(startSec * 1000) + lengthMs) / 1000,
      speaker: name,
      confidence,
    }));

/** Text made of the pieces of a format, mostly broken: what a parser must refuse or read, never crash on. */
export const textOfPieces = (pieces: readonly string[]) =>
  fc
    .array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...pieces) }, fc.string({ maxLength: 5 })), {
      maxLength: 60,
    })
    .map((parts) => parts.join(''));

/** A valid text with a few characters removed, doubled or replaced. */
export const damaged = (text: string) =>
  fc
    .array(
      fc.tuple(
        fc.nat(Math.max(0, text.length - 1)),
        fc.constantFrom('', '\0', '-', '9'.repeat(400), 'e308', '\t', '{', '<', '"', '\r', '\uFEFF', 'NaN'),
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((edits) => edits.reduce((now, [at, piece]) => now.slice(0, at) + piece + now.slice(at + 1), text));
