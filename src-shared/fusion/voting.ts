import type { LabelMapping } from './mapping.ts';
import { heldLabels, regionCount, type TimeCut } from './regions.ts';

/** A turn of the fused answer. */
export interface FusedTurn {
  startSec: number;
  endSec: number;
  /** Global label, 0, 1, … */
  label: number;
  /** Share of the vote this label had, 0..1, mean over the turn by time. */
  confidence: number;
}

export interface VotingOptions {
  /** Of the Gaussian along the region index; up to 0.01 = none. DOVER-Lap's command line uses 0.5. */
  sigma: number;
  /** `all`: every label that ties for the last place speaks. `uniform`: they share the region one after another. */
  ties: 'all' | 'uniform';
}

const equalWeight = 1e-9;

/** What a system counts: everywhere alike, or by region of the cut. */
export type SystemWeight = number | Float64Array;

/**
 * DOVER-Lap's label voting: time is cut at every boundary; in each region a label weighs what the systems that hold it
 * weigh; the number of speakers is the rounded sum of all weights; that many labels of highest weight speak.
 *
 * @param weights per system; in every region their sum is 1
 */
export function vote(
  cut: TimeCut,
  labels: LabelMapping,
  labelCount: number,
  weights: readonly SystemWeight[],
  options: VotingOptions,
): FusedTurn[] {
  const { regions, table } = weighRegions(cut, labels, labelCount, weights);
  const smooth = options.sigma > 0.01 ? smoothRegions(table, labelCount, options.sigma) : table;
  const turns = new TurnCollector();
  regions.forEach(({ startSec, endSec }, region) => {
    const row = smooth.subarray(region * labelCount, (region + 1) * labelCount);
    const chosen = chooseLabels(row, options.ties);
    // Uniform: what is tied for the last places shares the region's time in equal parts.
    const part = (endSec - startSec) / chosen.shared.length;
    chosen.shared.forEach((label, k) =>
      turns.speak(label, startSec + k * part, startSec + (k + 1) * part, row[label]!),
    );
    for (const label of chosen.whole) turns.speak(label, startSec, endSec, row[label]!);
  });
  return turns.end();
}

/**
 * Plain voting as in ROVER (Fiscus 1997; for speakers Stolcke & Yoshioka 2019, without its weights): in each region the
 * label most systems hold speaks, if more hold it than hold silence; never two at once. Of equals the one an earlier system
 * holds wins.
 */
export function roverVote(cut: TimeCut, labels: LabelMapping, labelCount: number): FusedTurn[] {
  const systems = cut.speech.length;
  const held = cut.speech.map((_, system) => heldLabels(cut, system, labels, labelCount));
  const turns = new TurnCollector();
  for (let region = 0; region < regionCount(cut); region++) {
    const votes = new Int32Array(labelCount);
    const firstHolder = new Int32Array(labelCount).fill(systems);
    let silent = 0;
    for (let system = systems - 1; system >= 0; system--) {
      let speaks = false;
      for (let label = 0; label < labelCount; label++) {
        if (held[system]![region * labelCount + label] === 0) continue;
        speaks = true;
        votes[label]! += 1;
        firstHolder[label] = system;
      }
      if (!speaks) silent += 1;
    }
    let best = 0;
    for (let label = 1; label < labelCount; label++) {
      const more = votes[label]! - votes[best]!;
      if (more > 0 || (more === 0 && firstHolder[label]! < firstHolder[best]!)) best = label;
    }
    if (labelCount > 0 && votes[best]! > silent)
      turns.speak(best, cut.bounds[region]!, cut.bounds[region + 1]!, votes[best]! / systems);
  }
  return turns.end();
}

/** Joins decisions of neighbouring regions to turns. */
class TurnCollector {
  readonly #open = new Map<number, FusedTurn & { mass: number }>();
  readonly #done: FusedTurn[] = [];

  speak(label: number, startSec: number, endSec: number, weight: number): void {
    const turn = this.#open.get(label);
    const mass = weight * (endSec - startSec);
    if (turn && startSec - turn.endSec <= 1e-9) {
      turn.endSec = endSec;
      turn.mass += mass;
      return;
    }
    if (turn) this.#close(turn);
    this.#open.set(label, { startSec, endSec, label, confidence: 0, mass });
  }

  end(): FusedTurn[] {
    for (const turn of this.#open.values()) this.#close(turn);
    return this.#done.sort((a, b) => a.startSec - b.startSec || a.label - b.label);
  }

  #close({ mass, ...turn }: FusedTurn & { mass: number }): void {
    this.#done.push({ ...turn, confidence: Math.min(1, mass / (turn.endSec - turn.startSec)) });
  }
}

function chooseLabels(row: Float64Array, ties: 'all' | 'uniform'): { whole: number[]; shared: number[] } {
  let sum = 0;
  for (const weight of row) sum += weight;
  const count = roundHalfEven(sum);
  if (count === 0) return { whole: [], shared: [] };
  const ranked = [...row.keys()]
    .filter((label) => row[label]! > equalWeight)
    .sort((a, b) => row[b]! - row[a]! || a - b);
  if (ranked.length <= count) return { whole: ranked, shared: [] };
  const last = row[ranked[count - 1]!]!;
  const above = ranked.filter((label) => row[label]! > last + equalWeight);
  const tied = ranked.filter((label) => Math.abs(row[label]! - last) <= equalWeight);
  if (ties === 'all' || above.length + tied.length === count) return { whole: [...above, ...tied], shared: [] };
  return { whole: above, shared: tied };
}

interface Regions {
  /** Stretches between boundaries in which somebody speaks, in order. Silence is no region: smoothing runs across it. */
  regions: { startSec: number; endSec: number }[];
  /** regions × labels: weight of the systems that hold the label there. */
  table: Float64Array;
}

function weighRegions(
  cut: TimeCut,
  labels: LabelMapping,
  labelCount: number,
  weights: readonly SystemWeight[],
): Regions {
  const count = regionCount(cut);
  const all = new Float64Array(count * labelCount);
  weights.forEach((weight, system) => {
    const held = heldLabels(cut, system, labels, labelCount);
    for (let cell = 0; cell < held.length; cell++) {
      if (held[cell] === 0) continue;
      all[cell]! += typeof weight === 'number' ? weight : weight[Math.floor(cell / labelCount)]!;
    }
  });
  const rowOf = (region: number): Float64Array => all.subarray(region * labelCount, (region + 1) * labelCount);
  const spoken: number[] = [];
  for (let region = 0; region < count; region++) if (rowOf(region).some((weight) => weight > 0)) spoken.push(region);
  const table = new Float64Array(spoken.length * labelCount);
  spoken.forEach((region, row) => table.set(rowOf(region), row * labelCount));
  const regions = spoken.map((region) => ({ startSec: cut.bounds[region]!, endSec: cut.bounds[region + 1]! }));
  return { regions, table };
}

/** scipy.ndimage.gaussian_filter1d along the regions: truncate 4, edges mirrored including the edge sample. */
function smoothRegions(table: Float64Array, columns: number, sigma: number): Float64Array {
  const rows = table.length / columns;
  const radius = Math.floor(4 * sigma + 0.5);
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, k) => Math.exp(-0.5 * ((k - radius) / sigma) ** 2));
  const sum = kernel.reduce((total, value) => total + value, 0);
  const out = new Float64Array(table.length);
  for (let row = 0; row < rows; row++) {
    for (let k = -radius; k <= radius; k++) {
      const from = mirror(row + k, rows) * columns;
      const weight = kernel[k + radius]! / sum;
      for (let column = 0; column < columns; column++) out[row * columns + column]! += weight * table[from + column]!;
    }
  }
  return out;
}

function mirror(index: number, length: number): number {
  const period = 2 * length;
  const wrapped = ((index % period) + period) % period;
  return wrapped < length ? wrapped : period - 1 - wrapped;
}

/** numpy's rounding: halves go to the even number. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  // Sums of weights such as 1/3 + 1/3 + … miss the half by a rounding error.
  if (Math.abs(rest - 0.5) < 1e-9) return floor % 2 === 0 ? floor : floor + 1;
  return Math.round(value);
}
