/**
 * Diarization error rate of md-eval (NIST), exact over the event times of one recording: until src-shared/metrics is used here.
 */
export interface Turn {
  startSec: number;
  endSec: number;
  speaker: string;
}

export interface DerResult {
  /** Seconds of scored reference speech, overlap counted per speaker. */
  totalSec: number;
  missSec: number;
  falseAlarmSec: number;
  confusionSec: number;
  /** (miss + false alarm + confusion) / total. */
  der: number;
}

/**
 * @param collarSec seconds on each side of every reference border that are not scored
 * @param scored region that counts (UEM); null = all
 */
export function diarizationErrorRate(
  reference: readonly Turn[],
  hypothesis: readonly Turn[],
  collarSec: number,
  scored: { startSec: number; endSec: number } | null = null,
): DerResult {
  const collars = collarSec > 0 ? reference.flatMap((turn) => [turn.startSec, turn.endSec]) : [];
  const times = [
    ...[...reference, ...hypothesis].flatMap((turn) => [turn.startSec, turn.endSec]),
    ...collars.flatMap((sec) => [sec - collarSec, sec + collarSec]),
    ...(scored ? [scored.startSec, scored.endSec] : []),
  ];
  const borders = [...new Set(times)].sort((a, b) => a - b);
  const refNames = [...new Set(reference.map((turn) => turn.speaker))];
  const hypNames = [...new Set(hypothesis.map((turn) => turn.speaker))];
  const shared = refNames.map(() => hypNames.map(() => 0));
  const pieces: { length: number; ref: number[]; hyp: number[] }[] = [];
  for (let i = 0; i + 1 < borders.length; i++) {
    const length = borders[i + 1]! - borders[i]!;
    const middle = (borders[i]! + borders[i + 1]!) / 2;
    if (scored && (middle < scored.startSec || middle > scored.endSec)) continue;
    if (collars.some((sec) => Math.abs(middle - sec) < collarSec)) continue;
    const ref = active(reference, refNames, middle);
    const hyp = active(hypothesis, hypNames, middle);
    if (ref.length + hyp.length === 0) continue;
    pieces.push({ length, ref, hyp });
    for (const r of ref) for (const h of hyp) shared[r]![h]! += length;
  }
  const match = bestMatch(shared);
  let totalSec = 0;
  let missSec = 0;
  let falseAlarmSec = 0;
  let confusionSec = 0;
  for (const { length, ref, hyp } of pieces) {
    const correct = ref.filter((r) => hyp.includes(match[r]!)).length;
    totalSec += length * ref.length;
    missSec += length * Math.max(0, ref.length - hyp.length);
    falseAlarmSec += length * Math.max(0, hyp.length - ref.length);
    confusionSec += length * (Math.min(ref.length, hyp.length) - correct);
  }
  const der = (missSec + falseAlarmSec + confusionSec) / totalSec;
  return { totalSec, missSec, falseAlarmSec, confusionSec, der };
}

function active(turns: readonly Turn[], names: readonly string[], sec: number): number[] {
  const on = new Set<number>();
  for (const turn of turns) if (turn.startSec <= sec && sec < turn.endSec) on.add(names.indexOf(turn.speaker));
  return [...on];
}

/** Row → column of the matching with the greatest sum (Hungarian method with potentials); −1 = none. */
export function bestMatch(gain: readonly (readonly number[])[]): number[] {
  const rows = gain.length;
  const size = Math.max(rows, gain[0]?.length ?? 0);
  const cost = (i: number, j: number): number => -(gain[i]?.[j] ?? 0);
  const rowPotential = new Float64Array(size + 1);
  const colPotential = new Float64Array(size + 1);
  const rowOf = new Int32Array(size + 1);
  for (let row = 1; row <= size; row++) {
    rowOf[0] = row;
    let col = 0;
    const least = new Float64Array(size + 1).fill(Infinity);
    const from = new Int32Array(size + 1);
    const seen = new Uint8Array(size + 1);
    do {
      seen[col] = 1;
      const current = rowOf[col]!;
      let delta = Infinity;
      let next = 0;
      for (let j = 1; j <= size; j++) {
        if (seen[j] === 1) continue;
        const reduced = cost(current - 1, j - 1) - rowPotential[current]! - colPotential[j]!;
        if (reduced < least[j]!) {
          least[j] = reduced;
          from[j] = col;
        }
        if (least[j]! < delta) {
          delta = least[j]!;
          next = j;
        }
      }
      for (let j = 0; j <= size; j++) {
        if (seen[j] === 1) {
          rowPotential[rowOf[j]!]! += delta;
          colPotential[j]! -= delta;
        } else least[j]! -= delta;
      }
      col = next;
    } while (rowOf[col] !== 0);
    while (col !== 0) {
      const before = from[col]!;
      rowOf[col] = rowOf[before]!;
      col = before;
    }
  }
  const match = new Array<number>(rows).fill(-1);
  for (let j = 1; j <= size; j++) if (rowOf[j]! <= rows) match[rowOf[j]! - 1] = j - 1;
  return match;
}
