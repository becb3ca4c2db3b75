import type { AppError } from '../../api/errors.ts';
import { badInput, positionAt, quote } from '../text/bad-input.ts';
import { withoutBom } from '../text/lines.ts';
import { JsonArray, JsonNumber, JsonObject, type JsonValue } from './model.ts';

/** Deeper nesting than any label file has; the parser recurses, so it must be bounded. */
export const maxJsonDepth = 200;

/**
 * Strict JSON (RFC 8259) with what label files need beyond `JSON.parse`: positions in errors, no duplicate keys, bounded
 * depth, numbers as they were written.
 *
 * @throws AppError bad-input with line and column
 */
export function parseJson(text: string, file?: string): JsonValue {
  const { body } = withoutBom(text);
  const parser = new JsonParser(body, file);
  return parser.document();
}

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Characters of a string that end its plain part: the closing quote, a backslash, a control character. */
const plainEnd = /["\\\u0000-\u001f]/g;
const escapes: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class JsonParser {
  #text: string;
  #file: string | undefined;
  #at = 0;
  #depth = 0;

  constructor(text: string, file: string | undefined) {
    this.#text = text;
    this.#file = file;
  }

  document(): JsonValue {
    this.#skipSpace();
    if (this.#at >= this.#text.length) throw this.#bad('the file is empty');
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#bad(`unexpected ${this.#here()} after the end of the JSON value`);
    return value;
  }

  #value(): JsonValue {
    const code = this.#text.charCodeAt(this.#at);
    switch (code) {
      case 0x7b:
        return this.#object();
      case 0x5b:
        return this.#array();
      case 0x22:
        return this.#string();
      default:
        if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.#number();
        if (this.#word('true')) return true;
        if (this.#word('false')) return false;
        if (this.#word('null')) return null;
        throw this.#bad(
          this.#at >= this.#text.length ? 'the file ends in the middle of a value' : `unexpected ${this.#here()}`,
        );
    }
  }

  #object(): JsonObject {
    const object = new JsonObject([], this.#at);
    this.#enter();
    if (this.#take('}')) return this.#leave(object);
    for (;;) {
      this.#skipSpace();
      const keyAt = this.#at;
      if (this.#text.charCodeAt(keyAt) !== 0x22)
        throw this.#bad(`expected a member name in quotes, found ${this.#here()}`);
      const key = this.#string();
      if (object.members.has(key)) throw this.#bad(`the member ${quote(key)} appears twice`, keyAt);
      this.#expect(':');
      this.#skipSpace();
      object.members.set(key, this.#value());
      if (this.#take('}')) return this.#leave(object);
      this.#expect(',');
    }
  }

  #array(): JsonArray {
    const array = new JsonArray([], this.#at);
    this.#enter();
    if (this.#take(']')) return this.#leave(array);
    for (;;) {
      this.#skipSpace();
      array.items.push(this.#value());
      if (this.#take(']')) return this.#leave(array);
      this.#expect(',');
    }
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > maxJsonDepth) throw this.#bad(`values are nested deeper than ${maxJsonDepth} levels`);
    this.#at += 1;
  }

  #leave<T>(value: T): T {
    this.#depth -= 1;
    return value;
  }

  #string(): string {
    const opening = this.#at;
    let result = '';
    let from = opening + 1;
    for (;;) {
      plainEnd.lastIndex = from;
      const match = plainEnd.exec(this.#text);
      if (!match) throw this.#bad('a string is not closed', opening);
      const end = match.index;
      const part = this.#text.slice(from, end);
      if (match[0] === '"') {
        this.#at = end + 1;
        return result === '' ? part : result + part;
      }
      if (match[0] !== '\\') throw this.#bad('a string holds an unescaped control character', end);
      const [char, next] = this.#escape(end);
      result += part + char;
      from = next;
    }
  }

  #escape(at: number): [string, number] {
    const letter = this.#text[at + 1] ?? '';
    if (letter === 'u') {
      const hex = this.#text.slice(at + 2, at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.#bad('a \\u escape needs four hexadecimal digits', at);
      return [String.fromCharCode(parseInt(hex, 16)), at + 6];
    }
    const char = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
    if (char === undefined) throw this.#bad('an unknown escape in a string', at);
    return [char, at + 2];
  }

  #number(): JsonNumber {
    const at = this.#at;
    numberPattern.lastIndex = at;
    const match = numberPattern.exec(this.#text);
    const text = match?.[0] ?? '';
    const following = this.#text.charCodeAt(at + text.length);
    // `01`, `1.`, `1e` stop early and leave a piece of the number behind.
    if (text === '' || (following >= 0x30 && following <= 0x39) || [0x2e, 0x65, 0x45, 0x2b, 0x2d].includes(following)) {
      throw this.#bad('not a valid number');
    }
    if (!Number.isFinite(Number(text))) throw this.#bad(`the number ${quote(text)} is too large`);
    this.#at += text.length;
    return new JsonNumber(text, at);
  }

  #word(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  /** Skip white space and take the character if it is next. */
  #take(char: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #expect(char: string): void {
    if (!this.#take(char)) throw this.#bad(`expected "${char}", found ${this.#here()}`);
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  #here(): string {
    const char = this.#text.slice(this.#at, this.#at + 1);
    return char === '' ? 'the end of the file' : quote(char);
  }

  #bad(problem: string, at = this.#at): AppError {
    return badInput(`not valid JSON: ${problem}`, positionAt(this.#text, at), this.#file);
  }
}
