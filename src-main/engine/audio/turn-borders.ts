import type { PcmReader } from './pcm-reader.ts';
import { SAMPLE_RATE_HZ } from './pcm-reader.ts';

/** How far a border may move towards a change that a net hears, and towards quiet. */
const CHANGE_REACH_SEC = 0.5;
const QUIET_REACH_SEC = 0.25;
/** Turns that end and begin this near each other share a border. */
const TOUCH_SEC = 0.05;
const STEP_SAMPLES = 160;
/** Quiet is judged over 110 ms, as LIUM does. */
const HALF_WINDOW_STEPS = 5;

export interface BorderTurn {
  startSec: number;
  endSec: number;
  speaker: string;
}

/**
 * Borders between two speakers moved to where the speaker changes: to the nearest change that a net hears within half a
 * second, else to the quietest moment within a quarter of a second (LIUM's rule). No turn loses more than half of itself at
 * a border; turns that overlap or stand alone stay.
 * @param turns sorted by start
 * @param changesSec moments of change, rising
 * @param quietest the quietest moment of [fromSec, toSec], nearest to `sec` where several are
 */
export function refinedBorders<T extends BorderTurn>(
  turns: readonly T[],
  changesSec: readonly number[],
  quietest: (fromSec: number, toSec: number, sec: number) => number,
): T[] {
  const out = turns.map((turn) => ({ ...turn }));
  for (let k = 0; k + 1 < out.length; k++) {
    const before = out[k]!;
    const after = out[k + 1]!;
    if (before.speaker === after.speaker || Math.abs(after.startSec - before.endSec) > TOUCH_SEC) continue;
    const border = (before.endSec + after.startSec) / 2;
    const earliest = (before.startSec + before.endSec) / 2;
    const latest = (after.startSec + after.endSec) / 2;
    // Somebody else's turn may not be passed either.
    if (out.some((turn, i) => i !== k && i !== k + 1 && turn.startSec < latest && turn.endSec > earliest)) continue;
    const change = nearestOf(
      changesSec,
      border,
      Math.max(earliest, border - CHANGE_REACH_SEC),
      Math.min(latest, border + CHANGE_REACH_SEC),
    );
    const moved =
      change ??
      quietest(Math.max(earliest, border - QUIET_REACH_SEC), Math.min(latest, border + QUIET_REACH_SEC), border);
    before.endSec = after.startSec = Math.round(1000 * moved) / 1000;
  }
  return out;
}

function nearestOf(moments: readonly number[], sec: number, fromSec: number, toSec: number): number | null {
  let best: number | null = null;
  for (const moment of moments) {
    if (moment < fromSec || moment > toSec) continue;
    if (best === null || Math.abs(moment - sec) < Math.abs(best - sec)) best = moment;
  }
  return best;
}

/** The quietest moment of a stretch of a PCM file, for {@link refinedBorders}. Times from its start. */
export function quietestMoment(pcm: PcmReader, fromSec: number, toSec: number, nearSec: number): number {
  const first = Math.floor((fromSec * SAMPLE_RATE_HZ) / STEP_SAMPLES);
  const end = Math.max(first + 1, Math.ceil((toSec * SAMPLE_RATE_HZ) / STEP_SAMPLES));
  const sound = pcm.readFloat(
    (first - HALF_WINDOW_STEPS) * STEP_SAMPLES,
    (end - first + 2 * HALF_WINDOW_STEPS) * STEP_SAMPLES,
  );
  const energies = Float64Array.from({ length: end - first + 2 * HALF_WINDOW_STEPS }, (_, k) => {
    let sum = 1e-12;
    for (let n = k * STEP_SAMPLES; n < (k + 1) * STEP_SAMPLES; n++) sum += sound[n]! ** 2;
    return Math.log(sum);
  });
  let best = { value: Infinity, sec: nearSec };
  for (let k = first; k < end; k++) {
    let value = 0;
    for (let j = 0; j <= 2 * HALF_WINDOW_STEPS; j++) value += energies[k - first + j] ?? 0;
    const sec = Math.min(toSec, Math.max(fromSec, ((k + 0.5) * STEP_SAMPLES) / SAMPLE_RATE_HZ));
    const nearer = Math.abs(sec - nearSec) < Math.abs(best.sec - nearSec);
    if (value < best.value - 1e-9 || (Math.abs(value - best.value) <= 1e-9 && nearer)) best = { value, sec };
  }
  return best.sec;
}
