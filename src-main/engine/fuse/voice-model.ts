import { dot } from '../cluster/vectors.ts';
import type { TimedVectors } from '../cluster/voice-windows.ts';
import type { SpeechFrames } from './speech-frames.ts';

/** Voice windows with the speech region each lies in. */
export interface RegionWindows extends TimedVectors {
  region: ArrayLike<number>;
}

/** As in speaker-posteriors.ts: log-likelihood per unit of cosine, of a window that is new every 0.25 s. */
const SHARPNESS = 15;
const WINDOW_STEP_SEC = 0.25;
/** Of one 40 ms step. */
const STEP_SHARPNESS = (SHARPNESS * 0.04) / WINDOW_STEP_SEC;
/** A voice nobody has heard is as alike as this share of what is usual for a window and its own speaker. */
const STRANGER_SHARE = 0.5;
/** Mean cosine of two windows of one voice, where a recording is too short to tell. */
const USUAL_LIKENESS = 0.4;

/**
 * How alike each fine window is to the voice of each speaker. A voice is the mean of the windows its speaker was found in,
 * those that share sound with the window left out: else a voice of few windows would be sure of them. Means of few windows
 * are noisy and look less alike than they are: cosines are corrected for their number.
 * @param found windows the speakers were found in
 * @param labels speaker of each of them, −1 = unsure, left out
 * @returns windows × speakers, row after row; comparable cosines, a stranger's where a speaker has no voice yet
 */
export function voiceCosines(
  windows: RegionWindows,
  found: RegionWindows,
  labels: ArrayLike<number>,
  speakerCount: number,
): Float32Array {
  const { size } = windows.rows;
  const sums = Array.from({ length: speakerCount }, () => new Float64Array(size));
  const sizes = new Float64Array(speakerCount);
  for (let i = 0; i < found.rows.count; i++) {
    const label = labels[i]!;
    if (label < 0) continue;
    sizes[label]!++;
    for (let d = 0; d < size; d++) sums[label]![d]! += found.rows.data[i * size + d]!;
  }
  const squares = sums.map((sum) => sum.reduce((total, value) => total + value * value, 0));
  const likeness = ownLikeness(squares, sizes);
  const out = new Float32Array(windows.rows.count * speakerCount);
  const missing = new Uint8Array(out.length);
  const shared = new Map<number, number[]>();
  let first = 0;
  for (let w = 0; w < windows.rows.count; w++) {
    while (first < found.rows.count && found.endSec[first]! <= windows.startSec[w]! + 1e-6) first++;
    shared.clear();
    for (let i = first; i < found.rows.count && found.startSec[i]! < windows.endSec[w]! - 1e-6; i++) {
      const label = labels[i]!;
      if (label < 0 || found.endSec[i]! <= windows.startSec[w]! + 1e-6) continue;
      const list = shared.get(label);
      if (list) list.push(i);
      else shared.set(label, [i]);
    }
    for (let k = 0; k < speakerCount; k++) {
      const left = shared.get(k) ?? [];
      const count = sizes[k]! - left.length;
      if (count < 0.5) {
        missing[w * speakerCount + k] = 1;
        continue;
      }
      let value = 0;
      const row = w * size;
      for (let d = 0; d < size; d++) value += sums[k]![d]! * windows.rows.data[row + d]!;
      let square = squares[k]!;
      for (const i of left) {
        value -= dot(found.rows, i, windows.rows, w);
        let along = 0;
        for (let d = 0; d < size; d++) along += sums[k]![d]! * found.rows.data[i * size + d]!;
        square -= 2 * along;
        for (const j of left) square += dot(found.rows, i, found.rows, j);
      }
      const length = Math.sqrt(Math.max(1e-9, square));
      const trueness = Math.sqrt((count * likeness) / (1 + (count - 1) * likeness));
      out[w * speakerCount + k] = Math.min(1, value / length / trueness);
    }
  }
  fillStrangers(out, missing, speakerCount);
  return out;
}

/** Mean cosine between two windows of one speaker. */
function ownLikeness(squares: readonly number[], sizes: Float64Array): number {
  let sum = 0;
  let pairs = 0;
  squares.forEach((square, k) => {
    sum += square - sizes[k]!;
    pairs += sizes[k]! * (sizes[k]! - 1);
  });
  // Twenty pairs' worth of what is usual.
  return Math.max(0.05, Math.min(0.95, (sum + 20 * USUAL_LIKENESS) / (pairs + 20)));
}

function fillStrangers(cosines: Float32Array, missing: Uint8Array, speakerCount: number): void {
  const best: number[] = [];
  for (let row = 0; row < cosines.length; row += speakerCount) {
    let top = -Infinity;
    for (let k = 0; k < speakerCount; k++) if (missing[row + k] === 0) top = Math.max(top, cosines[row + k]!);
    if (top > -Infinity) best.push(top);
  }
  best.sort((a, b) => a - b);
  const stranger = STRANGER_SHARE * Math.max(0, best[Math.floor(best.length / 2)] ?? 0);
  for (let i = 0; i < cosines.length; i++) if (missing[i] === 1) cosines[i] = stranger;
}

/** Between which two windows each step lies, by their middles; both of its own speech region. */
export interface StepWindows {
  readonly before: Int32Array;
  readonly after: Int32Array;
  /** Share of `after`, 0..1. */
  readonly share: Float32Array;
}

/** −1 where a region has no window. */
export function windowsOfSteps(steps: SpeechFrames, windows: RegionWindows): StepWindows {
  const before = new Int32Array(steps.count).fill(-1);
  const after = new Int32Array(steps.count).fill(-1);
  const share = new Float32Array(steps.count);
  const count = windows.rows.count;
  const middle = (w: number): number => (windows.startSec[w]! + windows.endSec[w]!) / 2;
  let w = 0;
  for (let t = 0; t < steps.count; t++) {
    const region = steps.region[t]!;
    const at = (steps.startSec[t]! + steps.endSec[t]!) / 2;
    while (w < count && windows.region[w]! < region) w++;
    if (w >= count || windows.region[w] !== region) continue;
    while (w + 1 < count && windows.region[w + 1] === region && middle(w + 1) <= at) w++;
    const next = w + 1 < count && windows.region[w + 1] === region ? w + 1 : w;
    before[t] = w;
    after[t] = next;
    const [x, y] = [middle(w), middle(next)];
    share[t] = next > w && at > x ? Math.min(1, (at - x) / (y - x)) : 0;
  }
  return { before, after, share };
}

/** Adds every speaker's log-likelihood by voice at step t to `out`. */
export function addVoice(
  cosines: Float32Array,
  speakerCount: number,
  { before, after, share }: StepWindows,
  t: number,
  out: Float64Array,
): void {
  const a = before[t]! * speakerCount;
  const b = after[t]! * speakerCount;
  if (a < 0) return;
  for (let k = 0; k < speakerCount; k++) {
    out[k]! += STEP_SHARPNESS * ((1 - share[t]!) * cosines[a + k]! + share[t]! * cosines[b + k]!);
  }
}

/**
 * Of each window: the speaker of most of its steps, or −1 where no speaker has the wanted share of them alone.
 * @param first speaker of each step
 * @param second who speaks beside, −1 = nobody
 */
export function windowLabels(
  windows: RegionWindows,
  steps: SpeechFrames,
  first: Int32Array,
  second: Int32Array,
  purity: number,
): Int32Array {
  const labels = new Int32Array(windows.rows.count).fill(-1);
  const counts = new Map<number, number>();
  let from = 0;
  for (let w = 0; w < labels.length; w++) {
    while (from < steps.count && steps.endSec[from]! <= windows.startSec[w]! + 1e-6) from++;
    counts.clear();
    let total = 0;
    for (let t = from; t < steps.count && steps.startSec[t]! < windows.endSec[w]! - 1e-6; t++) {
      total++;
      if (second[t]! < 0 && first[t]! >= 0) counts.set(first[t]!, (counts.get(first[t]!) ?? 0) + 1);
    }
    for (const [speaker, count] of counts) if (count >= purity * total) labels[w] = speaker;
  }
  return labels;
}
