import { AppError } from '../api/errors.ts';
import { decodeBytes, decodeText, encodeText, type TextEncoding } from './text/decode.ts';
import { rttmFormat, uemFormat, via3Format } from './core-formats.ts';
import { datasetFormats, tellingFormats } from './dataset-formats.ts';
import { textFormats } from './text-formats.ts';
import {
  lossWarnings,
  requireOneFile,
  type LabelFormat,
  type ParsedLabels,
  type WriteOptions,
  type WrittenLabels,
} from './registry.ts';
import type { LabelSet, ParseOptions } from './turn.ts';

export type { FormatCapabilities, LabelFormat, ParsedLabels, WriteOptions, WrittenLabels } from './registry.ts';
export type { FaceBox, LabelSet, MediaReference, ParseOptions, Region, SyncOffset, Turn } from './turn.ts';
export { emptyLabels } from './turn.ts';

/** Every label format, in the order in which contents are tried. */
export const labelFormats: readonly LabelFormat[] = [
  rttmFormat,
  via3Format,
  ...tellingFormats,
  ...textFormats,
  ...datasetFormats,
  uemFormat,
];

/** @throws AppError bad-input naming the formats there are */
export function findFormat(id: string): LabelFormat {
  const format = labelFormats.find((one) => one.id === id);
  if (format) return format;
  throw new AppError('bad-input', `There is no label format "${id}".`, {
    fix: `Use one of: ${labelFormats.map((one) => one.id).join(', ')}.`,
  });
}

/** Formats whose extension a file name has, longest extension first; `.json` alone may be several. */
export function formatsOfName(fileName: string): LabelFormat[] {
  const name = fileName.toLowerCase();
  const matches = labelFormats.flatMap((format) =>
    format.extensions.filter((extension) => name.endsWith(extension)).map((extension) => ({ format, extension })),
  );
  matches.sort((a, b) => b.extension.length - a.extension.length);
  const longest = matches[0]?.extension.length;
  return matches.filter((one) => one.extension.length === longest).map((one) => one.format);
}

/** The format to write into a file of that name. @throws AppError bad-input when the name does not tell */
export function formatForOutput(fileName: string): LabelFormat {
  const format = formatsOfName(fileName).find((one) => one.serialise);
  if (format) return format;
  const known = labelFormats.flatMap((one) => (one.serialise ? one.extensions.slice(0, 1) : []));
  throw new AppError('bad-input', `The name ${fileName} does not tell which label format to write.`, {
    file: fileName,
    fix: `End it in one of ${known.join(' ')}, or name the format.`,
  });
}

/** Characters looked at to recognise a format. */
const sniffLength = 16_384;

/** Extensions that say nothing about what is inside. */
const vagueExtensions = ['.txt', '.json', '.lab'];

/**
 * By content among the formats of the name; else by name, if that is telling (the parser then names the place that is
 * wrong); else by content among all. @throws AppError bad-input
 */
export function detectFormat(text: string, fileName: string): LabelFormat {
  const head = text.slice(0, sniffLength).replace(/^\uFEFF/, '');
  const named = formatsOfName(fileName);
  const isVague = vagueExtensions.some((extension) => fileName.toLowerCase().endsWith(extension));
  const fits = (one: LabelFormat) => one.sniff(head);
  const format =
    named.find(fits) ??
    (isVague ? null : named[0]) ??
    labelFormats.find(fits) ??
    (fileName.toLowerCase().endsWith('.json') || head.trim() === '' ? named[0] : null);
  if (format) return format;
  throw new AppError('bad-input', `${fileName} is in no label format that is known here.`, {
    file: fileName,
    fix: `Name the format if it is one of: ${labelFormats.map((one) => one.id).join(', ')}.`,
  });
}

/** A label file that was read, with what is needed to write it back the same. */
export interface LabelFile extends ParsedLabels {
  encoding: TextEncoding;
}

/**
 * Reads a label file of any known format.
 *
 * @param formatId to override what name and content say
 * @throws AppError bad-input with line and column; all or nothing
 */
export function readLabels(
  content: Uint8Array | string,
  fileName: string,
  formatId?: string,
  options: Pick<ParseOptions, 'fps' | 'posteriorRules'> = {},
): LabelFile {
  const decoded =
    typeof content === 'string'
      ? { text: content, encoding: { charset: 'utf-8', bom: false } as const, warnings: [] }
      : isBinary(content, fileName, formatId)
        ? decodeBytes(content)
        : decodeText(content, fileName);
  const format = formatId === undefined ? detectFormat(decoded.text, fileName) : findFormat(formatId);
  const parsed = format.parse(decoded.text, { ...options, file: nameForId(fileName, format) });
  return {
    ...parsed,
    formatId: format.id,
    warnings: [...decoded.warnings, ...parsed.warnings],
    encoding: decoded.encoding,
  };
}

/** `talk.roi.json` is of the recording talk, as `talk.json` is; VIA files have their own rule. */
function nameForId(fileName: string, format: LabelFormat): string {
  const double = format.extensions.find((one) => /^\..+\./.test(one) && fileName.toLowerCase().endsWith(one));
  if (double === undefined || fileName.length === double.length) return fileName;
  return fileName.slice(0, -double.length) + double.slice(double.lastIndexOf('.'));
}

/** Bytes that are no text: by the format asked for, else by their own mark. */
function isBinary(content: Uint8Array, fileName: string, formatId: string | undefined): boolean {
  if (formatId !== undefined) return findFormat(formatId).binary === true;
  const head = decodeBytes(content.subarray(0, 16)).text;
  if (labelFormats.some((one) => one.binary && one.sniff(head))) return true;
  return formatsOfName(fileName)[0]?.binary === true;
}

/**
 * Labels as text of a format, with a warning for everything it cannot hold.
 *
 * @throws AppError unsupported when the format is only read, or holds one recording and there are several
 */
export function writeLabels(labels: LabelSet, formatId: string, options: WriteOptions): WrittenLabels {
  const format = findFormat(formatId);
  if (!format.serialise) {
    throw new AppError('unsupported', `${format.label} can be read but not written.`, {
      fix: `Write one of: ${labelFormats.flatMap((one) => (one.serialise ? [one.id] : [])).join(', ')}.`,
    });
  }
  requireOneFile(labels, format);
  const losses = lossWarnings(labels, format);
  const written = format.serialise(withoutForeignBoxes(labels, format), options);
  return { text: written.text, warnings: [...losses, ...written.warnings] };
}

/** Boxes in the other measure cannot be turned into the format's own: the size of the picture is not known. */
function withoutForeignBoxes(labels: LabelSet, format: LabelFormat): LabelSet {
  const relative = format.can.relativeBoxes === true;
  return { ...labels, boxes: labels.boxes.filter((box) => (box.relative === true) === relative) };
}

/** What {@link writeLabels} gave, as the bytes of a file. */
export const encodeLabels = (text: string, formatId: string): Uint8Array =>
  encodeText(text, { charset: findFormat(formatId).binary ? 'bytes' : 'utf-8', bom: false });

/** A read file in another format; into its own format it comes out as it was, to the byte. */
export function convertLabels(
  source: LabelFile,
  formatId: string,
  options: WriteOptions,
): { bytes: Uint8Array; warnings: string[] } {
  if (formatId === source.formatId) {
    return { bytes: encodeText(source.original(), source.encoding), warnings: source.warnings };
  }
  const written = writeLabels(source.labels, formatId, options);
  return { bytes: encodeLabels(written.text, formatId), warnings: [...source.warnings, ...written.warnings] };
}
