import { groupBy } from './group-by.ts';
import { JsonArray, JsonNumber, JsonObject, toJson, type JsonValue } from './json/model.ts';
import { parseJson } from './json/parse.ts';
import { serialiseJson } from './json/serialise.ts';
import { parseLines } from './line-labels.ts';
import type { WriteOptions, WrittenLabels } from './registry.ts';
import { badInput, positionAt, quote } from './text/bad-input.ts';
import { fileIdFromName, withoutBom } from './text/lines.ts';
import { checkSeconds, parseDecimal, roundTo } from './text/numbers.ts';
import { TokenTable, type TokenRules } from './text/tokens.ts';
import type { FaceBox, ParseOptions, SyncOffset } from './turn.ts';

/** Pictures a second of the M3SD, MISP and VoxBlink2 files, whose times are frame numbers. */
export const videoFps = 25;
export const assumedFps = (options: ParseOptions): string[] =>
  options.fps === undefined ? [`Times are frame numbers: ${videoFps} frames a second were assumed.`] : [];

/**
 * M3SD and MISP regions of interest: `{"<frame>":[{"id","x1","y1","x2","y2","lip":[x1,y1,x2,y2] or []}]}`, pixels.
 *
 * @throws AppError bad-input with line and column; all or nothing
 */
export function parseRoi(text: string, options: ParseOptions = {}): { boxes: FaceBox[]; warnings: string[] } {
  const { body } = withoutBom(text);
  const fps = options.fps ?? videoFps;
  const fileId = fileIdFromName(options.file);
  const bad = (at: number, problem: string) => badInput(problem, positionAt(body, Math.max(0, at)), options.file);
  const root = parseJson(body, options.file);
  if (!(root instanceof JsonObject)) throw bad(0, 'not an object of frames');
  const boxes: FaceBox[] = [];
  let lips = 0;
  for (const [key, faces] of root.members) {
    const at = faces instanceof JsonArray ? faces.at : root.at;
    if (!/^\d{1,8}$/.test(key)) throw bad(at, `${quote(key)} is no frame number`);
    if (!(faces instanceof JsonArray)) throw bad(at, `frame ${key} is not a list of faces`);
    const timeSec = checkSeconds(roundTo(Number(key) / fps, 6), 'time', () => positionAt(body, at), options.file);
    for (const face of faces.items) {
      if (!(face instanceof JsonObject)) throw bad(at, `a face of frame ${key} is not an object`);
      const number = (name: string): number => {
        const value = face.get(name);
        const found =
          value instanceof JsonNumber ? value.value : typeof value === 'string' ? parseDecimal(value) : null;
        if (found === null || Math.abs(found) > 1e6) throw bad(face.at, `a face has no usable number "${name}"`);
        return found;
      };
      const [x1, y1, x2, y2] = [number('x1'), number('y1'), number('x2'), number('y2')];
      if (x2 < x1 || y2 < y1) throw bad(face.at, 'a face box ends before it begins');
      const lip = face.get('lip');
      if (lip instanceof JsonArray && lip.items.length > 0) lips += 1;
      const place = { xPx: x1, yPx: y1, widthPx: roundTo(x2 - x1, 6), heightPx: roundTo(y2 - y1, 6) };
      boxes.push({
        fileId,
        timeSec,
        ...place,
        speaker: nameOf(face.get('id'), () => bad(face.at, 'a face has no id')),
      });
    }
  }
  const warnings = assumedFps(options);
  if (lips > 0) warnings.push(`${lips} lip box(es) are kept in the file but not shown.`);
  return { boxes, warnings };
}

function nameOf(value: JsonValue | undefined, bad: () => Error): string {
  const name = value instanceof JsonNumber ? value.text : value;
  if (typeof name !== 'string' || name.trim() === '' || name.length > 200) throw bad();
  return name.trim();
}

/** Boxes in pixels, by frame; no lips. */
export function serialiseRoi(boxes: readonly FaceBox[], options: WriteOptions): WrittenLabels {
  const fps = options.fps ?? videoFps;
  const held = boxes.filter((box) => !box.relative);
  const frameOf = (box: FaceBox) => Math.round(box.timeSec * fps);
  const rounded = held.filter((box) => Math.abs(box.timeSec * fps - frameOf(box)) > 1e-3).length;
  const unnamed = held.filter((box) => box.speaker === null).length;
  const frames = [...groupBy(held, (box) => String(frameOf(box)))].sort(([a], [b]) => Number(a) - Number(b));
  const root = new JsonObject(
    frames.map(([frame, faces]) => [
      frame,
      toJson(
        faces.map(({ xPx, yPx, widthPx, heightPx, speaker }) => ({
          id: speaker ?? 'unknown',
          x1: xPx,
          y1: yPx,
          x2: roundTo(xPx + widthPx, 6),
          y2: roundTo(yPx + heightPx, 6),
          lip: [],
        })),
      ),
    ]),
  );
  const warnings = options.fps === undefined ? [`Times are written as frame numbers, ${fps} a second.`] : [];
  if (rounded > 0) warnings.push(`Times of ${rounded} face box(es) were rounded to whole frames.`);
  if (unnamed > 0) warnings.push(`${unnamed} face box(es) without a name are called "unknown".`);
  return { text: `${serialiseJson(root, 1)}\n`, warnings };
}

const offsetsHeader = 'video_filename,AV_offset,Min_dist,Confidence';

/**
 * `offsets.csv` of the M3SD sync gate: a row per face track under the header
 * `video_filename,AV_offset,Min_dist,Confidence`.
 *
 * @throws AppError bad-input with line and column; all or nothing
 */
export function parseOffsets(text: string, options: ParseOptions = {}): { sync: SyncOffset[]; warnings: string[] } {
  const sync = parseLines<SyncOffset>(text, options, (line) => {
    if (line.number === 1) {
      if (line.text.trim() !== offsetsHeader) throw line.badAt(`the header is not ${offsetsHeader}`, 1);
      return null;
    }
    const parts = line.text.split(',');
    // A file name may hold commas; the numbers do not.
    const [offset, distance, confidence] = parts.slice(-3).map((part) => parseDecimal(part.trim()));
    const track = parts.slice(0, -3).join(',').trim();
    if (parts.length < 4) throw line.badAt(`the row has ${parts.length} cells where offsets.csv has 4`, 1);
    if (track === '' || track.length > 1000) throw line.badAt('the name is empty or longer than 1000 characters', 1);
    if (offset == null || distance == null || confidence == null || Math.abs(offset) > 1e6)
      throw line.badAt('offset, distance and confidence are not three numbers', track.length + 2);
    return { track, offsetFrames: offset, minDistance: distance, confidence };
  });
  if (sync.length === 0 && withoutBom(text).body.trim() === '')
    throw badInput(`the file is empty; its header is ${offsetsHeader}`, { line: 1, column: 1 }, options.file);
  const kept = sync.filter(passesSyncGate).length;
  return { sync, warnings: [`${kept} of ${sync.length} face track(s) pass the M3SD gate (5 frames, confidence 1).`] };
}

/** M3SD keeps a scene when one of its tracks is at most 5 frames off with a confidence of 1 or more. */
export const passesSyncGate = (one: SyncOffset): boolean => Math.abs(one.offsetFrames) <= 5 && one.confidence >= 1;

const oneLine: TokenRules = { forbidden: /[\p{Cc}\u2028\u2029]/gu, empty: 'unknown', what: 'line ends' };

export function serialiseOffsets(sync: readonly SyncOffset[]): WrittenLabels {
  const token = new TokenTable('offsets.csv', oneLine);
  const rows = sync.map((one) => {
    const numbers = [one.offsetFrames, one.minDistance, one.confidence];
    return `${token.of('track', '', one.track)},${numbers.join(',')}\n`;
  });
  return { text: `${offsetsHeader}\n${rows.join('')}`, warnings: token.warnings() };
}
