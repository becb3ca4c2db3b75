import { AppError } from '../../api/errors.ts';

/** How a text file's bytes are written; kept so that it can be written back the same. */
export interface TextEncoding {
  charset: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | 'bytes';
  bom: boolean;
}

export interface DecodedText {
  /** Without byte order mark. */
  text: string;
  encoding: TextEncoding;
  warnings: string[];
}

interface Decoder {
  decode(bytes: Uint8Array): string;
}
/** Part of every JavaScript host, but not of the language's own library types. */
const { TextDecoder } = globalThis as unknown as {
  TextDecoder: new (label: string, options: { fatal: boolean; ignoreBOM: boolean }) => Decoder;
};
/** @throws TypeError for bytes that are no such text, when `fatal` */
export const decode = (label: string, bytes: Uint8Array, fatal: boolean): string =>
  new TextDecoder(label, { fatal, ignoreBOM: true }).decode(bytes);

/**
 * Bytes of a label file as text: by byte order mark, else UTF-16 by its zero bytes, else UTF-8, else Windows-1252 (what old
 * Windows and Praat files mean) with a warning.
 *
 * @throws AppError bad-input when the bytes are no text
 */
export function decodeText(bytes: Uint8Array, file?: string): DecodedText {
  const [b0, b1, b2] = bytes;
  if (b0 === 0xef && b1 === 0xbb && b2 === 0xbf) return decodeUtf8(bytes.subarray(3), true, file);
  if (b0 === 0xff && b1 === 0xfe) return decodeUtf16(bytes.subarray(2), 'utf-16le', true, file);
  if (b0 === 0xfe && b1 === 0xff) return decodeUtf16(bytes.subarray(2), 'utf-16be', true, file);
  const guess = guessUtf16(bytes);
  if (guess) return decodeUtf16(bytes, guess, false, file);
  return decodeUtf8(bytes, false, file);
}

function decodeUtf8(bytes: Uint8Array, bom: boolean, file?: string): DecodedText {
  try {
    const text = refuseBinary(decode('utf-8', bytes, true), file);
    return { text, encoding: { charset: 'utf-8', bom }, warnings: [] };
  } catch (error) {
    if (error instanceof AppError || bom) throw notText(file);
    return {
      text: refuseBinary(decode('windows-1252', bytes, false), file),
      encoding: { charset: 'windows-1252', bom: false },
      warnings: [`${file ?? 'The file'} is not UTF-8 and was read as Windows-1252; check accented letters.`],
    };
  }
}

function decodeUtf16(bytes: Uint8Array, charset: 'utf-16le' | 'utf-16be', bom: boolean, file?: string): DecodedText {
  if (bytes.length % 2 !== 0) throw notText(file);
  const littleEndian = charset === 'utf-16le' ? bytes : swapBytes(bytes);
  try {
    const text = refuseBinary(decode('utf-16le', littleEndian, true), file);
    return { text, encoding: { charset, bom }, warnings: [] };
  } catch {
    throw notText(file);
  }
}

/** Text in Latin letters has a zero in every other byte. */
function guessUtf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const length = Math.min(bytes.length & ~1, 256);
  if (length < 4) return null;
  let evenZeros = 0;
  let oddZeros = 0;
  for (let at = 0; at < length; at += 2) {
    if (bytes[at] === 0) evenZeros += 1;
    if (bytes[at + 1] === 0) oddZeros += 1;
  }
  const half = length / 4;
  if (oddZeros > half && evenZeros === 0) return 'utf-16le';
  if (evenZeros > half && oddZeros === 0) return 'utf-16be';
  return null;
}

function swapBytes(bytes: Uint8Array): Uint8Array {
  const swapped = new Uint8Array(bytes.length);
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    swapped[at] = bytes[at + 1]!;
    swapped[at + 1] = bytes[at]!;
  }
  return swapped;
}

function refuseBinary(text: string, file?: string): string {
  if (text.includes('\0')) throw notText(file);
  return text;
}

function notText(file?: string): AppError {
  return new AppError('bad-input', `${file ?? 'The file'} is not a text file in UTF-8 or UTF-16.`, {
    ...(file === undefined ? {} : { file }),
    fix: 'Choose a label file, or save it as UTF-8 text.',
  });
}

/** Bytes as a text of one character (0–255) each: how binary formats are read. */
export function decodeBytes(bytes: Uint8Array): DecodedText {
  const parts: string[] = [];
  const step = 8192;
  for (let at = 0; at < bytes.length; at += step) parts.push(String.fromCharCode(...bytes.subarray(at, at + step)));
  return { text: parts.join(''), encoding: { charset: 'bytes', bom: false }, warnings: [] };
}

/** The reverse of {@link decodeText} and {@link decodeBytes}. Characters Windows-1252 lacks make the result UTF-8. */
export function encodeText(text: string, encoding: TextEncoding = { charset: 'utf-8', bom: false }): Uint8Array {
  const marked = encoding.bom ? `\uFEFF${text}` : text;
  switch (encoding.charset) {
    case 'utf-8':
      return encodeUtf8(marked);
    case 'utf-16le':
    case 'utf-16be': {
      const bytes = new Uint8Array(marked.length * 2);
      const high = encoding.charset === 'utf-16be' ? 0 : 1;
      for (let at = 0; at < marked.length; at++) {
        const code = marked.charCodeAt(at);
        bytes[at * 2 + high] = code >> 8;
        bytes[at * 2 + 1 - high] = code & 0xff;
      }
      return bytes;
    }
    case 'bytes':
      return Uint8Array.from(text, (char) => char.charCodeAt(0));
    case 'windows-1252':
      return encodeWindows1252(text) ?? encodeUtf8(text);
  }
}

const { TextEncoder } = globalThis as unknown as { TextEncoder: new () => { encode(text: string): Uint8Array } };
const encodeUtf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

let windows1252: Map<string, number> | null = null;

function encodeWindows1252(text: string): Uint8Array | null {
  windows1252 ??= new Map(
    [
      ...decode(
        'windows-1252',
        Uint8Array.from({ length: 256 }, (_, code) => code),
        false,
      ),
    ].map((char, code) => [char, code]),
  );
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = windows1252.get(text[at]!);
    if (code === undefined) return null;
    bytes[at] = code;
  }
  return bytes;
}
