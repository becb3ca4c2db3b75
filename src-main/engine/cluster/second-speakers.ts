import { dot } from './vectors.ts';
import type { PosteriorInput } from './speaker-posteriors.ts';

/** Somebody who speaks beside the speaker of the windows. */
export interface SecondTurn {
  startSec: number;
  endSec: number;
  /** Speaker, from 0. */
  label: number;
  /** Posterior of that speaker among those who could be it, 0..1. */
  confidence: number;
}

/** As in speaker-posteriors: log-likelihood per unit of cosine. */
const SHARPNESS = 15;

/**
 * Second speakers where voices overlap: in each stretch of overlap with one first speaker, the one with the highest
 * posterior among the others (as VBx gives its second-best label to overlap, https://github.com/BUTSpeechFIT/VBx).
 * @param input windows in order of time, with the voices of all speakers
 * @param labels first speaker of each window
 * @param region speech region of each window; windows of one region part at the middle of what they share
 * @param overlaps where two or more speak, sorted
 */
export function secondSpeakers(
  input: PosteriorInput,
  labels: ArrayLike<number>,
  region: ArrayLike<number>,
  overlaps: readonly { startSec: number; endSec: number }[],
): SecondTurn[] {
  const { rows, speakers, startSec, endSec } = input;
  if (speakers.count < 2) return [];
  const stretches: Stretch[] = [];
  let next = 0;
  for (let i = 0; i < rows.count; i++) {
    const joinsBefore = i > 0 && region[i - 1] === region[i];
    const joinsAfter = i + 1 < rows.count && region[i + 1] === region[i];
    const from = joinsBefore ? (startSec[i]! + endSec[i - 1]!) / 2 : startSec[i]!;
    const to = joinsAfter ? (startSec[i + 1]! + endSec[i]!) / 2 : endSec[i]!;
    while (next < overlaps.length && overlaps[next]!.endSec <= from) next++;
    for (let k = next; k < overlaps.length && overlaps[k]!.startSec < to; k++) {
      const start = Math.max(from, overlaps[k]!.startSec);
      const end = Math.min(to, overlaps[k]!.endSec);
      if (end <= start) continue;
      let stretch = stretches[stretches.length - 1];
      if (!stretch || stretch.overlap !== k || stretch.first !== labels[i] || start - stretch.endSec > 1e-6) {
        const mass = new Float64Array(speakers.count);
        stretch = { overlap: k, first: labels[i]!, startSec: start, endSec: end, mass };
        stretches.push(stretch);
      }
      stretch.endSec = end;
      addPosterior(stretch, input, i, end - start);
    }
  }
  return stretches.map(strongest);
}

interface Stretch {
  overlap: number;
  first: number;
  startSec: number;
  endSec: number;
  /** Σ posterior × seconds of each speaker. */
  mass: Float64Array;
}

/** Posterior of each speaker but the first, by this window. */
function addPosterior(stretch: Stretch, { rows, speakers }: PosteriorInput, i: number, seconds: number): void {
  let top = -Infinity;
  for (let s = 0; s < speakers.count; s++) if (s !== stretch.first) top = Math.max(top, dot(speakers, s, rows, i));
  const weights = new Float64Array(speakers.count);
  let total = 0;
  for (let s = 0; s < speakers.count; s++) {
    if (s === stretch.first) continue;
    weights[s] = Math.exp(SHARPNESS * (dot(speakers, s, rows, i) - top));
    total += weights[s]!;
  }
  for (let s = 0; s < speakers.count; s++) stretch.mass[s]! += (seconds * weights[s]!) / total;
}

function strongest({ startSec, endSec, mass, first }: Stretch): SecondTurn {
  let label = first === 0 ? 1 : 0;
  for (let s = 0; s < mass.length; s++) if (s !== first && mass[s]! > mass[label]!) label = s;
  return { startSec, endSec, label, confidence: Math.min(1, mass[label]! / (endSec - startSec)) };
}
