import { decode } from '../text/decode.ts';

/** Something a pickle builds: what NumPy needs for arrays of numbers, and nothing that could run code. */
export type Pickled =
  null | boolean | number | string | Uint8Array | Pickled[] | PickledMap | PickledName | PickledDtype | PickledArray;

/** A dictionary; keys of text only. */
export class PickledMap {
  readonly entries = new Map<string, Pickled>();
}

/** `module.name` of a function or class. */
export class PickledName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export class PickledDtype {
  /** `f4`, `f8`, `O8`, … */
  readonly type: string;
  isLittleEndian = true;
  constructor(type: string) {
    this.type = type;
  }
}

export class PickledArray {
  shape: number[] = [];
  dtype: PickledDtype | null = null;
  isColumnMajor = false;
  /** Numbers as bytes, or objects. */
  data: Uint8Array | Pickled[] = [];
}

const mark = Symbol('mark');
/** Deeper or larger than any dictionary of embeddings; a bound on what a hostile file can ask for. */
const maxStack = 100_000;

/**
 * Reads a pickle (protocols 2 to 5) of dictionaries, lists, text, numbers and NumPy arrays. It is a small machine of the
 * instructions that NumPy's files use; names of functions other than NumPy's own for arrays are refused, so nothing in the
 * file is ever run.
 *
 * @throws RangeError with a clause that says what is wrong
 */
export function unpickle(bytes: Uint8Array): Pickled {
  return new Machine(bytes).run();
}

class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #stack: (Pickled | typeof mark)[] = [];
  readonly #memo = new Map<number, Pickled>();
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): Pickled {
    for (;;) {
      const code = this.#byte();
      if (code === op.STOP) return this.#pop();
      this.#step(code);
      if (this.#stack.length > maxStack) throw new RangeError('the pickle is too deep');
    }
  }

  #step(code: number): void {
    switch (code) {
      case op.PROTO: {
        const protocol = this.#byte();
        if (protocol < 2 || protocol > 5) throw new RangeError(`pickle protocol ${protocol}`);
        return;
      }
      case op.FRAME:
        this.#skip(8);
        return;
      case op.MARK:
        this.#stack.push(mark);
        return;
      case op.NONE:
        return this.#push(null);
      case op.NEWTRUE:
        return this.#push(true);
      case op.NEWFALSE:
        return this.#push(false);
      case op.BININT:
        return this.#push(this.#view.getInt32(this.#skip(4), true));
      case op.BININT1:
        return this.#push(this.#byte());
      case op.BININT2:
        return this.#push(this.#view.getUint16(this.#skip(2), true));
      case op.LONG1:
        return this.#push(littleInteger(this.#take(this.#byte())));
      case op.BINFLOAT:
        return this.#push(this.#view.getFloat64(this.#skip(8), false));
      case op.SHORT_BINUNICODE:
        return this.#push(text(this.#take(this.#byte())));
      case op.BINUNICODE:
        return this.#push(text(this.#take(this.#size(4))));
      case op.BINUNICODE8:
        return this.#push(text(this.#take(this.#size(8))));
      case op.SHORT_BINSTRING:
      case op.SHORT_BINBYTES:
        return this.#push(this.#take(this.#byte()));
      case op.BINSTRING:
      case op.BINBYTES:
        return this.#push(this.#take(this.#size(4)));
      case op.BINBYTES8:
      case op.BYTEARRAY8:
        return this.#push(this.#take(this.#size(8)));
      case op.GLOBAL:
        return this.#push(new PickledName(`${this.#line()}.${this.#line()}`));
      case op.STACK_GLOBAL: {
        const [name, module] = [this.#pop(), this.#pop()];
        if (typeof name !== 'string' || typeof module !== 'string') throw new RangeError('a name is no text');
        return this.#push(new PickledName(`${module}.${name}`));
      }
      case op.EMPTY_TUPLE:
      case op.EMPTY_LIST:
        return this.#push([]);
      case op.EMPTY_DICT:
        return this.#push(new PickledMap());
      case op.TUPLE:
        return this.#push(this.#popMark());
      case op.TUPLE1:
        return this.#push([this.#pop()]);
      case op.TUPLE2: {
        const second = this.#pop();
        return this.#push([this.#pop(), second]);
      }
      case op.TUPLE3: {
        const [third, second] = [this.#pop(), this.#pop()];
        return this.#push([this.#pop(), second, third]);
      }
      case op.APPEND: {
        const value = this.#pop();
        this.#list().push(value);
        return;
      }
      case op.APPENDS: {
        const values = this.#popMark();
        const list = this.#list();
        for (const value of values) list.push(value);
        return;
      }
      case op.SETITEM: {
        const value = this.#pop();
        return this.#set([this.#pop(), value]);
      }
      case op.SETITEMS:
        return this.#set(this.#popMark());
      case op.BINPUT:
        this.#memo.set(this.#byte(), this.#top());
        return;
      case op.LONG_BINPUT:
        this.#memo.set(this.#size(4), this.#top());
        return;
      case op.MEMOIZE:
        this.#memo.set(this.#memo.size, this.#top());
        return;
      case op.BINGET:
        return this.#recall(this.#byte());
      case op.LONG_BINGET:
        return this.#recall(this.#size(4));
      case op.REDUCE: {
        const args = this.#pop();
        return this.#push(call(this.#pop(), args));
      }
      case op.BUILD: {
        const state = this.#pop();
        return build(this.#top(), state);
      }
      default:
        throw new RangeError(`instruction ${code} at byte ${this.#at - 1} is none that arrays of numbers need`);
    }
  }

  #push(value: Pickled): void {
    this.#stack.push(value);
  }

  #pop(): Pickled {
    const value = this.#stack.pop();
    if (value === undefined || value === mark) throw new RangeError(`something is missing before byte ${this.#at}`);
    return value;
  }

  #top(): Pickled {
    const value = this.#stack.at(-1);
    if (value === undefined || value === mark) throw new RangeError(`something is missing before byte ${this.#at}`);
    return value;
  }

  #popMark(): Pickled[] {
    const from = this.#stack.lastIndexOf(mark);
    if (from < 0) throw new RangeError(`a mark is missing before byte ${this.#at}`);
    const values = this.#stack.splice(from).slice(1);
    return values as Pickled[];
  }

  #list(): Pickled[] {
    const list = this.#top();
    if (!Array.isArray(list)) throw new RangeError('something is put into what is no list');
    return list;
  }

  #set(pairs: Pickled[]): void {
    const map = this.#top();
    if (!(map instanceof PickledMap)) throw new RangeError('something is put into what is no dictionary');
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      const key = pairs[at]!;
      if (typeof key !== 'string') throw new RangeError('a key of the dictionary is no text');
      map.entries.set(key, pairs[at + 1]!);
    }
  }

  #recall(slot: number): void {
    const value = this.#memo.get(slot);
    if (value === undefined) throw new RangeError(`slot ${slot} is read before it is written`);
    this.#push(value);
  }

  #byte(): number {
    return this.#bytes[this.#skip(1)]!;
  }

  #skip(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.length - at) throw new RangeError('the pickle is cut off');
    this.#at += count;
    return at;
  }

  #take(count: number): Uint8Array {
    const at = this.#skip(count);
    return this.#bytes.subarray(at, at + count);
  }

  #size(bytes: 4 | 8): number {
    const at = this.#skip(bytes);
    return bytes === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true));
  }

  #line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0 || end - this.#at > 200) throw new RangeError('a name does not end');
    const name = text(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return name;
  }
}

function text(bytes: Uint8Array): string {
  try {
    return decode('utf-8', bytes, true);
  } catch {
    throw new RangeError('a text is not UTF-8');
  }
}

function littleInteger(bytes: Uint8Array): number {
  if (bytes.length > 6) throw new RangeError('a whole number is too large');
  let value = 0;
  for (let at = bytes.length - 1; at >= 0; at--) value = value * 256 + bytes[at]!;
  return bytes.length > 0 && bytes.at(-1)! >= 128 ? value - 256 ** bytes.length : value;
}

/** NumPy 1 says numpy.core, NumPy 2 numpy._core. */
const numpyFunction = (name: string): string => name.replace(/^numpy\._?core\./u, 'numpy.core.');

function call(callee: Pickled, args: Pickled): Pickled {
  if (!(callee instanceof PickledName) || !Array.isArray(args)) throw new RangeError('what is called is no function');
  switch (numpyFunction(callee.name)) {
    case 'numpy.core.multiarray._reconstruct':
      return new PickledArray();
    case 'numpy.dtype':
      if (typeof args[0] !== 'string') break;
      return new PickledDtype(args[0]);
    case 'numpy.core.numeric._frombuffer': {
      const [data, dtype, shape, order] = args;
      if (!(data instanceof Uint8Array) || !(dtype instanceof PickledDtype)) break;
      return Object.assign(new PickledArray(), { data, dtype, shape: sizes(shape), isColumnMajor: order === 'F' });
    }
    case '_codecs.encode': {
      const [value, encoding] = args;
      if (typeof value !== 'string' || encoding !== 'latin1') break;
      return Uint8Array.from(value, (char) => char.charCodeAt(0));
    }
  }
  throw new RangeError(`it calls ${JSON.stringify(callee.name)}, which arrays of numbers do not need`);
}

function build(object: Pickled, state: Pickled): void {
  if (object instanceof PickledDtype && Array.isArray(state)) {
    object.isLittleEndian = state[1] !== '>';
    return;
  }
  if (object instanceof PickledArray && Array.isArray(state) && state.length === 5) {
    const [, shape, dtype, isColumnMajor, data] = state;
    if (dtype instanceof PickledDtype && (data instanceof Uint8Array || Array.isArray(data))) {
      Object.assign(object, { shape: sizes(shape), dtype, isColumnMajor: isColumnMajor === true, data });
      return;
    }
  }
  throw new RangeError('an object has a state that is not understood');
}

function sizes(shape: Pickled | undefined): number[] {
  const list = Array.isArray(shape) ? shape : [null];
  return list.map((size) => {
    if (typeof size === 'number' && Number.isInteger(size) && size >= 0) return size;
    throw new RangeError('the size of an array is no whole number');
  });
}

/** Instructions of pickletools that are understood. */
const op = {
  MARK: 0x28,
  EMPTY_TUPLE: 0x29,
  STOP: 0x2e,
  BINBYTES: 0x42,
  SHORT_BINBYTES: 0x43,
  BINFLOAT: 0x47,
  BININT: 0x4a,
  BININT1: 0x4b,
  BININT2: 0x4d,
  NONE: 0x4e,
  REDUCE: 0x52,
  BINSTRING: 0x54,
  SHORT_BINSTRING: 0x55,
  BINUNICODE: 0x58,
  EMPTY_LIST: 0x5d,
  APPEND: 0x61,
  BUILD: 0x62,
  GLOBAL: 0x63,
  APPENDS: 0x65,
  BINGET: 0x68,
  LONG_BINGET: 0x6a,
  BINPUT: 0x71,
  LONG_BINPUT: 0x72,
  SETITEM: 0x73,
  TUPLE: 0x74,
  SETITEMS: 0x75,
  EMPTY_DICT: 0x7d,
  PROTO: 0x80,
  TUPLE1: 0x85,
  TUPLE2: 0x86,
  TUPLE3: 0x87,
  NEWTRUE: 0x88,
  NEWFALSE: 0x89,
  LONG1: 0x8a,
  SHORT_BINUNICODE: 0x8c,
  BINUNICODE8: 0x8d,
  BINBYTES8: 0x8e,
  STACK_GLOBAL: 0x93,
  MEMOIZE: 0x94,
  FRAME: 0x95,
  BYTEARRAY8: 0x96,
} as const;
