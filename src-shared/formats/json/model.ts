/**
 * JSON that can be written back as it was read: member order and the text of every number are kept, `__proto__` is a key
 * like any other. `at` is the offset in the text it was read from, for messages; -1 on values we made.
 */
export type JsonValue = null | boolean | string | JsonNumber | JsonArray | JsonObject;

export class JsonNumber {
  readonly text: string;
  readonly at: number;
  constructor(text: string, at = -1) {
    this.text = text;
    this.at = at;
  }
  get value(): number {
    return Number(this.text);
  }
}

export class JsonArray {
  readonly items: JsonValue[];
  readonly at: number;
  constructor(items: JsonValue[] = [], at = -1) {
    this.items = items;
    this.at = at;
  }
}

export class JsonObject {
  readonly members: Map<string, JsonValue>;
  readonly at: number;
  constructor(members: Iterable<readonly [string, JsonValue]> = [], at = -1) {
    this.members = new Map(members);
    this.at = at;
  }
  get(key: string): JsonValue | undefined {
    return this.members.get(key);
  }
  set(key: string, value: JsonValue): void {
    this.members.set(key, value);
  }
}

type Plain = number | JsonValue | Plain[] | { [key: string]: Plain };

/** Plain values as JSON values. Own enumerable members only; no undefined. */
export function toJson(value: Plain): JsonValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return new JsonNumber(String(value));
  if (value instanceof JsonNumber || value instanceof JsonArray || value instanceof JsonObject) return value;
  if (Array.isArray(value)) return new JsonArray(value.map(toJson));
  return new JsonObject(Object.entries(value).map(([key, member]) => [key, toJson(member)] as const));
}
