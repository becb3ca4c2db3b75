import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../api/errors.ts';
import { damaged, fileToken, milliseconds, textOfPieces } from './testing/arbitraries.ts';
import { parseUem, serialiseUem, uemFromRegions } from './uem.ts';

describe('parseUem', () => {
  it('reads regions and writes the file back to the byte', () => {
    const text = ';; scored\r\nFILE1 1 0 15\n\tFILE1\t1 25   30.4 \n; A comment.\n\nFILE2 NA 4.50 13.24';
    const document = parseUem(text);
    expect(document.regions).toEqual([
      { fileId: 'FILE1', channel: '1', startSec: 0, endSec: 15 },
      { fileId: 'FILE1', channel: '1', startSec: 25, endSec: 30.4 },
      { fileId: 'FILE2', channel: 'NA', startSec: 4.5, endSec: 13.24 },
    ]);
    expect(serialiseUem(document)).toBe(text);
  });

  it.each([
    ['f 1 0', 'has 3 fields', 6],
    ['f 1 0 1 2', 'has 5 fields', 9],
    ['f 1 5 5', 'ends before it begins or is empty', 7],
    ['f 1 5 4', 'ends before it begins', 7],
    ['f 1 -1 4', 'negative', 5],
    ['f 1 0 Infinity', 'not a number', 7],
    ['f 1 0 1e308', 'beyond', 7],
  ])('refuses %s', (text, problem, column) => {
    expect(() => parseUem(`;\n${text}`, { file: 'a.uem' })).toThrow(problem);
    expect(() => parseUem(`;\n${text}`, { file: 'a.uem' })).toThrow(`a.uem, line 2, column ${column}: `);
  });

  it('reads or refuses anything', () => {
    const pieces = ['f', ' ', '1', '\t', '0.25', '30', '\n', ';', '-', 'f 1 0 2\n'];
    fc.assert(
      fc.property(fc.oneof(textOfPieces(pieces), damaged('f 1 0.00 2.5\ng 1 1 2\n')), (text) => {
        try {
          expect(serialiseUem(parseUem(text))).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('uemFromRegions', () => {
  const region = fc
    .tuple(fileToken, milliseconds(10_000), fc.integer({ min: 1, max: 9e6 }))
    .map(([fileId, startSec, lengthMs]) => ({
      fileId,
      channel: '1',
      startSec,
      endSec: (Math.round(startSec * 1000) + lengthMs) / 1000,
    }));

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.array(region), (regions) => {
        const back = parseUem(serialiseUem(uemFromRegions(regions))).regions;
        const key = (one: (typeof back)[number]) => JSON.stringify(one);
        expect(back.map(key).sort()).toEqual(regions.map(key).sort());
      }),
    );
  });

  it('rounds outwards, so that no speech falls out', () => {
    const written = uemFromRegions([{ fileId: 'f', channel: '1', startSec: 0.0009, endSec: 1.0001 }]);
    expect(serialiseUem(written)).toBe('f 1 0.000 1.001\n');
  });
});
