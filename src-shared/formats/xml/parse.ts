import { badInput, positionAt, quote } from '../text/bad-input.ts';
import { withoutBom } from '../text/lines.ts';

/** An element with its attributes in order; text and elements below it in order. */
export interface XmlElement {
  name: string;
  attributes: Map<string, string>;
  children: (XmlElement | string)[];
  /** Offset in the text it was read from. */
  at: number;
}

export const maxXmlDepth = 200;

/**
 * The part of XML 1.0 that annotation tools write: elements, attributes, text, CDATA, comments, the five entities and
 * character references. A document type is refused, and with it every entity of its own: there is nothing to expand and
 * nothing to fetch.
 *
 * @throws AppError bad-input with line and column
 */
export function parseXml(text: string, file?: string): XmlElement {
  return new XmlParser(withoutBom(text).body, file).document();
}

const tagPattern = /<(\/?)([A-Za-z_:][\w:.\-\u00b7-\uffff]*)/y;
const attributePattern = /\s+([A-Za-z_:][\w:.\-\u00b7-\uffff]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const tagEndPattern = /\s*(\/?)>/y;

class XmlParser {
  #text: string;
  #file: string | undefined;
  #at = 0;

  constructor(text: string, file: string | undefined) {
    this.#text = text;
    this.#file = file;
  }

  document(): XmlElement {
    const outer: XmlElement = { name: '', attributes: new Map(), children: [], at: 0 };
    const open: XmlElement[] = [outer];
    while (this.#at < this.#text.length) {
      const next = this.#text.indexOf('<', this.#at);
      const end = next < 0 ? this.#text.length : next;
      if (end > this.#at)
        this.#addText(open.at(-1)!, this.#decoded(this.#text.slice(this.#at, end), this.#at), open.length);
      this.#at = end;
      if (next >= 0) this.#markup(open);
    }
    if (open.length > 1) throw this.#bad(`<${open.at(-1)!.name}> is not closed`, open.at(-1)!.at);
    const roots = outer.children.filter((child) => typeof child !== 'string');
    if (roots.length !== 1)
      throw this.#bad(
        roots.length === 0 ? 'the file holds no XML element' : 'the file holds more than one root element',
        roots[1]?.at ?? 0,
      );
    return roots[0]!;
  }

  #markup(open: XmlElement[]): void {
    if (this.#skip('<!--', '-->', 'comment') || this.#skip('<?', '?>', 'processing instruction')) return;
    const cdataAt = this.#at;
    if (this.#skip('<![CDATA[', ']]>', 'CDATA section')) {
      this.#addText(open.at(-1)!, this.#text.slice(cdataAt + 9, this.#at - 3), open.length);
      return;
    }
    if (this.#text.startsWith('<!', this.#at)) throw this.#bad('document types and entity definitions are not read');
    const start = this.#at;
    const tag = this.#match(tagPattern);
    if (!tag) throw this.#bad('not a valid tag');
    const name = tag[2]!;
    if (tag[1] === '/') {
      if (!this.#match(/\s*>/y)) throw this.#bad(`</${name} is not closed`, start);
      if (open.length === 1 || open.at(-1)!.name !== name)
        throw this.#bad(`</${name}> does not close <${open.at(-1)!.name}>`, start);
      open.pop();
      return;
    }
    const element: XmlElement = { name, attributes: new Map(), children: [], at: start };
    for (let attribute = this.#match(attributePattern); attribute; attribute = this.#match(attributePattern)) {
      const key = attribute[1]!;
      if (element.attributes.has(key)) throw this.#bad(`the attribute ${quote(key)} appears twice`, start);
      element.attributes.set(key, this.#decoded(attribute[2] ?? attribute[3]!, start));
    }
    const end = this.#match(tagEndPattern);
    if (!end) throw this.#bad(`the tag <${name}> is not well formed`);
    open.at(-1)!.children.push(element);
    if (end[1] === '/') return;
    open.push(element);
    if (open.length > maxXmlDepth) throw this.#bad(`elements are nested deeper than ${maxXmlDepth} levels`, start);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match) this.#at = pattern.lastIndex;
    return match;
  }

  #skip(from: string, to: string, what: string): boolean {
    if (!this.#text.startsWith(from, this.#at)) return false;
    const end = this.#text.indexOf(to, this.#at + from.length);
    if (end < 0) throw this.#bad(`the ${what} is not closed`);
    this.#at = end + to.length;
    return true;
  }

  #addText(parent: XmlElement, text: string, depth: number): void {
    if (depth === 1) {
      if (text.trim() !== '') throw this.#bad('text outside of the root element');
      return;
    }
    const last = parent.children.at(-1);
    if (typeof last === 'string') parent.children[parent.children.length - 1] = last + text;
    else parent.children.push(text);
  }

  #decoded(text: string, at: number): string {
    if (!text.includes('&')) return text;
    return text.replace(/&([^;&\s]{0,12};?)/g, (_, body: string) => {
      const value = entityValue(body);
      if (value === null) throw this.#bad(`${quote(`&${body}`)} is no known entity`, at);
      return value;
    });
  }

  #bad(problem: string, at = this.#at) {
    return badInput(`not valid XML: ${problem}`, positionAt(this.#text, at), this.#file);
  }
}

const named = new Map([
  ['amp;', '&'],
  ['lt;', '<'],
  ['gt;', '>'],
  ['quot;', '"'],
  ['apos;', "'"],
]);

function entityValue(body: string): string | null {
  const known = named.get(body);
  if (known !== undefined) return known;
  const reference = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}));$/.exec(body);
  const code = reference ? parseInt(reference[1] ?? reference[2]!, reference[1] ? 16 : 10) : -1;
  const valid =
    code === 9 || code === 10 || code === 13 || (code >= 32 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff));
  return valid ? String.fromCodePoint(code) : null;
}

/** Elements of a name directly below another. */
export const childrenNamed = (parent: XmlElement, name: string): XmlElement[] =>
  parent.children.filter((child): child is XmlElement => typeof child !== 'string' && child.name === name);

/** The text directly below an element. */
export const textOf = (element: XmlElement): string =>
  element.children.filter((child) => typeof child === 'string').join('');
