import type { SpeechFrames } from './speech-frames.ts';

/** What each branch says of each step; −1 = nothing. Labels are each branch's own. */
export interface Branches {
  /** Sound alone. */
  audio: ArrayLike<number>;
  /** Picture alone. */
  visual: ArrayLike<number>;
  /** Both. */
  joint: ArrayLike<number>;
}

export interface Conflict {
  startSec: number;
  endSec: number;
  /** Speaker by the joint answer. */
  joint: number;
  /** Speaker, as the joint answer counts them, on whom sound alone and picture alone agree. */
  agreed: number;
}

/** Shorter conflicts are edges of turns. */
const MIN_CONFLICT_SEC = 0.4;

/**
 * The consistency rule of MISP-M3SD (https://github.com/coalboss/MISP-M3SD): where sound alone and picture alone agree and
 * the joint answer is another, a person should look. Labels of sound and of picture are named after the joint speaker they
 * share most time with.
 */
export function conflicts(steps: SpeechFrames, { audio, visual, joint }: Branches): Conflict[] {
  const audioName = nearest(steps, audio, joint);
  const visualName = nearest(steps, visual, joint);
  const found: Conflict[] = [];
  for (let t = 0; t < steps.count; t++) {
    const heard = audioName.get(audio[t]!) ?? -1;
    const seen = visualName.get(visual[t]!) ?? -1;
    if (heard < 0 || heard !== seen || heard === joint[t]) continue;
    const last = found[found.length - 1];
    const goesOn =
      last !== undefined &&
      last.agreed === heard &&
      last.joint === joint[t] &&
      steps.startSec[t]! - last.endSec < 0.2 + 1e-6;
    if (goesOn) last.endSec = steps.endSec[t]!;
    else found.push({ startSec: steps.startSec[t]!, endSec: steps.endSec[t]!, joint: joint[t]!, agreed: heard });
  }
  return found.filter(({ startSec, endSec }) => endSec - startSec >= MIN_CONFLICT_SEC - 1e-6);
}

/** Joint speaker with whom each label shares most time. */
function nearest(steps: SpeechFrames, labels: ArrayLike<number>, joint: ArrayLike<number>): Map<number, number> {
  const shared = new Map<number, Map<number, number>>();
  for (let t = 0; t < steps.count; t++) {
    if (labels[t]! < 0 || joint[t]! < 0) continue;
    let row = shared.get(labels[t]!);
    if (!row) shared.set(labels[t]!, (row = new Map<number, number>()));
    row.set(joint[t]!, (row.get(joint[t]!) ?? 0) + steps.endSec[t]! - steps.startSec[t]!);
  }
  return new Map(
    [...shared].map(([label, row]) => [label, [...row].reduce((a, b) => (a[1] >= b[1] ? a : b))[0]] as const),
  );
}

/** Label of the window in whose part of its region each step lies (neighbouring windows part at the middle of what they share). */
export function stepsOfWindows(
  steps: SpeechFrames,
  windows: readonly { startSec: number; endSec: number; region: number }[],
  labels: readonly number[],
): Int32Array {
  const out = new Int32Array(steps.count).fill(-1);
  let w = 0;
  for (let t = 0; t < steps.count; t++) {
    const at = (steps.startSec[t]! + steps.endSec[t]!) / 2;
    while (w < windows.length && windows[w]!.region < steps.region[t]!) w++;
    while (
      w + 1 < windows.length &&
      windows[w + 1]!.region === steps.region[t] &&
      (windows[w + 1]!.startSec + windows[w]!.endSec) / 2 <= at
    )
      w++;
    if (w < windows.length && windows[w]!.region === steps.region[t]) out[t] = labels[w]!;
  }
  return out;
}
