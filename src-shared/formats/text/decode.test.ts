import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, encodeText } from './decode.ts';
import { LineSplitter, linesOf } from './lines.ts';
import { addDecimals, parseDecimal } from './numbers.ts';

describe('decodeText', () => {
  const text = 'SPEAKER trñ00 1 0 1 <NA> <NA> Zoë <NA> <NA>\r\n🎤\n';

  it.each([
    ['utf-8', false],
    ['utf-8', true],
    ['utf-16le', true],
    ['utf-16be', true],
    ['utf-16le', false],
    ['utf-16be', false],
  ] as const)('reads %s, byte order mark: %s, and writes it back the same', (charset, bom) => {
    const bytes = encodeText(text, { charset, bom });
    const decoded = decodeText(bytes);
    expect(decoded).toEqual({ text, encoding: { charset, bom }, warnings: [] });
    expect(encodeText(decoded.text, decoded.encoding)).toEqual(bytes);
  });

  it('reads Windows-1252 with a warning and writes it back the same', () => {
    const bytes = Uint8Array.of(0x5a, 0x6f, 0xeb, 0x20, 0x80, 0x81);
    const decoded = decodeText(bytes, 'old.txt');
    expect(decoded.text).toBe('Zoë €\x81');
    expect(decoded.warnings[0]).toContain('old.txt is not UTF-8');
    expect(encodeText(decoded.text, decoded.encoding)).toEqual(bytes);
  });

  it.each([
    ['zeros', Uint8Array.of(0, 0, 0, 0, 1, 2, 3)],
    ['a wave file', Uint8Array.of(0x52, 0x49, 0x46, 0x46, 0x24, 0, 0, 0, 0x57, 0x41, 0x56, 0x45)],
    ['half a UTF-16 character', Uint8Array.of(0xff, 0xfe, 0x41)],
    ['a lone surrogate', Uint8Array.of(0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00)],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeText(bytes, 'x')).toThrow('x is not a text file');
  });

  it('takes any bytes without crashing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          const { text: read, encoding } = decodeText(bytes);
          expect(encodeText(read, encoding)).toEqual(Uint8Array.from(bytes));
        } catch (error) {
          expect(error).toHaveProperty('data.code', 'bad-input');
        }
      }),
    );
  });
});

describe('LineSplitter', () => {
  it('gives the same lines however the text is cut, and loses nothing', () => {
    const piece = fc
      .array(fc.constantFrom('a', '\n', '\r', '\r\n', ' ', 'é'), { maxLength: 6 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const splitter = new LineSplitter();
        const lines = [...pieces.flatMap((one) => [...splitter.push(one)]), ...splitter.end()];
        const text = pieces.join('');
        expect(lines.map((line) => line.text + line.eol).join('')).toBe(text);
        expect(lines).toEqual([...linesOf(text)]);
        expect(lines.map((line) => line.text)).toEqual(
          text === '' ? [] : text.replace(/(\r\n|\r|\n)$/, '').split(/\r\n|\r|\n/),
        );
      }),
    );
  });
});

describe('numbers', () => {
  it.each([
    '',
    ' 1',
    '1 ',
    'NaN',
    'Infinity',
    '1e999',
    '0x1',
    '1_0',
    '1,5',
    '١',
    '--1',
    '1.2.3',
    '.',
    'e5',
    '9'.repeat(400),
  ])('refuses %j', (text) => {
    expect(parseDecimal(text)).toBeNull();
  });

  it('reads what numbers print', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (value) => parseDecimal(String(value)) === value + 0,
      ),
    );
  });

  it('adds decimals exactly', () => {
    fc.assert(
      fc.property(fc.nat(3e8), fc.nat(3e8), (a, b) => {
        const text = (n: number) => (n / 1000).toFixed(3);
        expect(addDecimals(a / 1000, text(a), b / 1000, text(b))).toBe((a + b) / 1000);
      }),
    );
  });
});
