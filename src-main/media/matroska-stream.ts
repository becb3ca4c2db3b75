/**
 * Reads time-stamped blocks from the Matroska our own ffmpeg writes to a pipe (one track of raw PCM): the plainest
 * container that keeps a time stamp beside the data, so that gaps and lost packets can be told from silence.
 * Element ids and layout: RFC 8794 (EBML), RFC 9559 (Matroska).
 */
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const BLOCK_GROUP = 0xa0;
const TIMESTAMP = 0xe7;
const SIMPLE_BLOCK = 0xa3;
const BLOCK = 0xa1;
const DESCEND: ReadonlySet<number> = new Set([SEGMENT, CLUSTER, BLOCK_GROUP]);
/** Our PCM blocks are a few kB; anything beyond says the stream is not what we asked for. */
const MAX_BLOCK_BYTES = 16 * 2 ** 20;

export interface PcmBlock {
  /** Time stamp of the first sample in ms, as muxed. */
  readonly timeMs: number;
  readonly data: Buffer;
}

export class MatroskaStream {
  #buffer: Buffer = Buffer.alloc(0);
  /** Bytes of an element nobody needs that have not arrived yet. */
  #skip = 0;
  #clusterMs = 0;

  /** Feed bytes; returns the blocks completed by them. @throws Error on what ffmpeg would not write */
  push(chunk: Buffer): PcmBlock[] {
    if (this.#skip >= chunk.length) {
      this.#skip -= chunk.length;
      return [];
    }
    const fresh = this.#skip > 0 ? chunk.subarray(this.#skip) : chunk;
    this.#skip = 0;
    const data = this.#buffer.length > 0 ? Buffer.concat([this.#buffer, fresh]) : fresh;
    const blocks: PcmBlock[] = [];
    let at = 0;
    for (;;) {
      const header = elementHeader(data, at);
      if (!header) break;
      const { id, size, bodyAt } = header;
      if (DESCEND.has(id)) {
        at = bodyAt;
        continue;
      }
      if (id !== TIMESTAMP && id !== SIMPLE_BLOCK && id !== BLOCK) {
        at = bodyAt + size;
        if (at <= data.length) continue;
        this.#skip = at - data.length;
        at = data.length;
        break;
      }
      if (size > MAX_BLOCK_BYTES) throw new Error(`Matroska block of ${size} bytes`);
      if (bodyAt + size > data.length) break;
      const body = data.subarray(bodyAt, bodyAt + size);
      if (id === TIMESTAMP) this.#clusterMs = unsigned(body);
      else blocks.push(this.#block(body));
      at = bodyAt + size;
    }
    this.#buffer = data.subarray(at);
    return blocks;
  }

  #block(body: Buffer): PcmBlock {
    const track = vint(body, 0, true);
    if (!track || body.length < track.length + 3) throw new Error('Matroska block too short');
    return { timeMs: this.#clusterMs + body.readInt16BE(track.length), data: body.subarray(track.length + 3) };
  }
}

function elementHeader(data: Buffer, at: number): { id: number; size: number; bodyAt: number } | null {
  const id = vint(data, at, false);
  if (!id) return null;
  const size = vint(data, at + id.length, true);
  if (!size) return null;
  return { id: id.value, size: size.value, bodyAt: at + id.length + size.length };
}

/** Variable-length integer; ids keep their length marker, sizes lose it. null = more bytes needed. */
function vint(data: Buffer, at: number, strip: boolean): { value: number; length: number } | null {
  const first = data[at];
  if (first === undefined) return null;
  const length = Math.clz32(first) - 23;
  if (length > 8) throw new Error('Not a Matroska element');
  if (at + length > data.length) return null;
  let value = strip ? first & (0xff >> length) : first;
  for (let index = 1; index < length; index++) value = value * 256 + data[at + index]!;
  return { value, length };
}

function unsigned(body: Buffer): number {
  let value = 0;
  for (const byte of body) value = value * 256 + byte;
  return value;
}
