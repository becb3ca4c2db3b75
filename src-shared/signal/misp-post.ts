import type { TimeRegion } from './hysteresis.ts';

/** Thresholds of the published sweep; 0.65 is the one that was submitted. */
export const mispThresholds = [0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7] as const;
export const MISP_THRESHOLD = 0.65;
/** Frames a second of the net's output. */
export const MISP_FPS = 100;
/** Pauses of one speaker up to this are closed. */
const JOIN_SEC = 0.301;
/** Frames beside a hole in which the speaker is looked for who gets it. */
const NEAR_FRAMES = 15;

export interface MispTurn extends TimeRegion {
  /** Column of the matrix. */
  speaker: number;
}

/**
 * Turns from the frame probabilities of the audio-visual diarization net of MISP 2022
 * (https://github.com/mispchallenge/misp2022_baseline, track 1): a speaker talks above the threshold. With a voice activity
 * what lies outside it is dropped, and where it hears speech that nobody has, the speaker with most activity around that hole
 * gets it. Then pauses up to 0.301 s are closed.
 *
 * @param columns probabilities by speaker, frames of equal length
 * @param speech voice activity in seconds, or null for none
 */
export function mispTurns(
  columns: readonly ArrayLike<number>[],
  stepSec: number,
  threshold: number,
  speech: readonly TimeRegion[] | null,
): MispTurn[] {
  const frames = columns[0]?.length ?? 0;
  const active = columns.map((column) => Uint8Array.from(column, (value) => (value > threshold ? 1 : 0)));
  if (speech) maskBySpeech(active, frames, stepSec, speech);
  return active
    .flatMap((own, speaker) => joined(runsOf(own), stepSec).map((region): MispTurn => ({ ...region, speaker })))
    .sort((a, b) => a.startSec - b.startSec || a.speaker - b.speaker);
}

function maskBySpeech(
  active: readonly Uint8Array[],
  frames: number,
  stepSec: number,
  speech: readonly TimeRegion[],
): void {
  const heard = new Uint8Array(frames);
  for (const { startSec, endSec } of speech)
    heard.fill(1, Math.round(startSec / stepSec), Math.round(endSec / stepSec));
  for (const own of active) own.forEach((value, frame) => (own[frame] = value & heard[frame]!));
  const empty = heard.map((value, frame) => (value === 1 && active.every((own) => own[frame] === 0) ? 1 : 0));
  // Decided by what was there before: one hole must not feed the next.
  const before = active.map((own) => own.slice());
  for (const [from, to] of runsOf(empty)) {
    const near = before.map((own) =>
      own
        .subarray(Math.max(0, from - NEAR_FRAMES), Math.min(frames, to + NEAR_FRAMES))
        .reduce((sum, value) => sum + value, 0),
    );
    const most = Math.max(0, ...near);
    if (most > 0) active[near.indexOf(most)]!.fill(1, from, to);
  }
}

/** Runs of ones: first and one past the last frame. */
function runsOf(values: Uint8Array): [from: number, to: number][] {
  const runs: [number, number][] = [];
  let from = -1;
  for (let frame = 0; frame <= values.length; frame++) {
    const isOn = values[frame] === 1;
    if (isOn && from < 0) from = frame;
    else if (!isOn && from >= 0) {
      runs.push([from, frame]);
      from = -1;
    }
  }
  return runs;
}

function joined(runs: readonly (readonly [number, number])[], stepSec: number): TimeRegion[] {
  const regions: TimeRegion[] = [];
  for (const [from, to] of runs) {
    const [startSec, endSec] = [from * stepSec, to * stepSec];
    const last = regions.at(-1);
    if (last && startSec - last.endSec <= JOIN_SEC + 1e-9) last.endSec = endSec;
    else regions.push({ startSec, endSec });
  }
  return regions;
}
