import type { LabelMapping } from './mapping.ts';
import { speechBySpeaker, type SystemOutput } from './speech.ts';

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

/** Regions shorter than this are numeric dust. */
const minRegionSec = 0.001;
const equalWeight = 1e-9;

/**
 * DOVER-Lap's label voting: time is cut at every boundary; in each region a label weighs what the systems that hold it
 * weigh; the number of speakers is the rounded sum of all weights; that many labels of highest weight speak.
 *
 * @param weights per system, sum 1
 */
export function vote(
  systems: readonly SystemOutput[],
  labels: LabelMapping,
  labelCount: number,
  weights: readonly number[],
  options: VotingOptions,
): FusedTurn[] {
  const { regions, table } = weighRegions(systems, labels, labelCount, weights);
  const smooth = options.sigma > 0.01 ? smoothRegions(table, labelCount, options.sigma) : table;
  const open = new Map<number, FusedTurn & { mass: number }>();
  const done: FusedTurn[] = [];
  const close = (label: number): void => {
    const { mass, ...turn } = open.get(label)!;
    open.delete(label);
    done.push({ ...turn, confidence: Math.min(1, mass / (turn.endSec - turn.startSec)) });
  };
  const speak = (label: number, startSec: number, endSec: number, weight: number): void => {
    const turn = open.get(label);
    if (turn && startSec - turn.endSec <= 1e-9) {
      turn.endSec = endSec;
      turn.mass += weight * (endSec - startSec);
      return;
    }
    if (turn) close(label);
    open.set(label, { startSec, endSec, label, confidence: 0, mass: weight * (endSec - startSec) });
  };
  regions.forEach(({ startSec, endSec }, region) => {
    const row = smooth.subarray(region * labelCount, (region + 1) * labelCount);
    const chosen = chooseLabels(row, options.ties);
    if (chosen.shared.length > 0) {
      // Uniform: what is tied for the last places shares the region's time in equal parts.
      const part = (endSec - startSec) / chosen.shared.length;
      chosen.shared.forEach((label, k) => speak(label, startSec + k * part, startSec + (k + 1) * part, row[label]!));
    }
    for (const label of chosen.whole) speak(label, startSec, endSec, row[label]!);
  });
  for (const label of [...open.keys()]) close(label);
  return done.sort((a, b) => a.startSec - b.startSec || a.label - b.label);
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
  systems: readonly SystemOutput[],
  labels: LabelMapping,
  labelCount: number,
  weights: readonly number[],
): Regions {
  const speech = systems.map((system) => [...speechBySpeaker(system.turns).values()]);
  const times = [...new Set(speech.flat(2))].sort((a, b) => a - b);
  const bounds = times.filter((time, k) => k === 0 || time - times[k - 1]! >= minRegionSec);
  const cells = Math.max(0, bounds.length - 1) * labelCount;
  const all = new Float64Array(cells);
  const held = new Uint8Array(cells);
  speech.forEach((speakers, system) => {
    held.fill(0);
    speakers.forEach((spans, speaker) => {
      const label = labels[system]![speaker]!;
      for (let k = 0; k < spans.length; k += 2) {
        const to = firstAtOrAfter(bounds, spans[k + 1]!);
        for (let region = firstAtOrAfter(bounds, spans[k]!); region < to; region++) {
          // Two speakers of one system that share a label count once.
          const cell = region * labelCount + label;
          if (held[cell] === 0) all[cell]! += weights[system]!;
          held[cell] = 1;
        }
      }
    });
  });
  const rowOf = (region: number): Float64Array => all.subarray(region * labelCount, (region + 1) * labelCount);
  const spoken = Array.from({ length: cells / Math.max(1, labelCount) }, (_, region) => region).filter((region) =>
    rowOf(region).some((weight) => weight > 0),
  );
  const table = new Float64Array(spoken.length * labelCount);
  spoken.forEach((region, row) => table.set(rowOf(region), row * labelCount));
  return { regions: spoken.map((region) => ({ startSec: bounds[region]!, endSec: bounds[region + 1]! })), table };
}

function firstAtOrAfter(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const mid = (low + high) >> 1;
    // A boundary that was dropped as dust belongs to its neighbour.
    if (sorted[mid]! < value - minRegionSec) low = mid + 1;
    else high = mid;
  }
  return low;
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
