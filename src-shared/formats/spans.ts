/** A stretch of time, `end` not included; never empty. The unit is the caller's: milliseconds, seconds, frames. */
export interface Span {
  start: number;
  end: number;
}

/** Whole milliseconds. */
export const toMs = (sec: number): number => Math.round(sec * 1000);
export const totalLength = (spans: readonly Span[]): number =>
  spans.reduce((sum, span) => sum + span.end - span.start, 0);

/**
 * The time any span covers: sorted, apart from each other. Empty and reversed spans vanish.
 *
 * @param joinTouching false keeps spans apart that only touch
 */
export function unionOf(spans: readonly Span[], joinTouching = true): Span[] {
  const sorted = spans.filter((span) => span.end > span.start).sort((a, b) => a.start - b.start);
  const united: Span[] = [];
  for (const span of sorted) {
    const last = united.at(-1);
    if (last && (span.start < last.end || (joinTouching && span.start === last.end)))
      last.end = Math.max(last.end, span.end);
    else united.push({ ...span });
  }
  return united;
}

/** What of `spans` none of `taken` covers. Both in any order. */
export function subtract(spans: readonly Span[], taken: readonly Span[]): Span[] {
  const holes = unionOf(taken);
  return unionOf(spans).flatMap((span) => outside(span, holes));
}

/** The parts of one span outside of holes that are sorted and apart from each other, as {@link unionOf} gives them. */
export function outside(span: Span, holes: readonly Span[]): Span[] {
  const rest: Span[] = [];
  let from = span.start;
  for (let at = firstEndingAfter(holes, from); at < holes.length && holes[at]!.start < span.end; at++) {
    if (holes[at]!.start > from) rest.push({ start: from, end: holes[at]!.start });
    from = Math.max(from, holes[at]!.end);
  }
  if (from < span.end) rest.push({ start: from, end: span.end });
  return rest;
}

function firstEndingAfter(sorted: readonly Span[], time: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.end <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What of sorted spans that are apart from each other lies in a window. */
export function intersect(spans: readonly Span[], window: Span): Span[] {
  const parts: Span[] = [];
  for (let at = firstEndingAfter(spans, window.start); at < spans.length && spans[at]!.start < window.end; at++) {
    const { start, end } = spans[at]!;
    parts.push({ start: Math.max(start, window.start), end: Math.min(end, window.end) });
  }
  return parts;
}
