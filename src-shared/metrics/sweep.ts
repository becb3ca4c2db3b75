import type { Span } from '../formats/spans.ts';

/** One speaker's spans as a track of the sweep. */
export type Track = readonly Span[];

/**
 * Walks two sets of tracks from boundary to boundary and reports each stretch in which nothing changes, inside `within`
 * only. O(n log n) in the number of boundaries, whatever the length of time.
 *
 * @param visit length of the stretch and the indices of active tracks; the arrays are reused: copy what is kept
 */
export function sweep(
  reference: readonly Track[],
  hypothesis: readonly Track[],
  within: readonly Span[],
  visit: (length: number, reference: readonly number[], hypothesis: readonly number[], start: number) => void,
): void {
  // Every boundary is a number pair: time, and a code whose sign says start or end.
  const first = reference.length;
  const gate = first + hypothesis.length;
  const tracks = [...reference, ...hypothesis, within];
  const count = tracks.reduce((sum, spans) => sum + 2 * spans.length, 0);
  const times = new Float64Array(count);
  const codes = new Int32Array(count);
  let at = 0;
  for (const [track, spans] of tracks.entries()) {
    for (const { start, end } of spans) {
      times[at] = start;
      codes[at++] = track + 1;
      times[at] = end;
      codes[at++] = -(track + 1);
    }
  }
  const order = Uint32Array.from({ length: count }, (_, index) => index).sort((a, b) => times[a]! - times[b]!);
  const depth = new Int32Array(tracks.length);
  const activeReference: number[] = [];
  const activeHypothesis: number[] = [];
  let previous = 0;
  for (const index of order) {
    const time = times[index]!;
    if (depth[gate]! > 0 && time > previous) visit(time - previous, activeReference, activeHypothesis, previous);
    previous = time;
    const code = codes[index]!;
    const track = Math.abs(code) - 1;
    const before = depth[track]!;
    const after = before + Math.sign(code);
    depth[track] = after;
    if (track === gate || before > 0 === after > 0) continue;
    const active = track < first ? activeReference : activeHypothesis;
    const id = track < first ? track : track - first;
    if (after > 0) active.push(id);
    else active.splice(active.indexOf(id), 1);
  }
}
