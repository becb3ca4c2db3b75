import { JsonArray, JsonNumber, JsonObject, type JsonValue } from './model.ts';

/** JSON text; `indent` 0 writes one line, as VIA does. */
export function serialiseJson(value: JsonValue, indent: number): string {
  const parts: string[] = [];
  write(value, indent, indent > 0 ? '\n' : '', parts);
  return parts.join('');
}

function write(value: JsonValue, indent: number, newline: string, parts: string[]): void {
  if (value instanceof JsonNumber) parts.push(value.text);
  else if (value instanceof JsonArray) {
    const flat =
      newline !== '' && value.items.every((item) => !(item instanceof JsonArray || item instanceof JsonObject));
    writeList('[', ']', value.items, flat ? '' : newline, flat ? ', ' : ',', indent, parts, (item, inner) =>
      write(item, indent, inner, parts),
    );
  } else if (value instanceof JsonObject) {
    writeList('{', '}', [...value.members], newline, ',', indent, parts, ([key, member], inner) => {
      parts.push(JSON.stringify(key), newline === '' ? ':' : ': ');
      write(member, indent, inner, parts);
    });
  } else parts.push(JSON.stringify(value));
}

function writeList<T>(
  open: string,
  close: string,
  items: readonly T[],
  newline: string,
  separator: string,
  indent: number,
  parts: string[],
  writeItem: (item: T, newline: string) => void,
): void {
  parts.push(open);
  const inner = newline === '' ? '' : newline + ' '.repeat(indent);
  items.forEach((item, at) => {
    if (at > 0) parts.push(separator);
    parts.push(inner);
    writeItem(item, inner);
  });
  if (items.length > 0) parts.push(newline);
  parts.push(close);
}
