import { childrenNamed, parseXml, type XmlElement } from '../xml/parse.ts';

/**
 * What the published schema of ELAN 3.0 (EAFv3.0.xsd) asks of the elements we write: their order, required attributes,
 * types of values, unique ids and references that lead somewhere. Its wording is not kept.
 */
interface Rule {
  required?: string[];
  optional?: string[];
  /** Children in their order. */
  children?: string[];
  /** At least and at most, by child. */
  counts?: Record<string, [number, number]>;
  text?: true;
}

const rules: Record<string, Rule> = {
  ANNOTATION_DOCUMENT: {
    required: ['DATE', 'AUTHOR', 'VERSION'],
    optional: ['FORMAT', 'xmlns:xsi', 'xsi:noNamespaceSchemaLocation'],
    children: [
      'LICENSE', 'HEADER', 'TIME_ORDER', 'TIER', 'LINGUISTIC_TYPE', 'LOCALE', 'LANGUAGE', 'CONSTRAINT',
      'CONTROLLED_VOCABULARY', 'LEXICON_REF', 'REF_LINK_SET', 'EXTERNAL_REF',
    ], // prettier-ignore
    counts: { HEADER: [1, 1], TIME_ORDER: [1, 1] },
  },
  HEADER: {
    optional: ['MEDIA_FILE', 'TIME_UNITS'],
    children: ['MEDIA_DESCRIPTOR', 'LINKED_FILE_DESCRIPTOR', 'PROPERTY'],
  },
  MEDIA_DESCRIPTOR: {
    required: ['MEDIA_URL', 'MIME_TYPE'],
    optional: ['RELATIVE_MEDIA_URL', 'TIME_ORIGIN', 'EXTRACTED_FROM'],
  },
  PROPERTY: { optional: ['NAME'], text: true },
  TIME_ORDER: { children: ['TIME_SLOT'] },
  TIME_SLOT: { required: ['TIME_SLOT_ID'], optional: ['TIME_VALUE'] },
  TIER: {
    required: ['TIER_ID', 'LINGUISTIC_TYPE_REF'],
    optional: ['PARTICIPANT', 'ANNOTATOR', 'DEFAULT_LOCALE', 'PARENT_REF', 'EXT_REF', 'LANG_REF'],
    children: ['ANNOTATION'],
  },
  ANNOTATION: { children: ['ALIGNABLE_ANNOTATION'], counts: { ALIGNABLE_ANNOTATION: [1, 1] } },
  ALIGNABLE_ANNOTATION: {
    required: ['ANNOTATION_ID', 'TIME_SLOT_REF1', 'TIME_SLOT_REF2'],
    optional: ['SVG_REF', 'EXT_REF', 'LANG_REF', 'CVE_REF'],
    children: ['ANNOTATION_VALUE'],
    counts: { ANNOTATION_VALUE: [1, 1] },
  },
  ANNOTATION_VALUE: { text: true },
  LINGUISTIC_TYPE: {
    required: ['LINGUISTIC_TYPE_ID'],
    optional: [
      'TIME_ALIGNABLE', 'CONSTRAINTS', 'GRAPHIC_REFERENCES', 'CONTROLLED_VOCABULARY_REF', 'EXT_REF', 'LEXICON_REF',
    ], // prettier-ignore
  },
};

/** Everything of a file that breaks the schema; empty when it is valid. */
export function eafProblems(text: string): string[] {
  const problems: string[] = [];
  const root = parseXml(text);
  if (root.name !== 'ANNOTATION_DOCUMENT') return [`the root is ${root.name}`];
  checkElement(root, problems);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/.test(root.attributes.get('DATE') ?? ''))
    problems.push('DATE is no xsd:dateTime');
  const header = childrenNamed(root, 'HEADER')[0];
  if (!['NTSC-frames', 'PAL-frames', 'milliseconds', undefined].includes(header?.attributes.get('TIME_UNITS')))
    problems.push('TIME_UNITS is none of the three');
  const ids = new Set<string>();
  const identify = (id: string, isXmlId: boolean): void => {
    if (isXmlId && !/^[\p{L}_][\p{L}\p{N}._-]*$/u.test(id)) problems.push(`"${id}" is no xsd:ID`);
    if (ids.has(id)) problems.push(`the id "${id}" is there twice`);
    ids.add(id);
  };
  const slots = new Map<string, number>();
  let last = -1;
  for (const slot of childrenNamed(childrenNamed(root, 'TIME_ORDER')[0]!, 'TIME_SLOT')) {
    const id = slot.attributes.get('TIME_SLOT_ID')!;
    identify(id, true);
    const value = slot.attributes.get('TIME_VALUE') ?? '';
    if (!/^\d+$/.test(value)) problems.push(`TIME_VALUE "${value}" is no xsd:unsignedInt`);
    if (Number(value) < last) problems.push(`the slot ${id} lies before the one in front of it`);
    last = Number(value);
    slots.set(id, last);
  }
  const types = new Set(childrenNamed(root, 'LINGUISTIC_TYPE').map((one) => one.attributes.get('LINGUISTIC_TYPE_ID')));
  const tiers = new Set<string>();
  for (const tier of childrenNamed(root, 'TIER')) {
    const id = tier.attributes.get('TIER_ID')!;
    if (tiers.has(id)) problems.push(`the tier "${id}" is there twice`);
    tiers.add(id);
    if (!types.has(tier.attributes.get('LINGUISTIC_TYPE_REF'))) problems.push(`the tier "${id}" is of no known type`);
    let end = -1;
    for (const annotation of childrenNamed(tier, 'ANNOTATION').flatMap((one) =>
      childrenNamed(one, 'ALIGNABLE_ANNOTATION'),
    )) {
      identify(annotation.attributes.get('ANNOTATION_ID')!, true);
      const [from, to] = ['TIME_SLOT_REF1', 'TIME_SLOT_REF2'].map((key) => slots.get(annotation.attributes.get(key)!));
      if (from === undefined || to === undefined) problems.push('an annotation names a slot that is not there');
      else {
        if (to <= from) problems.push('an annotation has no length');
        if (from < end) problems.push(`annotations of the tier "${id}" overlap`);
        end = to;
      }
    }
  }
  return problems;
}

function checkElement(element: XmlElement, problems: string[]): void {
  const rule = rules[element.name];
  if (!rule) {
    problems.push(`<${element.name}> is not known`);
    return;
  }
  for (const name of rule.required ?? [])
    if (!element.attributes.has(name)) problems.push(`<${element.name}> has no ${name}`);
  for (const name of element.attributes.keys())
    if (![...(rule.required ?? []), ...(rule.optional ?? [])].includes(name))
      problems.push(`<${element.name}> has an unknown attribute ${name}`);
  let reached = 0;
  for (const child of element.children) {
    if (typeof child === 'string') {
      if (!rule.text && child.trim() !== '') problems.push(`<${element.name}> holds text`);
      continue;
    }
    const place = rule.children?.indexOf(child.name) ?? -1;
    if (place < 0) problems.push(`<${child.name}> does not belong into <${element.name}>`);
    else if (place < reached) problems.push(`<${child.name}> comes too late in <${element.name}>`);
    else reached = place;
    checkElement(child, problems);
  }
  for (const [name, [least, most]] of Object.entries(rule.counts ?? {})) {
    const count = childrenNamed(element, name).length;
    if (count < least || count > most) problems.push(`<${element.name}> has ${count} <${name}>`);
  }
}
