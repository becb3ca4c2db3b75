import type { XmlElement } from './parse.ts';

/** Characters XML 1.0 cannot hold at all, not even as a reference: control characters, lone surrogates. */
const forbidden =
  /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

export const escapeXml = (text: string): string =>
  text
    .replace(forbidden, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');

export const escapeXmlAttribute = (text: string): string =>
  escapeXml(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');

/** One element and all below it, as it was read: no white space is added. */
export function serialiseXml(element: XmlElement): string {
  const attributes = [...element.attributes].map(([key, value]) => ` ${key}="${escapeXmlAttribute(value)}"`).join('');
  if (element.children.length === 0) return `<${element.name}${attributes}/>`;
  const inner = element.children
    .map((child) => (typeof child === 'string' ? escapeXml(child) : serialiseXml(child)))
    .join('');
  return `<${element.name}${attributes}>${inner}</${element.name}>`;
}
