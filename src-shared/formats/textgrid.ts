import { badInput, positionAt, quote } from './text/bad-input.ts';
import { fileIdFromName, withoutBom } from './text/lines.ts';
import { checkSeconds, parseDecimal } from './text/numbers.ts';
import { compareText, compareTurns, type ParseOptions, type Turn } from './turn.ts';

/**
 * Praat TextGrid, long ("text file") and short layout. Times keep the text they were written with.
 *
 * Praat reads a text file as free-standing numbers, quoted strings and flags; everything else (`xmin =`, `intervals [3]:`)
 * is comment. So does this reader, which is why it takes the layouts of Praat, ELAN and praatIO alike.
 */
export interface TextGridDocument {
  layout: 'long' | 'short';
  xmin: string;
  xmax: string;
  tiers: TextGridTier[];
}

export interface TextGridTier {
  kind: 'interval' | 'point';
  name: string;
  xmin: string;
  xmax: string;
  /** Points have equal `start` and `end`. */
  items: { start: string; end: string; text: string }[];
}

/** More tiers or intervals than any recording has; a count in a damaged file must not allocate memory. */
const maxItems = 10_000_000;

/** @throws AppError bad-input with line and column; all or nothing */
export function parseTextGrid(text: string, options: ParseOptions = {}): TextGridDocument {
  const { body } = withoutBom(text);
  const reader = new PraatReader(body, options.file);
  const type = reader.string('file type');
  const objectClass = reader.string('object class');
  if (!type.startsWith('ooTextFile') || objectClass !== 'TextGrid') {
    throw badInput(
      'not a Praat TextGrid text file',
      { line: 1, column: 1 },
      options.file,
      'Save it in Praat as a text file.',
    );
  }
  const xmin = reader.time('start time');
  const xmax = reader.time('end time');
  const tiers: TextGridTier[] = [];
  if (reader.flag() === '<exists>') {
    const count = reader.count('number of tiers');
    for (let at = 0; at < count; at++) tiers.push(readTier(reader));
  }
  reader.end();
  const layout = /^\s*xmin\s*=/m.test(body.slice(0, 2000)) ? 'long' : 'short';
  return { layout, xmin, xmax, tiers };
}

function readTier(reader: PraatReader): TextGridTier {
  const kindName = reader.string('tier class');
  if (kindName !== 'IntervalTier' && kindName !== 'TextTier') throw reader.bad(`${quote(kindName)} is no tier class`);
  const tier: TextGridTier = {
    kind: kindName === 'TextTier' ? 'point' : 'interval',
    name: reader.string('tier name'),
    xmin: reader.time('tier start'),
    xmax: reader.time('tier end'),
    items: [],
  };
  const count = reader.count('number of intervals');
  for (let at = 0; at < count; at++) {
    const start = reader.time('start time');
    const end = tier.kind === 'point' ? start : reader.time('end time');
    if (Number(end) < Number(start)) throw reader.bad('the interval ends before it begins');
    tier.items.push({ start, end, text: reader.string('label') });
  }
  return tier;
}

class PraatReader {
  #text: string;
  #file: string | undefined;
  #at = 0;
  #tokenAt = 0;

  constructor(text: string, file: string | undefined) {
    this.#text = text;
    this.#file = file;
  }

  string(what: string): string {
    const token = this.#next();
    if (token?.kind !== 'string') throw this.#missing(what, token);
    return token.text;
  }

  time(what: string): string {
    const token = this.#next();
    if (token?.kind !== 'number') throw this.#missing(what, token);
    checkSeconds(Number(token.text), what, () => positionAt(this.#text, this.#tokenAt), this.#file);
    return token.text;
  }

  count(what: string): number {
    const token = this.#next();
    const count = token?.kind === 'number' ? Number(token.text) : NaN;
    if (!Number.isInteger(count) || count < 0 || count > maxItems) throw this.#missing(what, token);
    return count;
  }

  flag(): string {
    const token = this.#next();
    if (token?.kind !== 'flag') throw this.#missing('<exists>', token);
    return token.text;
  }

  end(): void {
    const token = this.#next();
    if (token) throw this.bad(`unexpected ${quote(token.text)} after the last tier`);
  }

  bad(problem: string) {
    return badInput(problem, positionAt(this.#text, this.#tokenAt), this.#file);
  }

  #missing(what: string, found: { text: string } | null) {
    return this.bad(`expected the ${what}, found ${found ? quote(found.text) : 'the end of the file'}`);
  }

  /** The next number, string or flag. */
  #next(): { kind: 'string' | 'number' | 'flag'; text: string } | null {
    for (;;) {
      const space = /[^\s]/g;
      space.lastIndex = this.#at;
      const start = space.exec(this.#text)?.index ?? this.#text.length;
      this.#tokenAt = start;
      if (start >= this.#text.length) return null;
      const char = this.#text[start]!;
      if (char === '"') return { kind: 'string', text: this.#quoted(start) };
      if (char === '!') {
        const lineEnd = /[\r\n]/g;
        lineEnd.lastIndex = start;
        this.#at = lineEnd.exec(this.#text)?.index ?? this.#text.length;
        continue;
      }
      const end = /[\s"]/g;
      end.lastIndex = start;
      this.#at = end.exec(this.#text)?.index ?? this.#text.length;
      const word = this.#text.slice(start, this.#at);
      if (/^<\w+>$/.test(word)) return { kind: 'flag', text: word };
      if (/^[-+]?[\d.]/.test(word) || /^(?:nan|[-+]?inf)/i.test(word)) {
        if (parseDecimal(word) === null) throw this.bad(`${quote(word)} is not a number`);
        return { kind: 'number', text: word };
      }
    }
  }

  /** A quoted string; `""` inside stands for one quote. */
  #quoted(start: number): string {
    let at = start + 1;
    for (;;) {
      const close = this.#text.indexOf('"', at);
      if (close < 0) throw this.bad('a text in quotes is not closed');
      if (this.#text[close + 1] !== '"') {
        this.#at = close + 1;
        return this.#text.slice(start + 1, close).replaceAll('""', '"');
      }
      at = close + 2;
    }
  }
}

/** The document in its own layout. */
export function serialiseTextGrid(document: TextGridDocument): string {
  return document.layout === 'long' ? longText(document) : shortText(document);
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const head = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n';

function longText({ xmin, xmax, tiers }: TextGridDocument): string {
  const lines = [`xmin = ${xmin}`, `xmax = ${xmax}`, 'tiers? <exists>', `size = ${tiers.length}`, 'item []:'];
  for (const [at, tier] of tiers.entries()) {
    const point = tier.kind === 'point';
    const list = point ? 'points' : 'intervals';
    lines.push(
      `    item [${at + 1}]:`,
      `        class = "${point ? 'TextTier' : 'IntervalTier'}"`,
      `        name = ${quoted(tier.name)}`,
      `        xmin = ${tier.xmin}`,
      `        xmax = ${tier.xmax}`,
      `        ${list}: size = ${tier.items.length}`,
    );
    for (const [number, item] of tier.items.entries()) {
      lines.push(`        ${list} [${number + 1}]:`);
      if (point) lines.push(`            number = ${item.start}`, `            mark = ${quoted(item.text)}`);
      else {
        lines.push(
          `            xmin = ${item.start}`,
          `            xmax = ${item.end}`,
          `            text = ${quoted(item.text)}`,
        );
      }
    }
  }
  return `${head}${lines.join('\n')}\n`;
}

function shortText({ xmin, xmax, tiers }: TextGridDocument): string {
  const lines = [xmin, xmax, '<exists>', String(tiers.length)];
  for (const tier of tiers) {
    const point = tier.kind === 'point';
    lines.push(
      `"${point ? 'TextTier' : 'IntervalTier'}"`,
      quoted(tier.name),
      tier.xmin,
      tier.xmax,
      String(tier.items.length),
    );
    for (const item of tier.items) lines.push(item.start, ...(point ? [] : [item.end]), quoted(item.text));
  }
  return `${head}${lines.join('\n')}\n`;
}

/**
 * Turns of a TextGrid: a tier per speaker, intervals with a label are speech and the label is what was said. A single
 * tier whose few labels repeat is taken as the other habit: labels are speakers.
 */
export function textGridTurns(
  document: TextGridDocument,
  options: ParseOptions = {},
): { turns: Turn[]; warnings: string[] } {
  const fileId = fileIdFromName(options.file);
  const tiers = document.tiers.filter((tier) => tier.kind === 'interval');
  const warnings: string[] = [];
  const points = document.tiers.length - tiers.length;
  if (points > 0) warnings.push(`${points} point tier(s) are kept but hold no turns.`);
  const byLabel = tiers.length === 1 && labelsRepeat(tiers[0]!);
  const turns: Turn[] = [];
  let empty = 0;
  for (const [at, tier] of tiers.entries()) {
    const tierName = tier.name.trim() || `tier ${at + 1}`;
    for (const item of tier.items) {
      const label = item.text.trim();
      if (label === '') continue;
      const [startSec, endSec] = [Number(item.start) + 0, Number(item.end)];
      if (endSec <= startSec) {
        empty += 1;
        continue;
      }
      const speaker = (byLabel ? label : tierName).slice(0, 200);
      const turn: Turn = { fileId, channel: '1', startSec, endSec, speaker, confidence: null };
      turns.push(byLabel || label === tierName ? turn : { ...turn, text: item.text });
    }
  }
  if (empty > 0) warnings.push(`${empty} labelled interval(s) of zero length are kept but are no turns.`);
  return { turns: turns.sort(compareTurns), warnings };
}

function labelsRepeat(tier: TextGridTier): boolean {
  const labels = tier.items
    .map((item) => item.text.trim())
    .filter((label) => label !== '' && label !== tier.name.trim());
  const distinct = new Set(labels);
  return distinct.size > 1 && distinct.size * 2 <= labels.length && [...distinct].every((label) => label.length <= 40);
}

/** A tier per speaker; turns of one speaker that overlap go to a further tier of that name. Label = words, else the name. */
export function textGridFromTurns(turns: readonly Turn[]): { document: TextGridDocument; warnings: string[] } {
  const xmax = String(turns.reduce((last, turn) => Math.max(last, turn.endSec), 0));
  const tiers: TextGridTier[] = [];
  const names = [...new Set(turns.map((turn) => turn.speaker))].sort(compareText);
  let further = 0;
  for (const name of names) {
    const layers = layersOf(turns.filter((turn) => turn.speaker === name));
    further += layers.length - 1;
    for (const layer of layers) tiers.push({ kind: 'interval', name, xmin: '0', xmax, items: itemsOf(layer, xmax) });
  }
  // One speaker who repeats himself would be read as labels of speakers: an empty tier makes clear what the tiers are.
  if (tiers.length === 1 && labelsRepeat(tiers[0]!)) {
    tiers.push({ ...tiers[0]!, name: 'nobody', items: itemsOf([], xmax) });
  }
  const warnings = further > 0 ? [`${further} further tier(s) hold turns of a speaker that overlap each other.`] : [];
  return { document: { layout: 'long', xmin: '0', xmax, tiers }, warnings };
}

/** Turns in as few rows without overlap as it takes. */
export function layersOf(turns: readonly Turn[]): Turn[][] {
  const layers: Turn[][] = [];
  for (const turn of [...turns].sort(compareTurns)) {
    const layer = layers.find((one) => one.at(-1)!.endSec <= turn.startSec);
    if (layer) layer.push(turn);
    else layers.push([turn]);
  }
  return layers;
}

/** Praat wants the whole time covered: pauses are intervals without label. */
function itemsOf(turns: readonly Turn[], xmax: string): TextGridTier['items'] {
  const items: TextGridTier['items'] = [];
  let at = '0';
  for (const turn of turns) {
    const [start, end] = [String(turn.startSec), String(turn.endSec)];
    if (Number(at) < turn.startSec) items.push({ start: at, end: start, text: '' });
    items.push({ start, end, text: turn.text?.trim() ? turn.text : turn.speaker });
    at = end;
  }
  if (Number(at) < Number(xmax)) items.push({ start: at, end: xmax, text: '' });
  return items;
}
