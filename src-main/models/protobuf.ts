/** The wire format of protocol buffers (https://protobuf.dev/programming-guides/encoding), as far as ONNX files use it. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** A field of a message: a number, or a block (text, bytes, a message). */
export interface Field {
  field: number;
  value?: number;
  block?: Uint8Array;
}

/** The first block of that field. @throws Error where there is none */
export function only(list: Iterable<Field>, wanted: number): Uint8Array {
  for (const { field, block } of list) if (field === wanted && block) return block;
  throw new Error(`field ${wanted} is missing`);
}

export const text = (block: Uint8Array): string => new TextDecoder().decode(block);

/** Fields of one protobuf message, in order; blocks are views. */
export function* fields(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 2 ** 63) throw new Error('a number has no end');
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    const kind = key % 8;
    if (kind === 0) yield { field, value: varint() };
    else if (kind === 1) at += 8;
    else if (kind === 5) at += 4;
    else if (kind === 2) {
      const length = varint();
      if (at + length > bytes.length) throw new Error('a field is longer than the file');
      yield { field, block: bytes.subarray(at, at + length) };
      at += length;
    } else throw new Error(`wire type ${kind}`);
  }
}

/** One protobuf message: fields in the order they are added. */
export class Message {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** Whole numbers, negative ones as their 64-bit two's complement. */
  int(field: number, value: number): this {
    return this.#add(varint((field << 3) | VARINT), varint(value));
  }
  text(field: number, value: string): this {
    return this.block(field, new TextEncoder().encode(value));
  }
  message(field: number, value: Message): this {
    return this.block(field, value.bytes());
  }
  block(field: number, value: Uint8Array): this {
    return this.#add(varint((field << 3) | LENGTH_DELIMITED), varint(value.length), value);
  }
  bytes(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
  #add(...parts: Uint8Array[]): this {
    for (const part of parts) {
      this.#parts.push(part);
      this.#length += part.length;
    }
    return this;
  }
}

function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}
