import { intersect, unionOf, type Span } from '../formats/spans.ts';
import type { Region, Turn } from '../formats/turn.ts';
import { compareText } from '../formats/turn.ts';
import { assignAtLeastCost } from '../math/hungarian.ts';
import { countTimes, matchSpeakers, ratesOf, sharedTime, type DerRates, type DerTimes } from './der.ts';
import { framesOf } from './frames.ts';
import { conventionalExtent, prepareFile, strictScoring, type ScoringOptions } from './scoring-input.ts';
import { sweep } from './sweep.ts';

export type ScoredSide = 'reference' | 'hypothesis';

export interface IncrementalFigures extends DerTimes, DerRates {
  jer: number;
  referenceSpeakers: number;
  hypothesisSpeakers: number;
  /** Reference speaker → hypothesis speaker. */
  mapping: Record<string, string>;
}

/** Length of the pieces that are counted on their own, seconds. */
const pieceSec = 60;

/** What one piece of the recording adds to the figures; tables are `[reference][hypothesis]` of its own speakers. */
interface Piece {
  totalSec: number;
  missedSec: number;
  falseAlarmSec: number;
  pairedSec: number;
  reference: string[];
  hypothesis: string[];
  /** Where errors count, and where speakers are matched. */
  scored: readonly Float64Array[];
  evaluated: readonly Float64Array[];
  frames: FrameCounts;
}

interface FrameCounts {
  reference: string[];
  hypothesis: string[];
  ofReference: Float64Array;
  ofHypothesis: Float64Array;
  both: Float64Array[];
}

/**
 * The figures of one recording, kept up to date from edit to edit: time is counted in pieces of a minute, and an edit counts
 * anew only the pieces it touches. What comes out is what {@link scoreDiarization} gives for the same turns.
 *
 * Turns are told apart by identity: give back the objects that were given.
 */
export class IncrementalScore {
  readonly #options: ScoringOptions;
  readonly #sides = { reference: new Side(), hypothesis: new Side() };
  readonly #regions: Span[] | null;
  readonly #pieces = new Map<number, Piece>();
  readonly #stale = new Set<number>();
  #evaluated: Span[] = [];

  constructor(reference: readonly Turn[], hypothesis: readonly Turn[], options: Partial<ScoringOptions> = {}) {
    this.#options = { ...strictScoring, ...options };
    const { regions } = this.#options;
    this.#regions =
      regions && unionOf(regions.map(({ startSec, endSec }: Region) => ({ start: startSec, end: endSec })));
    this.replace('reference', [], reference);
    this.replace('hypothesis', [], hypothesis);
  }

  /** An edit: some turns go, others come. @throws RangeError when one that goes is not there */
  replace(side: ScoredSide, removed: readonly Turn[], added: readonly Turn[]): void {
    const own = this.#sides[side];
    const touch = (turn: Turn, change: (piece: number) => void): void => {
      const first = pieceAt(turn.startSec - this.#options.collarSec);
      const last = pieceAt(turn.endSec + this.#options.collarSec);
      for (let piece = first; piece <= last; piece++) {
        change(piece);
        this.#stale.add(piece);
      }
    };
    for (const turn of removed) {
      if (!own.turns.delete(turn)) throw new RangeError('A turn that is to be removed is not there.');
      touch(turn, (piece) => own.pieces.get(piece)?.delete(turn));
      own.count(turn.speaker, -1);
    }
    for (const turn of added) {
      if (own.turns.has(turn)) continue;
      own.turns.add(turn);
      touch(turn, (piece) => own.ofPiece(piece).add(turn));
      own.count(turn.speaker, 1);
    }
  }

  figures(): IncrementalFigures {
    this.#refresh();
    const reference = this.#sides.reference.speakers();
    const hypothesis = this.#sides.hypothesis.speakers();
    const [row, column] = [indexOf(reference), indexOf(hypothesis)];
    const table = () => reference.map(() => new Float64Array(hypothesis.length));
    const sums = { scored: table(), evaluated: table(), both: table() };
    const ofReference = new Float64Array(reference.length);
    const ofHypothesis = new Float64Array(hypothesis.length);
    const times: DerTimes & { pairedSec: number } = {
      totalSec: 0,
      missedSec: 0,
      falseAlarmSec: 0,
      confusionSec: 0,
      pairedSec: 0,
    };
    for (const piece of this.#pieces.values()) {
      for (const key of ['totalSec', 'missedSec', 'falseAlarmSec', 'pairedSec'] as const) times[key] += piece[key];
      const rows = piece.reference.map((name) => row.get(name)!);
      const columns = piece.hypothesis.map((name) => column.get(name)!);
      addTable(sums.scored, piece.scored, rows, columns);
      addTable(sums.evaluated, piece.evaluated, rows, columns);
      const { frames } = piece;
      const frameRows = frames.reference.map((name) => row.get(name)!);
      const frameColumns = frames.hypothesis.map((name) => column.get(name)!);
      addTable(sums.both, frames.both, frameRows, frameColumns);
      frameRows.forEach((at, k) => (ofReference[at]! += frames.ofReference[k]!));
      frameColumns.forEach((at, k) => (ofHypothesis[at]! += frames.ofHypothesis[k]!));
    }
    const mapping: Record<string, string> = {};
    let correctSec = 0;
    matchSpeakers(sums.evaluated, hypothesis.length).forEach((other, one) => {
      if (other < 0) return;
      correctSec += sums.scored[one]![other]!;
      mapping[reference[one]!] = hypothesis[other]!;
    });
    const { pairedSec, ...counted } = times;
    counted.confusionSec = Math.max(0, pairedSec - correctSec);
    return {
      ...counted,
      ...ratesOf(counted),
      jer: jaccardError(sums.both, ofReference, ofHypothesis),
      referenceSpeakers: reference.length,
      hypothesisSpeakers: hypothesis.length,
      mapping,
    };
  }

  #refresh(): void {
    const { reference, hypothesis } = this.#sides;
    const before = this.#evaluated;
    this.#evaluated =
      this.#regions ?? conventionalExtent([...reference.turns], [...hypothesis.turns], this.#options.convention);
    // An extent that grew or shrank changes the pieces between where it was and where it is.
    const [was, is] = [before[0], this.#evaluated[0]];
    if (was && is && !this.#regions) {
      this.#touch(was.start, is.start);
      this.#touch(was.end, is.end);
    } else {
      for (const span of [...before, ...this.#evaluated]) this.#touch(span.start, span.end);
    }
    for (const piece of this.#stale) this.#count(piece);
    this.#stale.clear();
  }

  #touch(one: number, other: number): void {
    if (one === other) return;
    for (let piece = pieceAt(Math.min(one, other)); piece <= pieceAt(Math.max(one, other)); piece++)
      this.#stale.add(piece);
  }

  #count(at: number): void {
    const window = { start: at * pieceSec, end: (at + 1) * pieceSec };
    const within = intersect(this.#evaluated, window);
    if (within.length === 0) {
      this.#pieces.delete(at);
      return;
    }
    const of = (side: ScoredSide) => [...(this.#sides[side].pieces.get(at) ?? [])];
    const file = prepareFile('', of('reference'), of('hypothesis'), within, this.#options);
    const names = (speakers: readonly { speaker: string }[]) => speakers.map((one) => one.speaker);
    const tracks = [file.reference.map((one) => one.spans), file.hypothesis.map((one) => one.spans)] as const;
    const { shared, ...counts } = countTimes(...tracks, file.scored);
    const framed = framesOf(file, this.#evaluated.at(-1)!.end);
    const frames: FrameCounts = {
      reference: framed.referenceNames,
      hypothesis: framed.hypothesisNames,
      ofReference: new Float64Array(framed.reference.length),
      ofHypothesis: new Float64Array(framed.hypothesis.length),
      both: framed.reference.map(() => new Float64Array(framed.hypothesis.length)),
    };
    sweep(framed.reference, framed.hypothesis, framed.within, (length, ones, others) => {
      for (const one of ones) {
        frames.ofReference[one]! += length;
        for (const other of others) frames.both[one]![other]! += length;
      }
      for (const other of others) frames.ofHypothesis[other]! += length;
    });
    this.#pieces.set(at, {
      ...counts,
      reference: names(file.reference),
      hypothesis: names(file.hypothesis),
      scored: shared,
      evaluated: file.scored === file.evaluated ? shared : sharedTime(...tracks, file.evaluated),
      frames,
    });
  }
}

/** The turns of one side, by piece. */
class Side {
  readonly turns = new Set<Turn>();
  readonly pieces = new Map<number, Set<Turn>>();
  readonly #speakers = new Map<string, number>();

  ofPiece(piece: number): Set<Turn> {
    let own = this.pieces.get(piece);
    if (!own) this.pieces.set(piece, (own = new Set()));
    return own;
  }

  count(speaker: string, change: 1 | -1): void {
    const count = (this.#speakers.get(speaker) ?? 0) + change;
    if (count > 0) this.#speakers.set(speaker, count);
    else this.#speakers.delete(speaker);
  }

  speakers(): string[] {
    return [...this.#speakers.keys()].sort(compareText);
  }
}

const pieceAt = (sec: number): number => Math.max(0, Math.floor(sec / pieceSec));
const indexOf = (names: readonly string[]): Map<string, number> => new Map(names.map((name, at) => [name, at]));

function addTable(
  sum: Float64Array[],
  part: readonly Float64Array[],
  rows: readonly number[],
  columns: readonly number[],
): void {
  part.forEach((line, one) => {
    const target = sum[rows[one]!]!;
    columns.forEach((column, other) => (target[column]! += line[other]!));
  });
}

/** As jer.ts computes it, from sums of frames. */
function jaccardError(both: readonly Float64Array[], ofReference: Float64Array, ofHypothesis: Float64Array): number {
  const rows = [...ofReference.keys()].filter((row) => ofReference[row]! > 0);
  const columns = [...ofHypothesis.keys()].filter((column) => ofHypothesis[column]! > 0);
  if (rows.length === 0) return columns.length > 0 ? 1 : 0;
  if (columns.length === 0) return 1;
  const errors = rows.map((row) =>
    columns.map((column) => {
      const shared = both[row]![column]!;
      return 1 - shared / (ofReference[row]! + ofHypothesis[column]! - shared);
    }),
  );
  const partners = [...assignAtLeastCost(errors)];
  return partners.reduce((sum, column, row) => sum + (column < 0 ? 1 : errors[row]![column]!), 0) / rows.length;
}
