import { assumedFps, videoFps } from './m3sd.ts';
import type { WriteOptions, WrittenLabels } from './registry.ts';
import { badInput } from './text/bad-input.ts';
import { columnOfField, fieldsOf, fileIdFromName, linesOf, withoutBom } from './text/lines.ts';
import { checkSeconds, parseDecimal, roundTo } from './text/numbers.ts';
import { TokenTable } from './text/tokens.ts';
import { emptyLabels, type FaceBox, type LabelSet, type ParseOptions } from './turn.ts';

/** More lines than this before the first number are no header. */
const maxHeaderLines = 20;

/**
 * VoxBlink and VoxBlink2 utterances: header lines (five, or seven), then `frame x y w h` in pixels at 25 frames a second.
 * The utterance reaches from the first to the last frame, as the dataset's cropper cuts it.
 *
 * @throws AppError bad-input with line and column; all or nothing
 */
export function parseVoxBlink(text: string, options: ParseOptions = {}): { labels: LabelSet; warnings: string[] } {
  const fps = options.fps ?? videoFps;
  const header = new Map<string, string>();
  const labels = emptyLabels();
  const rows: { frame: number; x: number; y: number; w: number; h: number }[] = [];
  let number = 0;
  for (const { text: line } of linesOf(withoutBom(text).body)) {
    number += 1;
    const fields = fieldsOf(line);
    if (fields.length === 0) continue;
    const values = fields.map(parseDecimal);
    const at = (field: number) => ({ line: number, column: columnOfField(line, field) });
    if (fields.length !== 5 || values.some((value) => value === null)) {
      if (rows.length > 0 || number > maxHeaderLines) throw badInput('expected frame, x, y, w, h', at(0), options.file);
      const [, key, value] = /^\s*([\w ]+?)\s*:\s*(\S.*?)\s*$/.exec(line) ?? [];
      if (key !== undefined && value !== undefined && value.length <= 200) header.set(key.toLowerCase(), value);
      continue;
    }
    const [frame, x, y, w, h] = values as [number, number, number, number, number];
    if (!Number.isInteger(frame)) throw badInput('the frame is not a whole number', at(0), options.file);
    checkSeconds(frame / fps, 'time', () => at(0), options.file);
    if (w < 0 || h < 0 || [x, y, w, h].some((value) => Math.abs(value) > 1e6))
      throw badInput('the box is not one of pixels', at(1), options.file);
    if (rows.length > 0 && frame <= rows.at(-1)!.frame)
      throw badInput('the frames are not in order', at(0), options.file);
    rows.push({ frame, x, y, w, h });
  }
  if (rows.length === 0)
    throw badInput('the file holds no line of frame, x, y, w, h', { line: 1, column: 1 }, options.file);
  const fileId = header.get('reference') ?? fileIdFromName(options.file);
  const speaker = header.get('identity') ?? 'unknown';
  for (const { frame, x, y, w, h } of rows) {
    const timeSec = roundTo(frame / fps, 6);
    labels.boxes.push({ fileId, timeSec, xPx: x, yPx: y, widthPx: w, heightPx: h, speaker });
  }
  const [startSec, endSec] = [labels.boxes[0]!.timeSec, labels.boxes.at(-1)!.timeSec];
  if (endSec > startSec) labels.turns.push({ fileId, channel: '1', startSec, endSec, speaker, confidence: null });
  const warnings = assumedFps(options);
  if (!header.has('identity')) warnings.push('The header names no identity: the speaker is "unknown".');
  return { labels, warnings };
}

/** One utterance: the speaker with most boxes in pixels. The header has seven lines, with a name for each we know. */
export function serialiseVoxBlink(labels: LabelSet, options: WriteOptions): WrittenLabels {
  const fps = options.fps ?? videoFps;
  const token = new TokenTable('VoxBlink2');
  const bySpeaker = new Map<string, FaceBox[]>();
  for (const box of labels.boxes) {
    if (box.relative || box.speaker === null) continue;
    bySpeaker.set(box.speaker, [...(bySpeaker.get(box.speaker) ?? []), box]);
  }
  const [speaker = 'unknown', boxes = []] = [...bySpeaker].sort(([, a], [, b]) => b.length - a.length)[0] ?? [];
  const frames = new Map<number, FaceBox>();
  for (const box of boxes) frames.set(Math.round(box.timeSec * fps), box);
  const rows = [...frames].sort(([a], [b]) => a - b);
  const warnings = options.fps === undefined ? [`Times are written as frame numbers, ${fps} a second.`] : [];
  const otherBoxes = labels.boxes.filter((box) => !box.relative).length - rows.length;
  if (otherBoxes > 0)
    warnings.push(
      `VoxBlink2 holds one face a file: ${otherBoxes} face box(es) of others, unnamed or on the same frame were left out.`,
    );
  const isHeld = (turn: LabelSet['turns'][number]) =>
    rows.length > 1 &&
    turn.speaker === speaker &&
    Math.abs(turn.startSec - rows[0]![0] / fps) < 1e-3 &&
    Math.abs(turn.endSec - rows.at(-1)![0] / fps) < 1e-3;
  const lostTurns = labels.turns.filter((turn) => !isHeld(turn)).length;
  if (lostTurns > 0)
    warnings.push(`VoxBlink2 holds one turn, from the first to the last box: ${lostTurns} turn(s) were left out.`);
  const moved = rows.filter(([frame, box]) => Math.abs(box.timeSec * fps - frame) > 1e-3).length;
  if (moved > 0) warnings.push(`Times of ${moved} face box(es) were rounded to whole frames.`);
  const whole = rows.every(([, box]) => [box.xPx, box.yPx, box.widthPx, box.heightPx].every(Number.isInteger));
  if (!whole) warnings.push('Boxes were rounded to whole pixels.');
  const fileId = boxes[0]?.fileId ?? options.stem;
  const header = [
    `Identity  : \t${token.of('speaker', '', speaker)}`,
    `Reference : \t${token.of('file id', '', fileId)}`,
    'Offset    : \t0',
    'FV Conf   : \t<NA>',
    'ASD Conf  : \t<NA>',
    '',
    'FRAME \tX \tY \tW \tH',
  ];
  const lines = rows.map(([frame, { xPx, yPx, widthPx, heightPx }]) =>
    [String(frame).padStart(6, '0'), ...[xPx, yPx, widthPx, heightPx].map(Math.round)].join('\t'),
  );
  return { text: `${[...header, ...lines].join('\n')}\n`, warnings: [...warnings, ...token.warnings()] };
}
