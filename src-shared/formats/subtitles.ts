import { badInput, quote } from './text/bad-input.ts';
import { fileIdFromName, linesOf, withoutBom } from './text/lines.ts';
import { checkSeconds, roundTo } from './text/numbers.ts';
import { noTabs, TokenTable } from './text/tokens.ts';
import { compareTurns, type ParseOptions, type Turn } from './turn.ts';
import type { WrittenLabels } from './registry.ts';

/** A cue as it stands in the file. */
interface Cue {
  startSec: number;
  endSec: number;
  /** Payload lines joined by line feeds. */
  payload: string;
}

const timing = /^\s*(\S+)\s+-->\s+(\S+)(?:\s.*)?$/;
const stamp = /^(?:(\d{1,4}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})$/;

/**
 * WebVTT and SubRip. Speakers come from voice tags (`<v Anna>`), from `[Anna]: …`, or from `Anna: …` where nearly every cue
 * begins so; other cues are `unknown`. @throws AppError bad-input with line and column; all or nothing
 */
export function parseSubtitles(text: string, options: ParseOptions = {}): { turns: Turn[]; warnings: string[] } {
  const cues = readCues(withoutBom(text).body, options.file);
  const fileId = fileIdFromName(options.file);
  const prefixed =
    cues.filter((cue) => namePrefix.test(plainText(cue.payload))).length >= Math.max(2, 0.8 * cues.length);
  let unnamed = 0;
  const turns = cues.flatMap((cue): Turn[] => {
    const { startSec, endSec } = cue;
    return voicesOf(cue.payload, prefixed).map(({ speaker, words }) => {
      if (speaker === null) unnamed += 1;
      const turn: Turn = {
        fileId,
        channel: '1',
        startSec,
        endSec,
        speaker: (speaker ?? 'unknown').slice(0, 200),
        confidence: null,
      };
      return words === '' ? turn : { ...turn, text: words };
    });
  });
  return { turns, warnings: unnamed > 0 ? [`${unnamed} cue(s) without a speaker are named "unknown".`] : [] };
}

function readCues(body: string, file: string | undefined): Cue[] {
  const cues: Cue[] = [];
  let cue: Cue | null = null;
  let skipping = false;
  let number = 0;
  for (const { text } of linesOf(body)) {
    number += 1;
    if (text.trim() === '') {
      cue = null;
      skipping = false;
      continue;
    }
    if (cue) {
      cue.payload += cue.payload === '' ? text : `\n${text}`;
      continue;
    }
    if (number === 1 && text.startsWith('WEBVTT')) skipping = true;
    if (skipping || /^(?:NOTE|STYLE|REGION)(?:\s|$)/.test(text)) {
      skipping = true;
      continue;
    }
    if (!text.includes('-->')) continue;
    const match = timing.exec(text);
    if (!match) throw badInput('a cue needs "start --> end"', { line: number, column: 1 }, file);
    const startSec = readStamp(match[1]!, number, text.indexOf(match[1]!) + 1, file);
    const endColumn = text.indexOf('-->') + 3 + text.slice(text.indexOf('-->') + 3).indexOf(match[2]!) + 1;
    const endSec = readStamp(match[2]!, number, endColumn, file);
    if (endSec <= startSec)
      throw badInput('the cue ends before it begins or has no length', { line: number, column: endColumn }, file);
    cue = { startSec, endSec, payload: '' };
    cues.push(cue);
  }
  return cues;
}

function readStamp(text: string, line: number, column: number, file: string | undefined): number {
  const match = stamp.exec(text);
  if (!match) throw badInput(`${quote(text)} is no time (hh:mm:ss.mmm)`, { line, column }, file);
  const [, hours, minutes, secs, fraction] = match;
  const ms = Number(fraction!.padEnd(3, '0'));
  const sec = roundTo(Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(secs) + ms / 1000, 3);
  return checkSeconds(sec, 'time', { line, column }, file);
}

const voiceTag = /<v(?:\.[^\s<>]*)?\s([^<>]+)>/g;
const bracketPrefix = /^\[([^\]\n]+)\]\s*:\s*/;
const namePrefix = /^([^:\n]{1,60}):\s+/;

function voicesOf(payload: string, prefixed: boolean): { speaker: string | null; words: string }[] {
  const tags = [...payload.matchAll(voiceTag)];
  if (tags.length > 0) {
    return tags.map((tag, at) => {
      const words = payload.slice(tag.index + tag[0].length, tags[at + 1]?.index ?? payload.length);
      return { speaker: unescapeVtt(tag[1]!).trim() || null, words: plainText(words) };
    });
  }
  const words = plainText(payload);
  const prefix = bracketPrefix.exec(words) ?? (prefixed ? namePrefix.exec(words) : null);
  const speaker = prefix?.[1]!.trim();
  return [speaker ? { speaker, words: words.slice(prefix![0].length) } : { speaker: null, words }];
}

/** Without tags, entities as characters. */
const plainText = (payload: string): string => unescapeVtt(payload.replace(/<[^<>]*>/g, '')).trim();

const entities: [string, string][] = [
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&nbsp;', '\u00a0'],
  ['&lrm;', '\u200e'],
  ['&rlm;', '\u200f'],
  ['&amp;', '&'],
];
const unescapeVtt = (text: string): string =>
  entities.reduce((now, [entity, char]) => now.replaceAll(entity, char), text);
const escapeVtt = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
/** A payload ends at a blank line. */
const oneBlock = (text: string): string =>
  text
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');

/** A cue per turn with a voice tag. */
export function serialiseWebVtt(turns: readonly Turn[]): WrittenLabels {
  const { cues, warnings } = cuesOf(turns, 'WebVTT', '.', noTabs);
  const blocks = cues.map(({ times, speaker, words }) => `${times}\n<v ${escapeVtt(speaker)}>${escapeVtt(words)}\n`);
  return { text: ['WEBVTT\n', ...blocks].join('\n'), warnings };
}

/** A numbered cue per turn, `[speaker]: words`. */
export function serialiseSrt(turns: readonly Turn[]): WrittenLabels {
  const rules = { forbidden: /[[\]<>&\t\n\v\f\r\u0085\u2028\u2029]/g, empty: 'unknown', what: 'brackets and tags' };
  const { cues, warnings } = cuesOf(turns, 'SubRip', ',', rules);
  const blocks = cues.map(({ times, speaker, words }, at) => `${at + 1}\n${times}\n[${speaker}]: ${srtWords(words)}\n`);
  return { text: blocks.join('\n'), warnings };
}

/** SubRip has no escapes of its own: they are used only where words would be taken for a tag or an escape. */
const srtWords = (words: string): string =>
  /<[^>]*>|&(?:lt|gt|amp|nbsp|lrm|rlm);/.test(words) ? escapeVtt(words) : words;

function cuesOf(turns: readonly Turn[], format: string, separator: '.' | ',', rules: typeof noTabs) {
  const token = new TokenTable(format, rules);
  const usable = turns.filter((turn) => Math.round(turn.endSec * 1000) > Math.round(turn.startSec * 1000));
  const cues = [...usable].sort(compareTurns).map((turn) => ({
    times: `${formatStamp(turn.startSec, separator)} --> ${formatStamp(turn.endSec, separator)}`,
    speaker: token.of('speaker', '', turn.speaker),
    words: oneBlock(turn.text ?? ''),
  }));
  const warnings = token.warnings();
  if (usable.length < turns.length)
    warnings.push(`${turns.length - usable.length} turn(s) shorter than a millisecond were left out.`);
  return { cues, warnings };
}

/** `hh:mm:ss.mmm`, rounded to the millisecond. */
export function formatStamp(sec: number, separator: '.' | ','): string {
  const ms = Math.round(sec * 1000);
  const part = (value: number, digits: number) => String(Math.floor(value)).padStart(digits, '0');
  return `${part(ms / 3_600_000, 2)}:${part((ms / 60_000) % 60, 2)}:${part((ms / 1000) % 60, 2)}${separator}${part(ms % 1000, 3)}`;
}
