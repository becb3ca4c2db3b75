import { badInput, positionAt, quote } from './text/bad-input.ts';
import { fileIdFromName, withoutBom } from './text/lines.ts';
import { checkSeconds, parseDecimal } from './text/numbers.ts';
import { compareText, compareTurns, type MediaReference, type ParseOptions, type Turn } from './turn.ts';
import { layersOf } from './textgrid.ts';
import { childrenNamed, parseXml, textOf, type XmlElement } from './xml/parse.ts';
import { escapeXml, escapeXmlAttribute, serialiseXml } from './xml/serialise.ts';

/**
 * ELAN annotation format 2.7–3.0. The whole document is kept; `turns` are the time-aligned annotations of the tiers at the
 * top of a hierarchy (dependent tiers describe them), by participant, else by tier.
 */
export interface EafDocument {
  root: XmlElement;
  turns: Turn[];
  media: MediaReference[];
  warnings: string[];
}

/** @throws AppError bad-input with line and column; all or nothing */
export function parseEaf(text: string, options: ParseOptions = {}): EafDocument {
  const { body } = withoutBom(text);
  const root = parseXml(body, options.file);
  const bad = (at: number, problem: string) => badInput(problem, positionAt(body, at), options.file);
  if (root.name !== 'ANNOTATION_DOCUMENT') throw bad(root.at, `not an ELAN file: its root is <${root.name}>`);
  const header = childrenNamed(root, 'HEADER')[0];
  const units = header?.attributes.get('TIME_UNITS') ?? 'milliseconds';
  if (units !== 'milliseconds') throw bad(header!.at, `time in ${quote(units)} is not read; only milliseconds are`);
  const media = mediaOf(header);
  // The recording it names, where that is one; a transcription may be called anything.
  const fileId = media.length === 1 && media[0]!.name !== '' ? media[0]!.fileId : fileIdFromName(options.file);
  const times = slotTimes(
    root,
    (at, problem) => bad(at, problem),
    (ms, at) => checkSeconds(ms / 1000, 'time', () => positionAt(body, at), options.file),
  );
  const document: EafDocument = { root, turns: [], media, warnings: [] };
  let dependent = 0;
  let empty = 0;
  for (const tier of childrenNamed(root, 'TIER')) {
    if (tier.attributes.has('PARENT_REF')) {
      dependent += 1;
      continue;
    }
    const tierId = tier.attributes.get('TIER_ID') ?? '';
    const speaker = (tier.attributes.get('PARTICIPANT')?.trim() || tierId.trim() || 'unknown').slice(0, 200);
    for (const { element, startRef, endRef } of alignable(tier)) {
      const startSec = times.get(startRef);
      const endSec = times.get(endRef);
      if (startSec === undefined || endSec === undefined)
        throw bad(element.at, 'the annotation names a time slot that does not exist');
      if (endSec < startSec) throw bad(element.at, 'the annotation ends before it begins');
      if (endSec === startSec) {
        empty += 1;
        continue;
      }
      const value = childrenNamed(element, 'ANNOTATION_VALUE')[0];
      const words = value ? textOf(value) : '';
      const turn: Turn = { fileId, channel: '1', startSec, endSec, speaker, confidence: null };
      document.turns.push(words.trim() === '' ? turn : { ...turn, text: words });
    }
  }
  document.turns.sort(compareTurns);
  if (dependent > 0) document.warnings.push(`${dependent} dependent tier(s) are kept but hold no turns of their own.`);
  if (empty > 0) document.warnings.push(`${empty} annotation(s) of zero length are kept but are no turns.`);
  return document;
}

/** The document as XML; white space as it was read. */
export const serialiseEaf = (document: Pick<EafDocument, 'root'>): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${serialiseXml(document.root)}\n`;

function* alignable(tier: XmlElement): Generator<{ element: XmlElement; startRef: string; endRef: string }> {
  for (const annotation of childrenNamed(tier, 'ANNOTATION')) {
    for (const element of childrenNamed(annotation, 'ALIGNABLE_ANNOTATION')) {
      const startRef = element.attributes.get('TIME_SLOT_REF1') ?? '';
      const endRef = element.attributes.get('TIME_SLOT_REF2') ?? '';
      yield { element, startRef, endRef };
    }
  }
}

/** Seconds of every time slot. Slots without a time lie evenly between their neighbours, as ELAN shows them. */
function slotTimes(
  root: XmlElement,
  bad: (at: number, problem: string) => Error,
  seconds: (ms: number, at: number) => number,
): Map<string, number> {
  const slots = childrenNamed(root, 'TIME_ORDER').flatMap((order) => childrenNamed(order, 'TIME_SLOT'));
  const known = slots.map((slot): number | null => {
    const text = slot.attributes.get('TIME_VALUE');
    if (text === undefined) return null;
    const ms = parseDecimal(text);
    if (ms === null) throw bad(slot.at, `the time ${quote(text)} is not a number of milliseconds`);
    return seconds(ms, slot.at);
  });
  const times = new Map<string, number>();
  let before = 0;
  for (let at = 0; at < slots.length; at++) {
    const id = slots[at]!.attributes.get('TIME_SLOT_ID') ?? '';
    if (times.has(id)) throw bad(slots[at]!.at, `the time slot ${quote(id)} appears twice`);
    let value = known[at]!;
    if (value === null) {
      let next = at;
      while (next < known.length && known[next] === null) next += 1;
      const after = known[next] ?? before;
      value = before + (after - before) / (next - at + 1);
    }
    times.set(id, value);
    before = value;
  }
  return times;
}

function mediaOf(header: XmlElement | undefined): MediaReference[] {
  const descriptors = header ? childrenNamed(header, 'MEDIA_DESCRIPTOR') : [];
  return descriptors.map((descriptor) => {
    const name = (descriptor.attributes.get('MEDIA_URL') ?? '').replace(/^.*[/\\]/, '');
    return {
      fileId: fileIdFromName(name),
      name,
      hasVideo: (descriptor.attributes.get('MIME_TYPE') ?? '').startsWith('video/'),
    };
  });
}

/** ELAN 3.0 of our own making: a tier per speaker, a further one where turns of a speaker overlap; whole milliseconds. */
export function eafFromTurns(
  turns: readonly Turn[],
  media: readonly MediaReference[],
  options: { author: string; createdMs: number },
): { text: string; warnings: string[] } {
  const warnings: string[] = [];
  const usable = turns.filter((turn) => Math.round(turn.endSec * 1000) > Math.round(turn.startSec * 1000));
  if (usable.length < turns.length)
    warnings.push(`${turns.length - usable.length} turn(s) shorter than a millisecond were left out.`);
  if (usable.some((turn) => offGrid(turn.startSec) || offGrid(turn.endSec)))
    warnings.push('Times were rounded to whole milliseconds, which is what ELAN holds.');
  const slots: string[] = [];
  const ordered: { ms: number; id: number }[] = [];
  const tiers: string[] = [];
  const taken = new Set<string>();
  let annotations = 0;
  let furtherTiers = 0;
  for (const speaker of [...new Set(usable.map((turn) => turn.speaker))].sort(compareText)) {
    const layers = layersOf(usable.filter((turn) => turn.speaker === speaker));
    furtherTiers += layers.length - 1;
    for (const layer of layers) {
      let tierId = speaker;
      for (let number = 2; taken.has(tierId); number++) tierId = `${speaker} (${number})`;
      taken.add(tierId);
      const body = layer.map((turn) => {
        annotations += 1;
        const first = ordered.length + 1;
        ordered.push(
          { ms: Math.round(turn.startSec * 1000), id: first },
          { ms: Math.round(turn.endSec * 1000), id: first + 1 },
        );
        return `        <ANNOTATION>\n            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a${annotations}" TIME_SLOT_REF1="ts${first}" TIME_SLOT_REF2="ts${first + 1}">\n                <ANNOTATION_VALUE>${escapeXml(turn.text ?? '')}</ANNOTATION_VALUE>\n            </ALIGNABLE_ANNOTATION>\n        </ANNOTATION>\n`;
      });
      const attributes = `LINGUISTIC_TYPE_REF="default-lt" PARTICIPANT="${escapeXmlAttribute(speaker)}" TIER_ID="${escapeXmlAttribute(tierId)}"`;
      tiers.push(`    <TIER ${attributes}>\n${body.join('')}    </TIER>\n`);
    }
  }
  if (furtherTiers > 0)
    warnings.push(`${furtherTiers} further tier(s) hold turns of a speaker that overlap each other.`);
  // ELAN wants slots in time order; ids may be in any.
  for (const { ms, id } of ordered.sort((a, b) => a.ms - b.ms || a.id - b.id)) {
    slots.push(`        <TIME_SLOT TIME_SLOT_ID="ts${id}" TIME_VALUE="${ms}"/>\n`);
  }
  const schema =
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd"';
  const date = new Date(options.createdMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const text = [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<ANNOTATION_DOCUMENT AUTHOR="${escapeXmlAttribute(options.author)}" DATE="${date}" FORMAT="3.0" VERSION="3.0" ${schema}>\n`,
    '    <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">\n',
    ...media.map(
      (one) => `        <MEDIA_DESCRIPTOR MEDIA_URL="${escapeXmlAttribute(one.name)}" MIME_TYPE="${mimeOf(one)}"/>\n`,
    ),
    `        <PROPERTY NAME="lastUsedAnnotationId">${annotations}</PROPERTY>\n    </HEADER>\n`,
    slots.length > 0 ? `    <TIME_ORDER>\n${slots.join('')}    </TIME_ORDER>\n` : '    <TIME_ORDER/>\n',
    ...tiers,
    '    <LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="default-lt" TIME_ALIGNABLE="true"/>\n',
    '</ANNOTATION_DOCUMENT>\n',
  ].join('');
  return { text, warnings };
}

const offGrid = (sec: number): boolean => Math.abs(sec * 1000 - Math.round(sec * 1000)) > 1e-6;

function mimeOf(media: MediaReference): string {
  const extension = /\.(\w+)$/.exec(media.name.toLowerCase())?.[1] ?? '';
  if (extension === 'wav') return 'audio/x-wav';
  if (extension === 'mp4' || extension === 'm4v') return 'video/mp4';
  return media.hasVideo ? 'video/*' : 'audio/*';
}
