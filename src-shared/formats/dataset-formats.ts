import { parseAva, serialiseAva } from './ava.ts';
import { parseCtm, serialiseCtm } from './ctm.ts';
import { parseCvat } from './cvat.ts';
import { parseLabelStudio } from './label-studio.ts';
import { parseOffsets, parseRoi, serialiseOffsets, serialiseRoi } from './m3sd.ts';
import { parseNpy, serialiseNpy } from './npy.ts';
import type { FormatCapabilities, LabelFormat } from './registry.ts';
import { emptyLabels } from './turn.ts';
import { parseVoxBlink, serialiseVoxBlink } from './voxblink.ts';

/** Formats of data sets and annotation services. */
const nothing: FormatCapabilities = {
  turns: false,
  regions: false,
  boxes: false,
  manyFiles: false,
  channel: false,
  confidence: false,
  text: false,
  overlap: false,
};

/** Told by their content before the plain segment lists, whose marks they carry too. */
export const tellingFormats: readonly LabelFormat[] = [
  {
    id: 'label-studio',
    label: 'Label Studio export',
    extensions: ['.json'],
    can: {
      ...nothing,
      turns: true,
      boxes: true,
      relativeBoxes: true,
      manyFiles: true,
      channel: true,
      text: true,
      overlap: true,
    },
    sniff: (head) =>
      /^\s*[[{]/.test(head) &&
      (/"(?:annotations|completions)"\s*:\s*\[/.test(head) || /"(?:labels|paragraphlabels)"\s*:\s*\[/.test(head)) &&
      !/"(?:diarization|segments|session_id)"/.test(head),
    parse: (text, options) => ({ ...parseLabelStudio(text, options), original: () => text }),
  },
  {
    id: 'm3sd-roi',
    label: 'M3SD regions of interest',
    extensions: ['.roi.json', '.json'],
    can: { ...nothing, boxes: true },
    sniff: (head) => /^\s*\{\s*"\d+"\s*:\s*\[\s*(?:\]|\{[^}]*"x1")/.test(head),
    parse(text, options) {
      const { boxes, warnings } = parseRoi(text, options);
      return { labels: { ...emptyLabels(), boxes }, warnings, original: () => text };
    },
    serialise: (labels, options) => serialiseRoi(labels.boxes, options),
  },
  {
    id: 'cvat',
    label: 'CVAT for video',
    extensions: ['.xml'],
    can: { ...nothing, turns: true, boxes: true, overlap: true },
    sniff: (head) => /<annotations[\s>]/.test(head),
    parse: (text, options) => ({ ...parseCvat(text, options), original: () => text }),
  },
];

/** Told after the formats whose extension they share. */
export const datasetFormats: readonly LabelFormat[] = [
  {
    id: 'ctm',
    label: 'CTM',
    extensions: ['.ctm'],
    can: { ...nothing, turns: true, manyFiles: true, channel: true, confidence: true, text: true, overlap: true },
    sniff: (head) => /^(?:[;#].*\r?\n)*\S+[ \t]+\S+[ \t]+[\d.]+[ \t]+[\d.]+[ \t]+\S+/.test(head),
    parse(text, options) {
      const { turns, warnings } = parseCtm(text, options);
      return { labels: { ...emptyLabels(), turns }, warnings, original: () => text };
    },
    serialise: (labels) => serialiseCtm(labels.turns),
  },
  {
    id: 'npy',
    label: 'NumPy matrix',
    extensions: ['.npy'],
    binary: true,
    can: { ...nothing, turns: true, overlap: true, names: false },
    sniff: (head) => head.startsWith('\x93NUMPY'),
    parse(text, options) {
      const { turns, warnings } = parseNpy(text, options);
      return { labels: { ...emptyLabels(), turns }, warnings, original: () => text };
    },
    serialise: (labels, options) => serialiseNpy(labels.turns, options),
  },
  {
    id: 'ava',
    label: 'AVA-ActiveSpeaker',
    extensions: ['.ava.csv', '.csv'],
    can: { ...nothing, turns: true, boxes: true, relativeBoxes: true, manyFiles: true, overlap: true },
    sniff: (head) => /^(?:video_id,.*\r?\n)?[^,\r\n]+,[\d.]+,(?:[^,\r\n]*,){4}(?:NOT_)?SPEAKING(?:_\w+)?,/.test(head),
    parse: (text, options) => ({ ...parseAva(text, options), original: () => text }),
    serialise: (labels) => serialiseAva(labels),
  },
  {
    id: 'm3sd-offsets',
    label: 'M3SD offsets.csv',
    extensions: ['offsets.csv', '.csv'],
    can: { ...nothing, sync: true },
    sniff: (head) => head.startsWith('video_filename,AV_offset'),
    parse(text, options) {
      const { sync, warnings } = parseOffsets(text, options);
      return { labels: { ...emptyLabels(), sync }, warnings, original: () => text };
    },
    serialise: (labels) => serialiseOffsets(labels.sync ?? []),
  },
  {
    id: 'voxblink2',
    label: 'VoxBlink2 metadata',
    extensions: ['.voxblink.txt', '.txt'],
    can: { ...nothing, turns: true, boxes: true },
    sniff: (head) => /(?:^|\n)[ \t]*\d+\t[ \t]*-?\d+\t[ \t]*-?\d+\t[ \t]*\d+\t[ \t]*\d+[ \t]*(?:\r?\n|$)/.test(head),
    parse: (text, options) => ({ ...parseVoxBlink(text, options), original: () => text }),
    serialise: serialiseVoxBlink,
  },
];
