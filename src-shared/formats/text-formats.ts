import { parseDelimited, serialiseDelimited } from './delimited.ts';
import { eafFromTurns, parseEaf } from './eaf.ts';
import { parseJsonLabels, serialiseHfJson, serialiseSegLst } from './json-labels.ts';
import {
  parseAudacity,
  parseLbl,
  parseLium,
  parseStm,
  serialiseAudacity,
  serialiseLbl,
  serialiseLium,
  serialiseStm,
} from './line-labels.ts';
import type { FormatCapabilities, LabelFormat, WriteOptions, WrittenLabels } from './registry.ts';
import { parseSubtitles, serialiseSrt, serialiseWebVtt } from './subtitles.ts';
import { parseTextGrid, serialiseTextGrid, textGridFromTurns, textGridTurns } from './textgrid.ts';
import { emptyLabels, type LabelSet, type MediaReference, type ParseOptions, type Turn } from './turn.ts';

/** What most of these hold: turns of one recording, nothing else. */
const turnsOnly: FormatCapabilities = {
  turns: true,
  regions: false,
  boxes: false,
  manyFiles: false,
  channel: false,
  confidence: false,
  text: false,
  overlap: true,
};

interface TurnFormat {
  id: string;
  label: string;
  extensions: readonly string[];
  can?: Partial<FormatCapabilities>;
  sniff: (head: string) => boolean;
  read: (text: string, options: ParseOptions) => { turns: Turn[]; warnings: string[]; media?: MediaReference[] };
  write?: (turns: readonly Turn[], labels: LabelSet, options: WriteOptions) => WrittenLabels;
}

/** A format whose labels are turns; a file converted into its own format stays the text it was. */
function turnFormat({ id, label, extensions, can, sniff, read, write }: TurnFormat): LabelFormat {
  return {
    id,
    label,
    extensions,
    can: { ...turnsOnly, ...can },
    sniff,
    parse(text, options) {
      const { turns, warnings, media } = read(text, options);
      return { labels: { ...emptyLabels(), turns, media: media ?? [] }, warnings, original: () => text };
    },
    ...(write ? { serialise: (labels: LabelSet, options: WriteOptions) => write(labels.turns, labels, options) } : {}),
  };
}

const plain = (text: string): WrittenLabels => ({ text, warnings: [] });
const number = String.raw`\d+(?:\.\d+)?`;

/** In the order in which contents are tried: the most telling first. */
export const textFormats: readonly LabelFormat[] = [
  turnFormat({
    id: 'eaf',
    label: 'ELAN',
    extensions: ['.eaf'],
    can: { text: true },
    sniff: (head) => /<ANNOTATION_DOCUMENT[\s>]/.test(head),
    read: parseEaf,
    write: (turns, { media }, { appVersion, createdMs }) =>
      eafFromTurns(turns, media, { author: `Diarist ${appVersion}`, createdMs }),
  }),
  turnFormat({
    id: 'textgrid',
    label: 'Praat TextGrid',
    extensions: ['.textgrid'],
    can: { text: true },
    sniff: (head) => /^\s*File type = "ooTextFile|^\s*"ooTextFile/.test(head) && head.includes('TextGrid'),
    read: (text, options) => textGridTurns(parseTextGrid(text, options), options),
    write(turns) {
      const { document, warnings } = textGridFromTurns(turns);
      return { text: serialiseTextGrid(document), warnings };
    },
  }),
  turnFormat({
    id: 'vtt',
    label: 'WebVTT',
    extensions: ['.vtt'],
    can: { text: true },
    sniff: (head) => head.startsWith('WEBVTT'),
    read: parseSubtitles,
    write: (turns) => serialiseWebVtt(turns),
  }),
  turnFormat({
    id: 'srt',
    label: 'SubRip',
    extensions: ['.srt'],
    can: { text: true },
    sniff: (head) => /^\s*\d+[ \t]*\r?\n\s*\d+:\d\d:\d\d[,.]\d+\s+-->/.test(head),
    read: parseSubtitles,
    write: (turns) => serialiseSrt(turns),
  }),
  turnFormat({
    id: 'seglst',
    label: 'SegLST',
    extensions: ['.seglst.json'],
    can: { text: true, manyFiles: true },
    sniff: (head) => /^\s*\[/.test(head) && head.includes('"session_id"'),
    read: parseJsonLabels,
    write: (turns) => plain(serialiseSegLst(turns)),
  }),
  turnFormat({
    id: 'hf-json',
    label: 'JSON segments',
    extensions: ['.json'],
    can: { text: true, confidence: true },
    sniff: (head) =>
      /^\s*[{[]/.test(head) && /"(?:diarization|segments|turns|transcription|start(?:_time|_sec)?)"/.test(head),
    read: parseJsonLabels,
    write: (turns) => plain(serialiseHfJson(turns)),
  }),
  turnFormat({
    id: 'lium',
    label: 'LIUM .seg',
    extensions: ['.seg'],
    can: { manyFiles: true, channel: true },
    sniff: (head) => /^(?:;.*\r?\n)*\S+ \S+ \d+ \d+ [A-Z] [A-Z] [A-Z]\w* \S+[ \t]*(?:\r?\n|$)/.test(head),
    read: parseLium,
    write: (turns) => serialiseLium(turns),
  }),
  turnFormat({
    id: 'stm',
    label: 'STM',
    extensions: ['.stm'],
    can: { text: true, manyFiles: true, channel: true },
    sniff: (head) =>
      new RegExp(
        `^(?:;;.*\\r?\\n)*\\S+[ \\t]+\\S+[ \\t]+(?!\\d)\\S+[ \\t]+${number}[ \\t]+${number}(?:[ \\t]|\\r?\\n|$)`,
      ).test(head),
    read: parseStm,
    write: (turns) => serialiseStm(turns),
  }),
  turnFormat({
    id: 'audacity',
    label: 'Audacity labels',
    extensions: ['.txt', '.segments'],
    sniff: (head) => new RegExp(`^${number}\\t${number}(?:\\t|\\r?\\n|$)`).test(head),
    read: parseAudacity,
    write: (turns) => serialiseAudacity(turns),
  }),
  turnFormat({
    id: 'lbl',
    label: 'ALIZÉ .lbl',
    extensions: ['.lbl', '.lab'],
    sniff: (head) => new RegExp(`^${number} +${number} +\\S+[ \\t]*(?:\\r?\\n|$)`).test(head),
    read: parseLbl,
    write: (turns) => serialiseLbl(turns),
  }),
  turnFormat({
    id: 'csv',
    label: 'CSV',
    extensions: ['.csv'],
    can: { text: true, confidence: true, manyFiles: true, channel: true },
    sniff: (head) => tableHeader(head, /[,;]/),
    read: parseDelimited,
    write: (turns) => plain(serialiseDelimited(turns, ',')),
  }),
  turnFormat({
    id: 'tsv',
    label: 'TSV',
    extensions: ['.tsv'],
    can: { text: true, confidence: true, manyFiles: true, channel: true },
    sniff: (head) => tableHeader(head, /\t/),
    read: parseDelimited,
    write: (turns) => plain(serialiseDelimited(turns, '\t')),
  }),
];

function tableHeader(head: string, separator: RegExp): boolean {
  const header = /^[^\r\n]*/.exec(head)![0].toLowerCase();
  return separator.test(header) && /start|onset|begin|tmin/.test(header) && /speaker|label|spk|name|who/.test(header);
}
