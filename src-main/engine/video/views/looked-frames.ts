/** Frames [from, to) of 1/25 s from t = 0. */
export interface FrameSpan {
  readonly from: number;
  readonly to: number;
}

/** Spans in order, those that overlap or lie less than `gap` frames apart joined; empty ones dropped. */
export function joinedSpans(spans: readonly FrameSpan[], gap = 0): FrameSpan[] {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of spans.filter((span) => span.to > span.from).sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && from - last.to <= gap) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined;
}

export interface SpeechTimes {
  readonly regions: readonly { readonly startSec: number; readonly endSec: number }[];
  /** Where the sound that the regions were found in starts, seconds from t = 0. */
  readonly startSec: number;
  /** Kept on each side of a region, seconds. */
  readonly marginSec: number;
}

/** Frames of each track in which somebody speaks, or did or will within the margin. */
export function lookedFrames(
  tracks: readonly { readonly firstFrame: number; readonly frameCount: number }[],
  speech: SpeechTimes,
  frameRateHz: number,
): FrameSpan[][] {
  const spoken = joinedSpans(
    speech.regions.map(({ startSec, endSec }) => ({
      from: Math.floor((speech.startSec + startSec - speech.marginSec) * frameRateHz),
      to: Math.ceil((speech.startSec + endSec + speech.marginSec) * frameRateHz),
    })),
  );
  return tracks.map(({ firstFrame, frameCount }) => {
    const end = firstFrame + frameCount;
    const spans: FrameSpan[] = [];
    for (let at = firstAfter(spoken, firstFrame); at < spoken.length && spoken[at]!.from < end; at++) {
      spans.push({ from: Math.max(firstFrame, spoken[at]!.from), to: Math.min(end, spoken[at]!.to) });
    }
    return spans;
  });
}

/** Index of the first span that ends after `frame`. */
function firstAfter(spans: readonly FrameSpan[], frame: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.to > frame) high = middle;
    else low = middle + 1;
  }
  return low;
}
