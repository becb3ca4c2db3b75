import { entryProbabilities, FLOOR, independentWindows, updateWeights, windowSequence } from './vbx.ts';
import type { VbxResult } from './vbx.ts';

/** Windows known to be one speaker, with the ties known to be other speakers. */
export interface Tie {
  /** Ascending. */
  windows: readonly number[];
  /** Numbers of other ties, ascending. */
  partners: readonly number[];
}

/** Nats that a forbidden pair costs at first: about what tells two speakers of equal evidence apart. */
const FIRST_STRENGTH = 1;
/** Nats at which the penalty rises no more: beyond the evidence of hours of speech. */
const LAST_STRENGTH = 2 ** 20;
/** A forbidden pair with less probability of being one speaker is kept. */
const KEPT = 0.01;

/**
 * Responsibilities and weights of VBx under constraints, one sweep of coordinate ascent a round: first each tie, given its
 * partners and the windows beside its own, then all free windows given the ties. No step lowers the bound; only the rise of
 * the penalty between rounds does.
 */
export class ConstrainedAttribution {
  /** Log evidence of each speaker for each tie in the last round, apart from its partners. */
  readonly evidence: Float64Array[];
  private readonly count: number;
  private readonly speakers: number;
  private readonly ties: readonly Tie[];
  private readonly loopP: number | null;
  /** Tie of each window; −1 = free. */
  private readonly tieOf: Int32Array;
  private readonly forbidden: (readonly [number, number])[];
  private strength = FIRST_STRENGTH;

  constructor(count: number, speakers: number, ties: readonly Tie[], loopP: number | null) {
    this.count = count;
    this.speakers = speakers;
    this.ties = ties;
    this.loopP = loopP;
    this.evidence = ties.map(() => new Float64Array(speakers));
    this.tieOf = new Int32Array(count).fill(-1);
    ties.forEach((tie, c) => {
      for (const t of tie.windows) this.tieOf[t] = c;
    });
    this.forbidden = ties.flatMap(({ partners }, c) => partners.filter((d) => d > c).map((d) => [c, d] as const));
  }

  /** @param logP scaled log-likelihoods, windows × speakers; changed */
  attribute(logP: Float64Array, { gamma, pi }: VbxResult): { evidence: number; settled: boolean } {
    const moves = this.loopP === null ? null : new ExpectedMoves(pi, this.loopP);
    const first = pi.map((weight) => Math.log(weight + FLOOR));
    this.ties.forEach((_, c) => {
      this.weigh(c, logP, gamma, first, moves);
    });
    const tied = this.boundOfTies(logP, gamma, first, moves);
    const free = moves ? this.sequences(logP, gamma, pi, moves) : this.windows(logP, gamma, pi);
    return { evidence: tied + free, settled: this.anneal(gamma) };
  }

  /** The posterior of one tie, given all others. */
  private weigh(
    c: number,
    logP: Float64Array,
    gamma: Float64Array,
    first: Float64Array,
    moves: ExpectedMoves | null,
  ): void {
    const { count, speakers, tieOf } = this;
    const { windows, partners } = this.ties[c]!;
    const evidence = this.evidence[c]!.fill(0);
    for (const t of windows) {
      const before = t > 0 ? row(gamma, t - 1, speakers) : null;
      const after = t + 1 < count && tieOf[t + 1] !== c ? row(gamma, t + 1, speakers) : null;
      for (let s = 0; s < speakers; s++) {
        evidence[s]! += logP[t * speakers + s]!;
        if (!moves || !before) evidence[s]! += first[s]!;
        else evidence[s]! += tieOf[t - 1] === c ? moves.stay[s]! : moves.with(before, s);
      }
      if (moves && after) for (let s = 0; s < speakers; s++) evidence[s]! += moves.from(s, after);
    }
    const posterior = evidence.slice();
    for (const partner of partners) {
      const other = this.posterior(partner, gamma);
      for (let s = 0; s < speakers; s++) posterior[s]! -= this.strength * other[s]!;
    }
    normalise(posterior);
    for (const t of windows) gamma.set(posterior, t * speakers);
  }

  /** What ties add to the bound: evidence, transitions between them, entropy, penalty. */
  private boundOfTies(
    logP: Float64Array,
    gamma: Float64Array,
    first: Float64Array,
    moves: ExpectedMoves | null,
  ): number {
    const { speakers, tieOf } = this;
    let bound = 0;
    this.ties.forEach(({ windows }, c) => {
      const posterior = this.posterior(c, gamma);
      for (let s = 0; s < speakers; s++) {
        const share = posterior[s]!;
        if (share > 0) bound -= share * Math.log(share);
        for (const t of windows) {
          let value = logP[t * speakers + s]!;
          if (!moves || t === 0) value += first[s]!;
          else if (tieOf[t - 1] === c) value += moves.stay[s]!;
          else if (tieOf[t - 1]! >= 0) value += moves.with(row(gamma, t - 1, speakers), s);
          bound += share * value;
        }
      }
    });
    for (const [c, d] of this.forbidden) bound -= this.strength * this.overlap(c, d, gamma);
    return bound;
  }

  /** Free windows of the mixture, then the weights. */
  private windows(logP: Float64Array, gamma: Float64Array, pi: Float64Array): number {
    const mass = new Float64Array(this.speakers);
    let evidence = 0;
    for (const [from, to] of this.freeStretches()) evidence += independentWindows(logP, from, to, gamma, pi, mass);
    this.ties.forEach(({ windows }, c) => {
      const posterior = this.posterior(c, gamma);
      for (let s = 0; s < this.speakers; s++) mass[s]! += windows.length * posterior[s]!;
    });
    mass.forEach((value, s) => (pi[s] = value / this.count));
    return evidence;
  }

  /** Free stretches of the sequence, each between the ties beside it, then the weights. */
  private sequences(logP: Float64Array, gamma: Float64Array, pi: Float64Array, moves: ExpectedMoves): number {
    const { count, speakers, tieOf } = this;
    const entries = new Float64Array(speakers);
    let evidence = 0;
    for (const [from, to] of this.freeStretches()) {
      const start = pi.map((weight) => weight + FLOOR);
      if (from > 0) {
        const before = row(gamma, from - 1, speakers);
        for (let s = 0; s < speakers; s++) start[s] = Math.exp(moves.with(before, s));
      }
      if (to < count) {
        const after = row(gamma, to, speakers);
        for (let s = 0; s < speakers; s++) logP[(to - 1) * speakers + s]! += moves.from(s, after);
      }
      evidence += windowSequence(logP, from, to, gamma, start, moves.entry, moves.loopP, entries);
    }
    for (let t = 1; t < count; t++) {
      if (tieOf[t]! < 0 && tieOf[t - 1]! < 0) continue;
      const here = row(gamma, t, speakers);
      if (tieOf[t] === tieOf[t - 1]) for (let s = 0; s < speakers; s++) entries[s]! += here[s]! / moves.kept(s);
      else moves.count(row(gamma, t - 1, speakers), here, entries);
    }
    updateWeights(pi, gamma, entries, moves.loopP);
    return evidence;
  }

  /** Doubles the penalty while a forbidden pair is likely one speaker. @returns whether it had no need to */
  private anneal(gamma: Float64Array): boolean {
    const open = this.forbidden.some(([c, d]) => this.overlap(c, d, gamma) > KEPT);
    if (!open || this.strength >= LAST_STRENGTH) return true;
    this.strength *= 2;
    return false;
  }

  private posterior(c: number, gamma: Float64Array): Float64Array {
    return row(gamma, this.ties[c]!.windows[0]!, this.speakers);
  }

  /** Probability that two ties are one speaker. */
  private overlap(c: number, d: number, gamma: Float64Array): number {
    const other = this.posterior(d, gamma);
    return this.posterior(c, gamma).reduce((sum, share, s) => sum + share * other[s]!, 0);
  }

  private *freeStretches(): Generator<readonly [number, number]> {
    for (let from = 0; from < this.count; from++) {
      if (this.tieOf[from]! >= 0) continue;
      let to = from + 1;
      while (to < this.count && this.tieOf[to]! < 0) to++;
      yield [from, to];
      from = to;
    }
  }
}

/** Expected log-probabilities of the transitions loopP·δ + (1 − loopP)·π between windows whose posteriors are independent. */
class ExpectedMoves {
  readonly loopP: number;
  /** Probability of coming to each speaker from another one. */
  readonly entry: Float64Array;
  /** Log-probability of staying with each speaker. */
  readonly stay: Float64Array;
  private readonly enter: Float64Array;

  constructor(pi: Float64Array, loopP: number) {
    this.loopP = loopP;
    this.entry = entryProbabilities(pi, loopP);
    this.enter = this.entry.map(Math.log);
    this.stay = this.entry.map((value) => Math.log(loopP + value));
  }

  kept(speaker: number): number {
    return this.loopP + this.entry[speaker]!;
  }

  /** E ln of coming from a window of this posterior to the speaker. */
  with(before: Float64Array, to: number): number {
    return this.enter[to]! + before[to]! * (this.stay[to]! - this.enter[to]!);
  }

  /** E ln of going from the speaker to a window of this posterior. */
  from(speaker: number, after: Float64Array): number {
    let sum = 0;
    for (let s = 0; s < after.length; s++) sum += after[s]! * this.enter[s]!;
    return sum + after[speaker]! * (this.stay[speaker]! - this.enter[speaker]!);
  }

  /** Adds the expected transitions into each speaker, each over its probability. */
  count(before: Float64Array, after: Float64Array, entries: Float64Array): void {
    for (let s = 0; s < entries.length; s++) {
      entries[s]! += after[s]! * ((1 - before[s]!) / this.entry[s]! + before[s]! / this.kept(s));
    }
  }
}

const row = (gamma: Float64Array, t: number, speakers: number): Float64Array =>
  gamma.subarray(t * speakers, (t + 1) * speakers);

/** Logarithms to probabilities. */
function normalise(logs: Float64Array): void {
  const top = logs.reduce((most, value) => Math.max(most, value), -Infinity);
  let total = 0;
  for (let s = 0; s < logs.length; s++) total += logs[s] = Math.exp(logs[s]! - top);
  for (let s = 0; s < logs.length; s++) logs[s]! /= total;
}
