import { roundTo, checkSeconds, parseDecimal } from './text/numbers.ts';
import { badInput, positionAt } from './text/bad-input.ts';
import { fileIdFromName, withoutBom } from './text/lines.ts';
import { JsonArray, JsonNumber, JsonObject, toJson, type JsonValue } from './json/model.ts';
import { parseJson } from './json/parse.ts';
import { serialiseJson } from './json/serialise.ts';
import { compareTurns, type ParseOptions, type Turn } from './turn.ts';

/** Names the known tools give to the members of a segment. */
const startKeys = ['start', 'start_time', 'start_sec'];
const endKeys = ['end', 'end_time', 'end_sec'];
const speakerKeys = ['speaker', 'speaker_tag', 'speaker_id', 'label'];
const textKeys = ['text', 'words'];

/**
 * Lists of segments as JSON: pyannote and Hugging Face (`{"diarization":[{start,end,speaker}]}`), Whisper and WhisperX
 * (`{"segments":[…]}`), whisper.cpp (`{"transcription":[{offsets:{from,to}}]}`, milliseconds), SegLST (`[{session_id,start_time,end_time,speaker,words}]`).
 *
 * @throws AppError bad-input with line and column; all or nothing
 */
export function parseJsonLabels(text: string, options: ParseOptions = {}): { turns: Turn[]; warnings: string[] } {
  const { body } = withoutBom(text);
  const root = parseJson(body, options.file);
  const list = listOf(root);
  const bad = (at: number, problem: string) => badInput(problem, positionAt(body, Math.max(0, at)), options.file);
  if (!list) throw bad(0, 'the JSON holds no list of segments ("diarization", "segments", or a list at the top)');
  const fileId = fileIdFromName(options.file);
  let unnamed = 0;
  let oddConfidence = 0;
  const turns = list.items.map((item): Turn => {
    if (!(item instanceof JsonObject)) throw bad(list.at, 'a segment is not an object');
    const time = (keys: readonly string[], what: string) => {
      const value = firstOf(item, keys);
      const number = value instanceof JsonNumber ? value.value : typeof value === 'string' ? parseDecimal(value) : null;
      if (number === null) throw bad(item.at, `a segment has no ${what}`);
      return checkSeconds(number, what, () => positionAt(body, item.at), options.file);
    };
    const offsets = item.get('offsets');
    const inMs = (key: string, what: string) => {
      const value = offsets instanceof JsonObject ? offsets.get(key) : undefined;
      if (!(value instanceof JsonNumber)) throw bad(item.at, `a segment has no ${what}`);
      return checkSeconds(roundTo(value.value / 1000, 3), what, () => positionAt(body, item.at), options.file);
    };
    const isInMs = offsets instanceof JsonObject && firstOf(item, startKeys) === undefined;
    const startSec = isInMs ? inMs('from', 'start time') : time(startKeys, 'start time');
    const endSec = isInMs ? inMs('to', 'end time') : time(endKeys, 'end time');
    if (endSec <= startSec) throw bad(item.at, 'a segment ends before it begins or has no length');
    const speaker = textOf(firstOf(item, speakerKeys)).trim();
    if (speaker.length > 200) throw bad(item.at, 'a speaker name is longer than 200 characters');
    if (speaker === '') unnamed += 1;
    const score = item.get('confidence');
    const confidence = score instanceof JsonNumber && score.value >= 0 && score.value <= 1 ? score.value : null;
    if (score !== undefined && score !== null && confidence === null) oddConfidence += 1;
    const turn: Turn = {
      fileId: textOf(item.get('session_id')) || fileId,
      channel: textOf(item.get('channel')) || '1',
      startSec,
      endSec,
      speaker: speaker || 'unknown',
      confidence,
    };
    const words = textOf(firstOf(item, textKeys)).trim();
    return words === '' ? turn : { ...turn, text: words };
  });
  const warnings: string[] = [];
  if (unnamed > 0) warnings.push(`${unnamed} segment(s) without a speaker are named "unknown".`);
  if (oddConfidence > 0)
    warnings.push(`${oddConfidence} confidence value(s) that are no number from 0 to 1 are not shown.`);
  return { turns, warnings };
}

function listOf(root: JsonValue): JsonArray | null {
  if (root instanceof JsonArray) return root;
  if (!(root instanceof JsonObject)) return null;
  for (const key of ['diarization', 'segments', 'turns', 'transcription']) {
    const value = root.get(key);
    if (value instanceof JsonArray) return value;
  }
  // pyannoteAI answers {"output":{"diarization":[…]}}.
  const output = root.get('output');
  return output instanceof JsonObject ? listOf(output) : null;
}

const firstOf = (item: JsonObject, keys: readonly string[]): JsonValue | undefined =>
  keys.map((key) => item.get(key)).find((value) => value !== undefined && value !== null);

const textOf = (value: JsonValue | undefined): string =>
  typeof value === 'string' ? value : value instanceof JsonNumber ? value.text : '';

/** `{"diarization":[{"start","end","speaker"}]}`, with `confidence` and `text` where there are any. */
export function serialiseHfJson(turns: readonly Turn[]): string {
  const items = [...turns].sort(compareTurns).map((turn) =>
    toJson({
      start: roundTo(turn.startSec, 6),
      end: roundTo(turn.endSec, 6),
      speaker: turn.speaker,
      ...(turn.confidence === null ? {} : { confidence: roundTo(turn.confidence, 4) }),
      ...(turn.text ? { text: turn.text } : {}),
    }),
  );
  return `${serialiseJson(toJson({ diarization: new JsonArray(items) }), 2)}\n`;
}

/** SegLST (meeteval): a list of utterances, words empty where nothing is known. */
export function serialiseSegLst(turns: readonly Turn[]): string {
  const items = [...turns].sort(compareTurns).map((turn) =>
    toJson({
      session_id: turn.fileId,
      start_time: roundTo(turn.startSec, 6),
      end_time: roundTo(turn.endSec, 6),
      speaker: turn.speaker,
      words: turn.text ?? '',
    }),
  );
  return `${serialiseJson(new JsonArray(items), 2)}\n`;
}
