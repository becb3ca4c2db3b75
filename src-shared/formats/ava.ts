import { groupBy } from './group-by.ts';
import { parseLines } from './line-labels.ts';
import type { WrittenLabels } from './registry.ts';
import { withoutBom } from './text/lines.ts';
import { parseDecimal, roundTo } from './text/numbers.ts';
import { TokenTable, type TokenRules } from './text/tokens.ts';
import { compareText, compareTurns, type FaceBox, type LabelSet, type ParseOptions, type Turn } from './turn.ts';

export type AvaLabel = 'NOT_SPEAKING' | 'SPEAKING_AUDIBLE' | 'SPEAKING_NOT_AUDIBLE';
const labelNames: readonly string[] = ['NOT_SPEAKING', 'SPEAKING_AUDIBLE', 'SPEAKING_NOT_AUDIBLE'];

/** One face on one frame of AVA-ActiveSpeaker. */
export interface AvaRow {
  videoId: string;
  timeSec: number;
  /** Shares of the picture, 0..1: left, top, right, bottom; null where a prediction leaves them out. */
  box: readonly [number, number, number, number] | null;
  label: AvaLabel;
  /** A face track. */
  entityId: string;
  /** Of a prediction: how sure it is that the face speaks and is heard. */
  score: number | null;
  /** Of the file, from 1. */
  line: number;
}

/**
 * AVA-ActiveSpeaker (Roth et al. 2020): no header,
 * `video_id,frame_timestamp,x1,y1,x2,y2,label,entity_id[,score]`, the box as shares of the picture. A header line that
 * begins with `video_id` is passed over.
 *
 * @throws AppError bad-input with line and column; all or nothing
 */
export function readAvaRows(text: string, options: ParseOptions = {}): AvaRow[] {
  return parseLines<AvaRow>(withoutBom(text).body, options, (line) => {
    const cells = line.text.split(',').map((cell) => cell.trim());
    if (line.number === 1 && cells[0] === 'video_id') return null;
    const bad = (problem: string, cell: number) => line.badAt(problem, columnOfCell(line.text, cell));
    if (cells.length !== 8 && cells.length !== 9)
      throw bad(`the line has ${cells.length} cells where AVA-ActiveSpeaker has 8, or 9 with a score`, 0);
    const [videoId, time, , , , , label, entityId, scoreText] = cells as [
      string, string, string, string, string, string, string, string, string | undefined,
    ]; // prettier-ignore
    if (videoId === '' || entityId === '') throw bad('the name of the video or of the face is empty', 0);
    if (videoId.length > 200 || entityId.length > 200) throw bad('a name is longer than 200 characters', 0);
    if (!labelNames.includes(label)) throw bad(`the label is none of ${labelNames.join(', ')}`, 6);
    const score = scoreText === undefined ? null : parseDecimal(scoreText);
    if (scoreText !== undefined && score === null) throw bad('the score is not a number', 8);
    return {
      videoId,
      timeSec: line.secondsAt(time, 'time', columnOfCell(line.text, 1)),
      box: readBox(cells.slice(2, 6), (problem) => bad(problem, 2)),
      label: label as AvaLabel,
      entityId,
      score,
      line: line.number,
    };
  });
}

function readBox(cells: readonly string[], bad: (problem: string) => Error): AvaRow['box'] {
  if (cells.every((cell) => cell === '')) return null;
  const [x1, y1, x2, y2] = cells.map(parseDecimal);
  if (x1 == null || y1 == null || x2 == null || y2 == null) throw bad('the box is not four numbers');
  if ([x1, y1, x2, y2].some((value) => Math.abs(value) > 10)) throw bad('the box is not in shares of the picture');
  if (x2 < x1 || y2 < y1) throw bad('the box ends before it begins');
  return [x1, y1, x2, y2];
}

function columnOfCell(line: string, cell: number): number {
  let at = 0;
  for (let k = 0; k < cell; k++) at = line.indexOf(',', at) + 1;
  return at + 1;
}

/**
 * Turns are the runs of frames on which a face speaks and is heard; the last frame lasts as long as the frames of its track
 * usually do.
 */
export function parseAva(text: string, options: ParseOptions = {}): { labels: LabelSet; warnings: string[] } {
  const rows = readAvaRows(text, options);
  const labels: LabelSet = { turns: [], regions: [], boxes: [], media: [] };
  for (const { videoId, timeSec, box, entityId } of rows) {
    if (!box) continue;
    const [x1, y1, x2, y2] = box;
    const place = { xPx: x1, yPx: y1, widthPx: roundTo(x2 - x1, 9), heightPx: roundTo(y2 - y1, 9) };
    labels.boxes.push({ fileId: videoId, timeSec, ...place, speaker: entityId, relative: true });
  }
  for (const track of groupBy(rows, (row) => JSON.stringify([row.videoId, row.entityId])).values()) {
    for (const turn of turnsOfTrack(track)) labels.turns.push(turn);
  }
  labels.turns.sort(compareTurns);
  const unheard = rows.filter((row) => row.label === 'SPEAKING_NOT_AUDIBLE').length;
  const scored = rows.filter((row) => row.score !== null).length;
  const warnings: string[] = [];
  if (unheard > 0) warnings.push(`${unheard} frame(s) of speech that is not heard are no turns.`);
  if (scored > 0) warnings.push(`${scored} score(s) of single frames are kept in the file but not shown.`);
  return { labels, warnings };
}

function turnsOfTrack(track: readonly AvaRow[]): Turn[] {
  const rows = [...track].sort((a, b) => a.timeSec - b.timeSec);
  const steps = rows.slice(1).map((row, at) => row.timeSec - rows[at]!.timeSec);
  const frameSec = steps.filter((step) => step > 0).sort((a, b) => a - b)[steps.length >> 1] ?? 0.04;
  const turns: Turn[] = [];
  let start: number | null = null;
  for (const [at, row] of rows.entries()) {
    const next = rows[at + 1];
    const speaks = row.label === 'SPEAKING_AUDIBLE';
    if (speaks) start ??= row.timeSec;
    const goesOn = next !== undefined && next.timeSec - row.timeSec <= 2 * frameSec;
    if (start === null || (speaks && goesOn && next.label === 'SPEAKING_AUDIBLE')) continue;
    const endSec = roundTo(goesOn ? next.timeSec : row.timeSec + frameSec, 6);
    if (endSec > start) {
      const { videoId: fileId, entityId: speaker } = row;
      turns.push({ fileId, channel: '1', startSec: start, endSec, speaker, confidence: null });
    }
    start = null;
  }
  return turns;
}

const noComma: TokenRules = { forbidden: /[,\p{Cc}\u2028\u2029]/gu, empty: 'unknown', what: 'commas' };

/** A line for every box whose face is named; it speaks where a turn of that name lies. */
export function serialiseAva({ turns, boxes }: LabelSet): WrittenLabels {
  const token = new TokenTable('AVA-ActiveSpeaker', noComma);
  const named = boxes.filter(
    (box): box is FaceBox & { speaker: string } => box.relative === true && box.speaker !== null,
  );
  const keyOf = (fileId: string, speaker: string) => JSON.stringify([fileId, speaker]);
  const speech = groupBy(turns, (turn) => keyOf(turn.fileId, turn.speaker));
  const seen = new Set<Turn>();
  const ordered = [...named].sort(
    (a, b) => compareText(a.fileId, b.fileId) || compareText(a.speaker, b.speaker) || a.timeSec - b.timeSec,
  );
  const cursors = new Map<string, { turns: Turn[]; at: number }>();
  const lines = ordered.map((box) => {
    const key = keyOf(box.fileId, box.speaker);
    let cursor = cursors.get(key);
    if (!cursor) cursors.set(key, (cursor = { turns: [...(speech.get(key) ?? [])].sort(compareTurns), at: 0 }));
    while (cursor.turns[cursor.at] && cursor.turns[cursor.at]!.endSec <= box.timeSec + 1e-9) cursor.at += 1;
    const turn = cursor.turns[cursor.at];
    const speaks = turn !== undefined && turn.startSec <= box.timeSec + 1e-9;
    if (speaks) seen.add(turn);
    const place = [box.xPx, box.yPx, box.xPx + box.widthPx, box.yPx + box.heightPx].map((value) => roundTo(value, 6));
    const fileId = token.of('video', '', box.fileId);
    const label = speaks ? 'SPEAKING_AUDIBLE' : 'NOT_SPEAKING';
    return `${fileId},${roundTo(box.timeSec, 6)},${place.join(',')},${label},${token.of('face', fileId, box.speaker)}\n`;
  });
  const warnings = token.warnings();
  if (turns.length > seen.size)
    warnings.push(
      `${turns.length - seen.size} turn(s) have no face of that name on any frame: AVA-ActiveSpeaker cannot hold them; left out.`,
    );
  const unnamed = boxes.filter((box) => box.relative && box.speaker === null).length;
  if (unnamed > 0) warnings.push(`${unnamed} face box(es) without a name were left out.`);
  return { text: lines.join(''), warnings };
}
