import type { Span } from '../formats/spans.ts';

/** One speaker's spans as a track of the sweep: in time order, none over another (they may touch). */
export type Track = readonly Span[];

/**
 * Walks two sets of tracks from boundary to boundary and reports each stretch in which nothing changes, inside `within`
 * only. O(boundaries · tracks), whatever the length of time.
 *
 * @param visit length of the stretch and the indices of active tracks, in no particular order; the arrays are reused: copy
 *   what is kept
 */
export function sweep(
  reference: readonly Track[],
  hypothesis: readonly Track[],
  within: Track,
  visit: (length: number, reference: readonly number[], hypothesis: readonly number[]) => void,
): void {
  const tracks = [...reference, ...hypothesis, within].map(boundariesOf);
  const gate = tracks.length - 1;
  /** Next boundary of each track: an even index is a start, an odd one an end. */
  const cursors = new Int32Array(tracks.length);
  const next = Float64Array.from(tracks, (boundaries) => boundaries[0] ?? Infinity);
  const active: [number[], number[]] = [[], []];
  let now = -Infinity;
  for (;;) {
    let time = Infinity;
    for (let track = 0; track <= gate; track++) if (next[track]! < time) time = next[track]!;
    if (time === Infinity) return;
    if (cursors[gate]! % 2 === 1 && time > now) visit(time - now, active[0], active[1]);
    now = time;
    for (let track = 0; track <= gate; track++) {
      if (next[track] !== time) continue;
      const before = cursors[track]! % 2 === 1;
      const boundaries = tracks[track]!;
      while (boundaries[cursors[track]!] === time) cursors[track]! += 1;
      next[track] = boundaries[cursors[track]!] ?? Infinity;
      if (track === gate || before === (cursors[track]! % 2 === 1)) continue;
      const isReference = track < reference.length;
      const list = active[isReference ? 0 : 1];
      const id = isReference ? track : track - reference.length;
      if (before) list.splice(list.indexOf(id), 1);
      else list.push(id);
    }
  }
}

function boundariesOf(spans: Track): Float64Array {
  const boundaries = new Float64Array(2 * spans.length);
  for (let at = 0; at < spans.length; at++) {
    boundaries[2 * at] = spans[at]!.start;
    boundaries[2 * at + 1] = spans[at]!.end;
  }
  return boundaries;
}
