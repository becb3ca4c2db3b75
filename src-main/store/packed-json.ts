import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Characters from which on JSON is stored deflated: below it the saving is not worth the time. */
const deflateFrom = 16_384;

/** JSON as text, or deflated as bytes where it is large (a changed file of 20,000 segments is 8 MB of JSON, 0.5 MB so). */
export function packJson(value: unknown): string | Buffer {
  const text = JSON.stringify(value);
  return text.length < deflateFrom ? text : deflateRawSync(text, { level: 1 });
}

/** Reads what {@link packJson} wrote. */
export function unpackJson(packed: unknown): unknown {
  if (typeof packed === 'string') return JSON.parse(packed);
  if (packed instanceof Uint8Array) return JSON.parse(inflateRawSync(packed).toString('utf8'));
  throw new TypeError('Packed JSON is text or bytes.');
}
