import { AppError } from '../api/errors.ts';
import type { LabelSet, ParseOptions } from './turn.ts';

/** What a format can say; what it cannot is warned of when written. */
export interface FormatCapabilities {
  turns: boolean;
  regions: boolean;
  boxes: boolean;
  /** Boxes as shares of the picture rather than pixels. */
  relativeBoxes?: boolean;
  /** Offsets between sound and picture. */
  sync?: boolean;
  /** False where speakers are only numbered. */
  names?: false;
  /** Several recordings in one file. */
  manyFiles: boolean;
  channel: boolean;
  confidence: boolean;
  text: boolean;
  /** Two speakers at one time. */
  overlap: boolean;
}

export interface WriteOptions {
  /** Stem of the file that is written: names a recording where the labels do not. */
  stem: string;
  /** `0.1.0`; into formats that name their maker. */
  appVersion: string;
  /** Into formats that carry a date, milliseconds since 1970. */
  createdMs: number;
  /** Frames a second, as in {@link ParseOptions}. */
  fps?: number;
}

export interface ParsedLabels {
  formatId: string;
  labels: LabelSet;
  warnings: string[];
  /** The file as it was read, unknown parts included: what writing the same format again gives. */
  original: () => string;
}

export interface WrittenLabels {
  /** Of a binary format: a character a byte. */
  text: string;
  warnings: string[];
}

/** One label format. */
export interface LabelFormat {
  id: string;
  /** As people call it: `RTTM`. */
  label: string;
  /** Lower case with dot, the usual one first; may hold two dots (`.via.json`). */
  extensions: readonly string[];
  can: FormatCapabilities;
  /** The file is bytes: `text` everywhere holds one character (0–255) for each. */
  binary?: true;
  /** Does this text look like the format? Only the beginning (some kilobytes) is given. */
  sniff: (head: string) => boolean;
  /** @throws AppError bad-input with line and column; all or nothing */
  parse: (text: string, options: ParseOptions) => Omit<ParsedLabels, 'formatId'>;
  /** Absent: the format is only read. */
  serialise?: (labels: LabelSet, options: WriteOptions) => WrittenLabels;
}

/** What of the labels a format will not hold, in words for a person. */
export function lossWarnings(labels: LabelSet, format: LabelFormat): string[] {
  const { can, label } = format;
  const warnings: string[] = [];
  const lost = (count: number, what: string) => {
    if (count > 0) warnings.push(`${label} cannot hold ${what} (${count}); left out.`);
  };
  if (!can.turns) lost(labels.turns.length, 'speaker turns');
  if (!can.regions) lost(labels.regions.length, 'scored regions');
  if (!can.boxes) lost(labels.boxes.length, 'face boxes');
  else if (can.relativeBoxes) lost(labels.boxes.filter((box) => !box.relative).length, 'face boxes in pixels');
  else lost(labels.boxes.filter((box) => box.relative).length, 'face boxes as shares of the picture');
  if (!can.sync) lost(labels.sync?.length ?? 0, 'offsets between sound and picture');
  if (can.turns && can.names === false)
    lost(new Set(labels.turns.map((turn) => turn.speaker)).size, 'names of speakers');
  if (can.turns && !can.confidence) lost(labels.turns.filter((turn) => turn.confidence !== null).length, 'confidences');
  if (can.turns && !can.text) lost(labels.turns.filter((turn) => turn.text).length, 'transcribed words');
  if (!can.channel) lost(new Set(labels.turns.map((turn) => turn.channel)).size > 1 ? 1 : 0, 'channels');
  return warnings;
}

/** Refuses labels of several recordings for a format of one. */
export function requireOneFile(labels: LabelSet, format: LabelFormat): void {
  if (format.can.manyFiles) return;
  const ids = new Set([...labels.turns, ...labels.regions, ...labels.boxes].map((one) => one.fileId));
  if (ids.size <= 1) return;
  const shown = [...ids].slice(0, 3).join(', ');
  throw new AppError(
    'unsupported',
    `One ${format.label} file holds one recording; the labels are of ${ids.size} (${shown}, …).`,
    {
      fix: 'Convert to a folder (one file per recording), or choose a format that holds several, such as RTTM.',
    },
  );
}
