import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../api/errors.ts';
import { parseRttm, rttmFromTurns, serialiseRttm } from './rttm.ts';
import { damaged, fileToken, textOfPieces, turn } from './testing/arbitraries.ts';
import { compareTurns } from './turn.ts';

vi.setConfig({ testTimeout: 60_000 });

const line = (start: string, duration: string, name = 'spk') =>
  `SPEAKER f 1 ${start} ${duration} <NA> <NA> ${name} <NA> <NA>\n`;
const errorOf = (text: string): AppError => {
  try {
    parseRttm(text, { file: 'a.rttm' });
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error(`was read: ${text}`);
};

describe('parseRttm', () => {
  it('gives turns with file, channel, name and confidence', () => {
    const text = 'SPEAKER talk 2 3.24 2.08 <NA> <NA> ID_0/3 0.75 <NA>\n';
    expect(parseRttm(text).turns).toEqual([
      { fileId: 'talk', channel: '2', startSec: 3.24, endSec: 5.32, speaker: 'ID_0/3', confidence: 0.75 },
    ]);
  });

  it('adds start and duration as decimals, not as binary fractions', () => {
    expect(parseRttm(line('0.1', '0.2')).turns[0]!.endSec).toBe(0.3);
    expect(parseRttm(line('41.120000', '39.360000')).turns[0]!.endSec).toBe(80.48);
  });

  it('keeps comments, SPKR-INFO, other records, spacing, line ends, precision and byte order mark to the byte', () => {
    const text =
      '\uFEFF;; made by hand\r\n' +
      'SPKR-INFO f 1 <NA> <NA> <NA> adult_female anna <NA>\n' +
      '\tSPEAKER  f 1   0.0   1.500000 <NA> <NA>\tanna <NA> <NA>  \r' +
      '\n  \n# also a comment\nNON-SPEECH f 1 3 1 <NA> noise <NA> <NA>\nSPEAKER f 1 1e1 .5 <NA> <NA> b <NA>';
    const document = parseRttm(text);
    expect(serialiseRttm(document)).toBe(text);
    expect(document.turns.map((one) => [one.startSec, one.endSec])).toEqual([
      [0, 1.5],
      [10, 10.5],
    ]);
    expect(document.speakers).toEqual([{ fileId: 'f', channel: '1', subtype: 'adult_female', speaker: 'anna' }]);
    expect(document.warnings).toEqual(['1 NON-SPEECH line(s) are kept but are no turns.']);
  });

  it('keeps a confidence outside 0…1 in the file and says that it is not shown', () => {
    const text = line('0', '1').replace('<NA> <NA>\n', '-3.5 <NA>\n');
    const document = parseRttm(text);
    expect(document.turns[0]!.confidence).toBeNull();
    expect(document.warnings).toHaveLength(1);
    expect(serialiseRttm(document)).toBe(text);
  });

  it.each([
    ['NaN', '1', 'start time "NaN" is not a number', 13],
    ['Inf', '1', 'start time "Inf"', 13],
    ['-1', '1', 'start time -1 is negative', 13],
    ['1e308', '1', 'beyond 360000 s', 13],
    ['1e999', '1', 'not a number', 13],
    ['1,5', '1', 'not a number', 13],
    ['0x10', '1', 'not a number', 13],
    ['0', '0', 'duration is zero', 15],
    ['0', '-0.0', 'duration is zero', 15],
    ['0', '-2', 'duration -2 is negative', 15],
    ['0', '<NA>', 'not a number', 15],
    ['359999', '2', 'end time 360001 is beyond', 20],
    ['100', '1e-20', 'too small', 17],
  ])('refuses start %s with duration %s at its line and column', (start, duration, problem, column) => {
    const error = errorOf(line('0', '1') + line(start, duration));
    expect(error.data).toMatchObject({ code: 'bad-input', file: 'a.rttm' });
    expect(error.message).toContain(problem);
    expect(error.message).toContain(`a.rttm, line 2, column ${column}:`);
  });

  it('counts tabs and CR LF lines right in positions', () => {
    expect(errorOf(';\r\n;\r;\n\tSPEAKER\tf\t1\tx\t1 <NA> <NA> s <NA>').message).toContain('line 4, column 14');
  });

  it.each([
    ['SPEAKER f 1 0 1 <NA> <NA>', 'has 7 fields', 26],
    ['SPEAKER f 1 0 1 <NA> <NA> John Smith <NA> <NA>', '10 fields, this one 11', 43],
    ['SPEAKER f 1 0 1 <NA> <NA> spk high <NA>', 'confidence "high"', 31],
    ['HELLO world', '"HELLO" is no RTTM record type', 1],
    ['{"diarization": []}', 'no RTTM record type', 1],
  ])('refuses %s', (text, problem, column) => {
    const error = errorOf(text);
    expect(error.message).toContain(problem);
    expect(error.message).toContain(`line 1, column ${column}:`);
  });

  it('reads or refuses anything, and writes back what it read', () => {
    const pieces = [
      'SPEAKER',
      ' ',
      '\t',
      '\n',
      '\r\n',
      'f',
      '1',
      '0.5',
      '-',
      'NaN',
      '<NA>',
      ';;',
      'SPKR-INFO',
      line('0', '1'),
    ];
    fc.assert(
      fc.property(fc.oneof(textOfPieces(pieces), damaged(line('0.1', '0.2') + line('5', '1.25', 'b'))), (text) => {
        try {
          expect(serialiseRttm(parseRttm(text))).toBe(text);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          expect(error.data.code).toBe('bad-input');
          expect(error.message).toMatch(/line \d+, column \d+: /);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('rttmFromTurns', () => {
  it('writes ten fields with three decimals, sorted', () => {
    const turns = [
      { fileId: 'b', channel: '1', startSec: 1, endSec: 2, speaker: 'x', confidence: null },
      { fileId: 'a', channel: '1', startSec: 3.0004, endSec: 4.5, speaker: 'y', confidence: 0.25 },
    ];
    expect(serialiseRttm(rttmFromTurns(turns))).toBe(
      'SPEAKER a 1 3.000 1.500 <NA> <NA> y 0.25 <NA>\nSPEAKER b 1 1.000 1.000 <NA> <NA> x <NA> <NA>\n',
    );
  });

  it('reads back what it wrote: turns on the millisecond are exact', () => {
    fc.assert(
      fc.property(fc.array(turn(fc.constantFrom('a', 'b_c', 'ID_0/3', '__proto__'), fileToken)), (turns) => {
        const back = parseRttm(serialiseRttm(rttmFromTurns(turns)));
        expect(back.turns).toEqual([...turns].sort(compareTurns));
        expect(back.warnings).toEqual([]);
      }),
    );
  });

  it('keeps turns that touch touching after rounding', () => {
    const at = 1.0005000001;
    const turns = [
      { fileId: 'a', channel: '1', startSec: 0.2004, endSec: at, speaker: 'x', confidence: null },
      { fileId: 'a', channel: '1', startSec: at, endSec: 1.9996, speaker: 'y', confidence: null },
    ];
    const [first, second] = parseRttm(serialiseRttm(rttmFromTurns(turns))).turns;
    expect(first!.endSec).toBe(second!.startSec);
  });

  it('replaces white space in names, says so, and never makes two people one', () => {
    const named = (speaker: string, startSec: number) => ({
      fileId: 'a',
      channel: '1',
      startSec,
      endSec: startSec + 1,
      speaker,
      confidence: null,
    });
    const document = rttmFromTurns([
      named('Jo Smith', 0),
      named('Jo_Smith', 1),
      named('Jo Smith', 2),
      named('tab\there', 3),
    ]);
    expect(parseRttm(serialiseRttm(document)).turns.map((one) => one.speaker)).toEqual([
      'Jo_Smith',
      'Jo_Smith_2',
      'Jo_Smith',
      'tab_here',
    ]);
    expect(document.warnings.join('\n')).toContain('"Jo Smith" is written as Jo_Smith');
    expect(document.warnings).toHaveLength(3);
  });

  it('says when a turn is too short for three decimals', () => {
    const document = rttmFromTurns([
      { fileId: 'a', channel: '1', startSec: 1, endSec: 1.0002, speaker: 'x', confidence: null },
    ]);
    expect(document.lines).toEqual([]);
    expect(document.warnings).toEqual(['1 turn(s) shorter than 0.001 s cannot be written as RTTM and were left out.']);
  });
});
