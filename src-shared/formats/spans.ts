/** A stretch of time in whole milliseconds, `end` not included; never empty. */
export interface Span {
  startMs: number;
  endMs: number;
}

export const toMs = (sec: number): number => Math.round(sec * 1000);
export const lengthMs = (spans: readonly Span[]): number =>
  spans.reduce((sum, span) => sum + span.endMs - span.startMs, 0);

/** The time any span covers: sorted, apart from each other. Empty and reversed spans vanish. */
export function unionOf(spans: readonly Span[]): Span[] {
  const sorted = spans.filter((span) => span.endMs > span.startMs).sort((a, b) => a.startMs - b.startMs);
  const united: Span[] = [];
  for (const span of sorted) {
    const last = united.at(-1);
    if (last && span.startMs <= last.endMs) last.endMs = Math.max(last.endMs, span.endMs);
    else united.push({ ...span });
  }
  return united;
}

/** What of `spans` none of `taken` covers. Both in any order. */
export function subtract(spans: readonly Span[], taken: readonly Span[]): Span[] {
  const holes = unionOf(taken);
  const rest: Span[] = [];
  let hole = 0;
  for (const span of unionOf(spans)) {
    let from = span.startMs;
    while (hole < holes.length && holes[hole]!.endMs <= from) hole += 1;
    for (let at = hole; at < holes.length && holes[at]!.startMs < span.endMs; at++) {
      if (holes[at]!.startMs > from) rest.push({ startMs: from, endMs: holes[at]!.startMs });
      from = Math.max(from, holes[at]!.endMs);
    }
    if (from < span.endMs) rest.push({ startMs: from, endMs: span.endMs });
  }
  return rest;
}
