export { openForServing, type OpenFile } from './open-regular.ts';

/** What to answer to a request for bytes; `start` and `end` inclusive. */
export type RangeReply =
  | { readonly status: 200; readonly start: 0; readonly lengthBytes: number }
  | { readonly status: 206; readonly start: number; readonly end: number; readonly lengthBytes: number }
  | { readonly status: 416 };

/**
 * Read a Range header (RFC 9110 §14): `bytes=a-b`, `bytes=a-`, `bytes=-n`. No header, or several ranges at once: the
 * whole file. A range that starts beyond the file, or that is no range at all: 416.
 */
export function parseRange(header: string | null | undefined, sizeBytes: number): RangeReply {
  const whole: RangeReply = { status: 200, start: 0, lengthBytes: sizeBytes };
  if (header === null || header === undefined) return whole;
  const list = /^\s*bytes\s*=(.*)$/i.exec(header)?.[1];
  if (list === undefined) return { status: 416 };
  const ranges = list.split(',').map((range) => /^\s*(\d*)\s*-\s*(\d*)\s*$/.exec(range));
  if (ranges.some((range) => !range || (range[1] === '' && range[2] === ''))) return { status: 416 };
  if (ranges.length > 1) return whole;
  const [, first = '', last = ''] = ranges[0]!;
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  const outside = start >= sizeBytes || start > end || (first === '' && Number(last) === 0);
  if (outside) return { status: 416 };
  return { status: 206, start, end, lengthBytes: end - start + 1 };
}

/** Value of Content-Range for a reply. */
export function contentRange(reply: RangeReply, sizeBytes: number): string | null {
  if (reply.status === 416) return `bytes */${sizeBytes}`;
  return reply.status === 206 ? `bytes ${reply.start}-${reply.end}/${sizeBytes}` : null;
}
