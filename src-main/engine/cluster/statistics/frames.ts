/** Feature frames in order of time, row-major. */
export interface Frames {
  readonly data: Float32Array;
  readonly size: number;
  readonly count: number;
}

export function frames(data: Float32Array, size: number): Frames {
  return { data, size, count: data.length / size };
}

/** The frames of the given indices, one after another. */
export function pickFrames({ data, size }: Frames, indices: ArrayLike<number>): Frames {
  const out = new Float32Array(indices.length * size);
  for (let k = 0; k < indices.length; k++) {
    const at = indices[k]! * size;
    for (let d = 0; d < size; d++) out[k * size + d] = data[at + d]!;
  }
  return { data: out, size, count: indices.length };
}

/** A stretch [start, end) of frames and whose it is. */
export interface Stretch {
  start: number;
  end: number;
  label: number;
}

/** Stretches of equal labels; negative labels make none. */
export function stretchesOf(labels: ArrayLike<number>): Stretch[] {
  const out: Stretch[] = [];
  for (let t = 0; t < labels.length; t++) {
    const label = labels[t]!;
    const last = out[out.length - 1];
    if (label < 0) continue;
    if (last?.label === label && last.end === t) last.end = t + 1;
    else out.push({ start: t, end: t + 1, label });
  }
  return out;
}

/** Label of each frame; frames of no stretch get −1. */
export function labelsOf(stretches: readonly Stretch[], count: number): Int32Array {
  const labels = new Int32Array(count).fill(-1);
  for (const { start, end, label } of stretches) labels.fill(label, start, end);
  return labels;
}
