import { badInput, quote } from './text/bad-input.ts';
import { columnOfField, fieldsOf, linesOf, withoutBom, type TextLine } from './text/lines.ts';
import { addDecimals, maxTimeSec, parseDecimal, parseSeconds } from './text/numbers.ts';
import { TokenTable } from './text/tokens.ts';
import { compareTurns, type ParseOptions, type Turn } from './turn.ts';

/**
 * RTTM (NIST Rich Transcription 2009, appendix A): ten fields a line,
 * `type file channel start duration orthography subtype speaker confidence lookahead`; the last may be missing.
 *
 * The document keeps every line as it was, so that what was read is written back to the byte: comments, SPKR-INFO and
 * other record types, spacing, line ends and the number of decimals.
 */
export interface RttmDocument {
  bom: boolean;
  lines: RttmLine[];
  /** The SPEAKER lines, in file order. */
  turns: Turn[];
  /** SPKR-INFO lines. */
  speakers: RttmSpeakerInfo[];
  warnings: string[];
}

export interface RttmLine extends TextLine {
  /** Set on SPEAKER lines. */
  turn: Turn | null;
}

export interface RttmSpeakerInfo {
  fileId: string;
  channel: string;
  /** `adult_male`, `adult_female`, `child`, `unknown`. */
  subtype: string;
  speaker: string;
}

/** Record types of the specification. Only SPEAKER is a turn; the others are kept as they are. */
const recordTypes = new Set(
  ('SEGMENT NOSCORE NO_RT_METADATA LEXEME NON-LEX NON-SPEECH FILLER EDIT IP SU CB A/P ' + 'SPEAKER SPKR-INFO').split(
    ' ',
  ),
);

/**
 * @throws AppError bad-input with line and column; all or nothing
 */
export function parseRttm(text: string, options: ParseOptions = {}): RttmDocument {
  const { bom, body } = withoutBom(text);
  const reader = new RttmLineReader(options.file);
  const document: RttmDocument = { bom, lines: [], turns: [], speakers: [], warnings: [] };
  for (const line of linesOf(body)) {
    const { turn, speaker } = reader.read(line.text);
    document.lines.push({ text: line.text, eol: line.eol, turn });
    if (turn) document.turns.push(turn);
    if (speaker) document.speakers.push(speaker);
  }
  document.warnings = reader.warnings();
  return document;
}

/** The file as it was read, or as {@link rttmFromTurns} made it. */
export function serialiseRttm(document: Pick<RttmDocument, 'bom' | 'lines'>): string {
  const parts: string[] = document.bom ? ['\uFEFF'] : [];
  for (const line of document.lines) parts.push(line.text, line.eol);
  return parts.join('');
}

/** Reads RTTM line by line: what {@link parseRttm} and a reader of files larger than memory share. */
export class RttmLineReader {
  #line = 0;
  #file: string | undefined;
  #otherTypes = new Map<string, number>();
  #oddConfidence = 0;
  /** File ids, channels and names repeat on every line: one string each. */
  #interned = new Map<string, string>();

  constructor(file?: string) {
    this.#file = file;
  }

  /** @throws AppError bad-input with line and column */
  read(text: string): { turn: Turn | null; speaker: RttmSpeakerInfo | null } {
    this.#line += 1;
    const fields = fieldsOf(text);
    const type = fields[0];
    if (type === undefined || type.startsWith(';') || type.startsWith('#')) return { turn: null, speaker: null };
    if (type === 'SPEAKER') return { turn: this.#readTurn(text, fields), speaker: null };
    if (!recordTypes.has(type)) {
      throw this.#bad(text, 0, `${quote(type)} is no RTTM record type`, 'Check that this is an RTTM file.');
    }
    if (fields.length < 8) throw this.#missing(text, fields.length);
    if (type === 'SPKR-INFO') {
      const [, fileId, channel, , , , subtype, speaker] = fields as [
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
      ];
      return { turn: null, speaker: { fileId, channel, subtype, speaker } };
    }
    this.#otherTypes.set(type, (this.#otherTypes.get(type) ?? 0) + 1);
    return { turn: null, speaker: null };
  }

  /** What was kept but is not shown as turns; call at the end. */
  warnings(): string[] {
    const warnings = [...this.#otherTypes].map(
      ([type, count]) => `${count} ${type} line(s) are kept but are no turns.`,
    );
    if (this.#oddConfidence > 0) {
      warnings.push(`${this.#oddConfidence} confidence value(s) outside 0…1 are kept in the file but not shown.`);
    }
    return warnings;
  }

  #readTurn(text: string, fields: string[]): Turn {
    if (fields.length < 9) throw this.#missing(text, fields.length);
    if (fields.length > 10) {
      const fix = 'Names with white space need it replaced by "_".';
      throw this.#bad(text, 10, `a SPEAKER line has 10 fields, this one ${fields.length}`, fix);
    }
    const [, fileId, channel, startText, durationText, , , speaker, confidenceText] = fields as [
      string, string, string, string, string, string, string, string, string,
    ]; // prettier-ignore
    const startSec = this.#seconds(text, 3, startText, 'start time');
    const durationSec = this.#seconds(text, 4, durationText, 'duration');
    if (durationSec === 0) throw this.#bad(text, 4, 'the duration is zero');
    const endSec = addDecimals(startSec, startText, durationSec, durationText);
    if (!(endSec > startSec)) throw this.#bad(text, 4, `the duration ${durationText} is too small to have an effect`);
    if (endSec > maxTimeSec) this.#seconds(text, 4, String(endSec), 'end time');
    if (speaker.length > 200) throw this.#bad(text, 7, 'the speaker name is longer than 200 characters');
    return {
      fileId: this.#intern(fileId),
      channel: this.#intern(channel),
      startSec,
      endSec,
      speaker: this.#intern(speaker),
      confidence: this.#confidence(text, confidenceText),
    };
  }

  #confidence(text: string, field: string): number | null {
    if (field === '<NA>') return null;
    const value = parseDecimal(field);
    if (value === null) throw this.#bad(text, 8, `the confidence ${quote(field)} is neither a number nor <NA>`);
    if (value >= 0 && value <= 1) return value;
    this.#oddConfidence += 1;
    return null;
  }

  #seconds(text: string, field: number, value: string, what: string): number {
    // The position costs a scan of the line: only when there is something to say.
    const number = parseDecimal(value);
    if (number !== null && number >= 0 && number <= maxTimeSec) return number;
    return parseSeconds(value, what, { line: this.#line, column: columnOfField(text, field) }, this.#file);
  }

  #missing(text: string, count: number) {
    return this.#bad(text, count, `the line has ${count} fields where RTTM needs at least 9`);
  }

  #bad(text: string, field: number, problem: string, fix?: string) {
    return badInput(problem, { line: this.#line, column: columnOfField(text, field) }, this.#file, fix);
  }

  #intern(text: string): string {
    const known = this.#interned.get(text);
    if (known !== undefined) return known;
    this.#interned.set(text, text);
    return text;
  }
}

/**
 * RTTM of our own making: one SPEAKER line per turn by file, start, end and speaker; ends are rounded, not durations, so
 * that turns that touch still touch.
 *
 * @param decimals of start and duration; 3 is what every scorer reads
 */
export function rttmFromTurns(turns: readonly Turn[], decimals: 3 | 6 = 3): RttmDocument {
  const scale = decimals === 3 ? 1e3 : 1e6;
  const token = new TokenTable('RTTM');
  const document: RttmDocument = { bom: false, lines: [], turns: [], speakers: [], warnings: [] };
  let tooShort = 0;
  for (const turn of [...turns].sort(compareTurns)) {
    const start = Math.round(turn.startSec * scale);
    const duration = Math.round(turn.endSec * scale) - start;
    if (duration <= 0) {
      tooShort += 1;
      continue;
    }
    const fileId = token.of('file id', '', turn.fileId);
    const channel = token.of('channel', fileId, turn.channel);
    const speaker = token.of('speaker', fileId, turn.speaker);
    const confidence = turn.confidence === null ? '<NA>' : String(Number(turn.confidence.toFixed(4)));
    const text = `SPEAKER ${fileId} ${channel} ${fixed(start, decimals)} ${fixed(duration, decimals)} <NA> <NA> ${speaker} ${confidence} <NA>`;
    const written: Turn = {
      fileId,
      channel,
      startSec: start / scale,
      endSec: (start + duration) / scale,
      speaker,
      confidence: turn.confidence === null ? null : Number(confidence),
    };
    document.lines.push({ text, eol: '\n', turn: written });
    document.turns.push(written);
  }
  document.warnings = token.warnings();
  if (tooShort > 0) {
    document.warnings.push(
      `${tooShort} turn(s) shorter than ${1 / scale} s cannot be written as RTTM and were left out.`,
    );
  }
  return document;
}

/** A count of 10⁻³ or 10⁻⁶ seconds as decimal text, exactly. */
function fixed(units: number, decimals: 3 | 6): string {
  const digits = String(units).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
