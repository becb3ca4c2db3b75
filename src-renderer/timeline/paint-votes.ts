import { speakerLook } from '../ui/palette.ts';
import { firstReaching, firstStartingAt, type TimelineIndex } from './lane-index.ts';
import { signalHeightPx, voteHeightPx } from './layout.ts';
import type { PaintKit } from './paint-context.ts';
import { collectRuns } from './runs.ts';
import type { View } from './viewport-math.ts';
import type { VoteLane } from './vote-lanes.ts';

const barHeightPx = 8;
const roundFromPx = 12;

/** One system's answer as thin bars in the colours of the speakers they match. */
export function paintVoteLane(kit: PaintKit, view: View, vote: VoteLane, topPx: number, index: TimelineIndex): void {
  const { ctx, runs } = kit;
  collectRuns(vote, view, runs);
  const top = topPx + (voteHeightPx - barHeightPx) / 2;
  ctx.globalAlpha = 0.85;
  for (let x = 0; x < runs.columns;) {
    const colour = runs.owner[x]! < 0 ? '' : colourOf(kit, vote, runs.owner[x]!, index);
    let end = x + 1;
    while (
      end < runs.columns &&
      (runs.owner[end]! < 0 ? '' : colourOf(kit, vote, runs.owner[end]!, index)) === colour
    ) {
      end += 1;
    }
    if (colour) {
      ctx.fillStyle = colour;
      ctx.fillRect(x, top, end - x, barHeightPx);
    }
    x = end;
  }
  for (let i = 0; i < runs.blocks; i++) {
    ctx.fillStyle = colourOf(kit, vote, runs.span[i]!, index);
    const x0 = Math.round(Math.max(-4, runs.x0[i]!));
    const x1 = Math.round(Math.min(view.widthPx + 4, runs.x1[i]!));
    // A pixel between neighbours: two turns must not look like one.
    const width = Math.max(1, x1 - x0 - (x1 - x0 > 4 ? 1 : 0));
    if (width >= roundFromPx) {
      ctx.beginPath();
      ctx.roundRect(x0, top, width, barHeightPx, 3);
      ctx.fill();
    } else ctx.fillRect(x0, top, width, barHeightPx);
  }
  ctx.globalAlpha = 1;
}

/** Hue of the speaker that a vote's label matches; grey when it matches nobody. */
function colourOf(kit: PaintKit, vote: VoteLane, span: number, index: TimelineIndex): string {
  const lane = index.lanes[vote.lanes[span]!];
  return lane ? kit.palette.speakers[speakerLook(lane.speaker.colour).hue]! : kit.palette.tokens.faint;
}

/** Lowest confidence per pixel column, reused from frame to frame. */
let columns = new Float32Array(0);

/** How sure the labels are: a bar per column, as high as the least confident segment in it. */
export function paintConfidence(kit: PaintKit, view: View, index: TimelineIndex, topPx: number, limit: number): void {
  const width = Math.ceil(view.widthPx);
  if (columns.length < width) columns = new Float32Array(width);
  columns.fill(-1, 0, width);
  const endSec = view.startSec + view.widthPx / view.pxPerSec;
  for (const lane of index.lanes) {
    const last = firstStartingAt(lane, endSec);
    for (let i = firstReaching(lane, view.startSec); i < last; i++) {
      const confidence = lane.segments[i]!.confidence;
      if (confidence === null) continue;
      const from = Math.max(0, Math.floor((lane.startsSec[i]! - view.startSec) * view.pxPerSec));
      const to = Math.min(width, Math.ceil((lane.endsSec[i]! - view.startSec) * view.pxPerSec));
      for (let x = from; x < to; x++) {
        if (columns[x]! < 0 || confidence < columns[x]!) columns[x] = confidence;
      }
    }
  }
  const { ctx } = kit;
  const { tokens } = kit.palette;
  const bottom = topPx + signalHeightPx - 3;
  const fullPx = signalHeightPx - 6;
  for (const doubtful of [false, true]) {
    ctx.fillStyle = doubtful ? tokens.warn : tokens['wave'];
    ctx.globalAlpha = doubtful ? 0.9 : 0.6;
    for (let x = 0; x < width;) {
      const value = columns[x]!;
      let end = x + 1;
      while (end < width && columns[end] === value) end += 1;
      if (value >= 0 && value < limit === doubtful) {
        const height = Math.max(1, value * fullPx);
        ctx.fillRect(x, bottom - height, end - x, height);
      }
      x = end;
    }
  }
  ctx.globalAlpha = 1;
}

/** A dense score per step (voice activity), 0..1, as an area; the highest value of each column. */
export function paintScore(
  kit: PaintKit,
  view: View,
  score: { values: Float32Array; startSec: number; stepSec: number },
  topPx: number,
): void {
  const { ctx } = kit;
  const bottom = topPx + signalHeightPx - 3;
  const fullPx = signalHeightPx - 6;
  ctx.fillStyle = kit.palette.tokens['wave'];
  ctx.globalAlpha = 0.8;
  const width = Math.ceil(view.widthPx);
  for (let x = 0; x < width; x++) {
    const sec = view.startSec - score.startSec + x / view.pxPerSec;
    const from = Math.max(0, Math.floor(sec / score.stepSec));
    const to = sec < 0 ? 0 : Math.max(from + 1, Math.floor((sec + 1 / view.pxPerSec) / score.stepSec));
    // Over a whole long file a column holds hundreds of steps; a stride keeps the frame short.
    const stride = Math.max(1, (to - from) >> 5);
    let high = 0;
    for (let step = from; step < to && step < score.values.length; step += stride) {
      if (score.values[step]! > high) high = score.values[step]!;
    }
    if (high > 0.02) ctx.fillRect(x, bottom - high * fullPx, 1, high * fullPx);
  }
  ctx.globalAlpha = 1;
}
