import { parseLines, seconds, type LineLabels } from './line-labels.ts';
import type { WrittenLabels } from './registry.ts';
import { fieldsOf } from './text/lines.ts';
import { addDecimals, parseDecimal, roundTo } from './text/numbers.ts';
import { TokenTable } from './text/tokens.ts';
import { compareTurns, type ParseOptions, type Turn } from './turn.ts';

/** Words of one speaker with a shorter pause between them make one turn, seconds. */
export const wordPauseSec = 0.5;
/** Stands where a turn has no words. */
const noWord = '<NA>';

interface Word extends Turn {
  word: string;
}

/**
 * NIST CTM: `file channel start duration word [confidence [type [speaker]]]`, one word a line. Words of one speaker make a
 * turn until a pause of {@link wordPauseSec}; its confidence is the mean of theirs.
 *
 * @throws AppError bad-input with line and column; all or nothing
 */
export function parseCtm(text: string, options: ParseOptions = {}): LineLabels {
  let unnamed = 0;
  let oddConfidence = 0;
  const words = parseLines<Word>(text, options, (line) => {
    const fields = fieldsOf(line.text);
    const [fileId, channel, start, duration, word, score, , name] = fields;
    if (fileId === undefined || fileId.startsWith(';') || fileId.startsWith('#')) return null;
    if (channel === undefined || start === undefined || duration === undefined || word === undefined)
      throw line.bad(`the line has ${fields.length} fields where CTM has at least 5`, fields.length);
    if (fields.length > 8) throw line.bad(`the line has ${fields.length} fields where CTM has at most 8`, 8);
    const startSec = line.seconds(start, 'start time', 2);
    const endSec = addDecimals(startSec, start, line.seconds(duration, 'duration', 3), duration);
    line.seconds(String(endSec), 'end time', 3);
    const isScored = score !== undefined && score !== noWord;
    const value = isScored ? parseDecimal(score) : null;
    const confidence = value !== null && value >= 0 && value <= 1 ? value : null;
    if (isScored && confidence === null) oddConfidence += 1;
    if (name === undefined) unnamed += 1;
    return { fileId, channel, startSec, endSec, speaker: line.speaker(name ?? 'unknown', 7), confidence, word };
  });
  const { turns, empty } = joinWords(words);
  const warnings: string[] = [];
  if (unnamed > 0) warnings.push(`${unnamed} word(s) without a speaker are of "unknown".`);
  if (oddConfidence > 0)
    warnings.push(`${oddConfidence} confidence value(s) that are no number from 0 to 1 are not shown.`);
  if (empty > 0) warnings.push(`${empty} word(s) of no length that stand alone are no turns.`);
  return { turns, warnings };
}

function joinWords(words: readonly Word[]): { turns: Turn[]; empty: number } {
  const open = new Map<string, { turn: Turn; words: string[]; scores: number[] }>();
  const joined: { turn: Turn; words: string[]; scores: number[] }[] = [];
  const ordered = words.map((word, at) => ({ word, at }));
  ordered.sort((a, b) => a.word.startSec - b.word.startSec || a.at - b.at);
  for (const { word: one } of ordered) {
    const { word, confidence, ...rest } = one;
    const key = JSON.stringify([one.fileId, one.channel, one.speaker]);
    let entry = open.get(key);
    if (entry && one.startSec - entry.turn.endSec < wordPauseSec - 1e-9) {
      entry.turn.endSec = Math.max(entry.turn.endSec, one.endSec);
    } else {
      entry = { turn: { ...rest, confidence: null }, words: [], scores: [] };
      open.set(key, entry);
      joined.push(entry);
    }
    if (word !== noWord) entry.words.push(word);
    if (confidence !== null) entry.scores.push(confidence);
  }
  const turns = joined.flatMap(({ turn, words: own, scores }) => {
    if (!(turn.endSec > turn.startSec)) return [];
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const confidence = scores.length > 0 ? roundTo(mean, 6) : null;
    return [{ ...turn, confidence, ...(own.length > 0 ? { text: own.join(' ') } : {}) }];
  });
  return { turns: turns.sort(compareTurns), empty: joined.length - turns.length };
}

/** A line a word; where words of a turn lie inside it is not known: evenly. */
export function serialiseCtm(turns: readonly Turn[]): WrittenLabels {
  const token = new TokenTable('CTM');
  let spread = 0;
  let joined = 0;
  const lastEnd = new Map<string, number>();
  const lines = [...turns].sort(compareTurns).flatMap((turn) => {
    const fileId = token.of('file id', '', turn.fileId);
    const channel = token.of('channel', fileId, turn.channel);
    const speaker = token.of('speaker', fileId, turn.speaker);
    const key = `${fileId} ${channel} ${speaker}`;
    const before = lastEnd.get(key);
    if (before !== undefined && turn.startSec - before < wordPauseSec - 1e-9) joined += 1;
    lastEnd.set(key, Math.max(before ?? 0, turn.endSec));
    const words = fieldsOf((turn.text ?? '').replace(/\s+/gu, ' '));
    if (words.length > 1) spread += 1;
    if (words.length === 0) words.push(noWord);
    const length = turn.endSec - turn.startSec;
    const bound = (at: number) =>
      at === words.length ? turn.endSec : roundTo(turn.startSec + (length * at) / words.length, 6);
    const score = turn.confidence === null ? noWord : String(roundTo(turn.confidence, 4));
    return words.map((word, at) => {
      const duration = seconds(bound(at + 1) - bound(at));
      return `${fileId} ${channel} ${seconds(bound(at))} ${duration} ${word} ${score} lex ${speaker}\n`;
    });
  });
  const warnings = token.warnings();
  if (spread > 0) warnings.push(`Times of words are not known: inside ${spread} turn(s) they were spread evenly.`);
  if (joined > 0)
    warnings.push(
      `${joined} turn(s) begin within ${wordPauseSec} s of the same speaker's last: CTM, which knows words only, makes one turn of them.`,
    );
  return { text: lines.join(''), warnings };
}
