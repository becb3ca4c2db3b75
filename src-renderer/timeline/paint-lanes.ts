import { initialsOf, speakerLook } from '../ui/palette.ts';
import type { Lane, TimelineIndex } from './lane-index.ts';
import { laneHeightPx } from './layout.ts';
import { labelFont, type PaintKit } from './paint-context.ts';
import { collectRuns, RunBuffer } from './runs.ts';
import { upperBound } from './sorted.ts';
import type { View } from './viewport-math.ts';

const insetPx = 3;
const blockHeightPx = laneHeightPx - 2 * insetPx;
const edgePx = 3;
const labelFromPx = 40;
const shortNameLetters = 12;
const initialsFromPx = 18;
const marksFromPx = 26;
/** Above this the corners are rounded; below it nobody sees them and plain rectangles are faster. */
const roundFromPx = 8;

const nobody: ReadonlySet<string> = new Set();
/** Width of the mark of a segment that nobody is seen to say, with its gap. */
const offScreenPx = 14;
const offScreenFromPx = 30;

/** Draws one speaker's lane with its top at `topPx`. */
export function paintLane(
  kit: PaintKit,
  view: View,
  lane: Lane,
  topPx: number,
  overlap: TimelineIndex['overlap'],
  offScreenIds: ReadonlySet<string> = nobody,
): void {
  const { ctx, palette, runs } = kit;
  const look = speakerLook(lane.speaker.colour);
  const hue = palette.speakers[look.hue]!;
  const top = topPx + insetPx;
  collectRuns(lane, view, runs, lane.doubt);

  ctx.fillStyle = hue;
  paintFills(ctx, runs, view, top);
  const pattern = kit.patterns.speaker(ctx, look.pattern, hue);
  if (pattern) {
    ctx.globalAlpha = 0.5;
    ctx.fillStyle = pattern;
    forBlocks(runs, view, (x, width) => ctx.fillRect(x, top, width, blockHeightPx));
  }
  ctx.globalAlpha = 1;
  paintOverlap(kit, view, lane, runs, top, overlap);
  ctx.fillStyle = hue;
  forBlocks(runs, view, (x, width) => ctx.fillRect(x, top, Math.min(edgePx, width), blockHeightPx));
  paintDoubt(kit, view, lane, runs, top);
  paintMarks(kit, view, lane, runs, top);
  if (offScreenIds.size > 0) paintOffScreen(kit, view, lane, runs, top, offScreenIds);
  paintLabels(kit, view, lane, runs, top, offScreenIds);
}

/** Calls back with the part of each block that can be seen, in whole pixels. */
function forBlocks(runs: RunBuffer, view: View, draw: (xPx: number, widthPx: number, span: number) => void): void {
  for (let i = 0; i < runs.blocks; i++) {
    // What lies outside is cut off: huge rectangles are slow, and a pattern must not start far to the left.
    const x = Math.round(Math.max(-edgePx - 1, runs.x0[i]!));
    draw(x, Math.max(1, Math.round(Math.min(view.widthPx + 4, runs.x1[i]!)) - x), runs.span[i]!);
  }
}

/** Calls back with each stretch of columns that narrow spans cover equally. */
function forColumns(runs: RunBuffer, draw: (xPx: number, widthPx: number, step: number) => void): void {
  for (let x = 0; x < runs.columns;) {
    const step = runs.step(x);
    let end = x + 1;
    while (end < runs.columns && runs.step(end) === step) end += 1;
    if (step > 0) draw(x, end - x, step);
    x = end;
  }
}

function paintFills(ctx: CanvasRenderingContext2D, runs: RunBuffer, view: View, top: number): void {
  forColumns(runs, (x, width, step) => {
    ctx.globalAlpha = RunBuffer.opacity(step);
    ctx.fillRect(x, top, width, blockHeightPx);
  });
  ctx.globalAlpha = 0.22;
  ctx.beginPath();
  let rounded = false;
  forBlocks(runs, view, (x, width) => {
    if (width < roundFromPx) ctx.fillRect(x, top, width, blockHeightPx);
    else {
      ctx.roundRect(x, top, width, blockHeightPx, 3);
      rounded = true;
    }
  });
  if (rounded) ctx.fill();
}

function paintOverlap(
  kit: PaintKit,
  view: View,
  lane: Lane,
  runs: RunBuffer,
  top: number,
  overlap: TimelineIndex['overlap'],
): void {
  const hatch = kit.patterns.hatch(kit.ctx, kit.palette.tokens.text);
  if (!hatch || overlap.startsSec.length === 0) return;
  const { ctx } = kit;
  ctx.fillStyle = hatch;
  ctx.globalAlpha = 0.22;
  forBlocks(runs, view, (_x, _width, span) => {
    const fromSec = Math.max(view.startSec, lane.startsSec[span]!);
    const toSec = Math.min(view.startSec + view.widthPx / view.pxPerSec, lane.endsSec[span]!);
    for (let i = upperBound(overlap.endsSec, fromSec); i < overlap.startsSec.length; i++) {
      if (overlap.startsSec[i]! >= toSec) break;
      const x0 = (Math.max(fromSec, overlap.startsSec[i]!) - view.startSec) * view.pxPerSec;
      const x1 = (Math.min(toSec, overlap.endsSec[i]!) - view.startSec) * view.pxPerSec;
      if (x1 - x0 >= 2) ctx.fillRect(x0, top, x1 - x0, blockHeightPx);
    }
  });
  ctx.globalAlpha = 1;
}

function paintDoubt(kit: PaintKit, view: View, lane: Lane, runs: RunBuffer, top: number): void {
  const { ctx, patterns } = kit;
  const { warn } = kit.palette.tokens;
  const bottom = top + blockHeightPx - 3;
  forBlocks(runs, view, (x, width, span) => {
    const doubt = lane.doubt[span]!;
    if (doubt <= 0) return;
    ctx.fillStyle = patterns.dots(ctx, warn, doubt) ?? warn;
    // The tile hangs on the block, not on the canvas: translating keeps the dots still while panning.
    ctx.translate(x + edgePx, bottom);
    ctx.fillRect(0, 0, Math.max(1, width - edgePx), 3);
    ctx.translate(-x - edgePx, -bottom);
  });
  ctx.fillStyle = warn;
  for (let x = 0; x < runs.columns;) {
    const step = doubtStep(runs, x);
    let end = x + 1;
    while (end < runs.columns && doubtStep(runs, end) === step) end += 1;
    if (step > 0) {
      ctx.globalAlpha = 0.25 + (0.75 * step) / doubtSteps;
      ctx.fillRect(x, bottom + 1, end - x, 2);
    }
    x = end;
  }
  ctx.globalAlpha = 1;
}

const doubtSteps = 4;

/** Mean doubt of what a column covers, as a step, 0 … {@link doubtSteps}. */
function doubtStep(runs: RunBuffer, x: number): number {
  const weight = runs.weight[x]!;
  return weight <= 0 ? 0 : Math.max(1, Math.min(doubtSteps, Math.round((weight / runs.cover[x]!) * doubtSteps * 2)));
}

/** A check where a person accepted, a pen where a person made or changed it; at the right end of the block. */
function paintMarks(kit: PaintKit, view: View, lane: Lane, runs: RunBuffer, top: number): void {
  const { ctx } = kit;
  const { tokens } = kit.palette;
  ctx.lineWidth = 1.5;
  ctx.lineCap = 'round';
  ctx.lineJoin = 'round';
  const middle = top + blockHeightPx / 2;
  ctx.strokeStyle = tokens.good;
  ctx.beginPath();
  forBlocks(runs, view, (x, width, span) => {
    if (width < marksFromPx || lane.segments[span]!.review !== 'accepted') return;
    const right = x + width - 6;
    ctx.moveTo(right - 7, middle);
    ctx.lineTo(right - 4.5, middle + 2.5);
    ctx.lineTo(right, middle - 3);
  });
  ctx.stroke();
  ctx.strokeStyle = tokens.dim;
  ctx.lineWidth = 1;
  ctx.beginPath();
  forBlocks(runs, view, (x, width, span) => {
    const segment = lane.segments[span]!;
    if (width < marksFromPx || segment.origin !== 'human' || segment.review === 'accepted') return;
    const right = x + width - 6;
    ctx.moveTo(right - 7, middle + 3.5);
    ctx.lineTo(right - 6.5, middle + 1);
    ctx.lineTo(right - 2, middle - 3.5);
    ctx.lineTo(right, middle - 1.5);
    ctx.lineTo(right - 4.5, middle + 3);
    ctx.closePath();
  });
  ctx.stroke();
}

/** A screen with a stroke through it: nobody in the picture is seen to say this. At the left, before the name. */
function paintOffScreen(
  kit: PaintKit,
  view: View,
  lane: Lane,
  runs: RunBuffer,
  top: number,
  ids: ReadonlySet<string>,
): void {
  const { ctx } = kit;
  const middle = Math.round(top + blockHeightPx / 2);
  ctx.strokeStyle = kit.palette.tokens.text;
  ctx.lineWidth = 1;
  ctx.globalAlpha = 0.85;
  ctx.beginPath();
  forBlocks(runs, view, (x, width, span) => {
    if (width < offScreenFromPx || !ids.has(lane.segments[span]!.id)) return;
    const left = Math.max(0, x) + edgePx + 4.5;
    ctx.rect(left, middle - 3.5, 9, 7);
    ctx.moveTo(left - 1, middle + 5.5);
    ctx.lineTo(left + 10, middle - 5.5);
  });
  ctx.stroke();
  ctx.globalAlpha = 1;
}

function paintLabels(
  kit: PaintKit,
  view: View,
  lane: Lane,
  runs: RunBuffer,
  top: number,
  offScreenIds: ReadonlySet<string>,
): void {
  const { ctx, labels } = kit;
  ctx.font = labelFont(kit.palette);
  ctx.fillStyle = kit.palette.tokens.text;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  const { name } = lane.speaker;
  const initials = initialsOf(name);
  const baseline = top + blockHeightPx / 2;
  forBlocks(runs, view, (x, width, span) => {
    if (width < initialsFromPx) return;
    const segment = lane.segments[span]!;
    const hasMark = width >= marksFromPx && (segment.review === 'accepted' || segment.origin === 'human');
    // A block that began before the view keeps its label in sight.
    const isOff = width >= offScreenFromPx && offScreenIds.has(segment.id);
    const left = Math.max(0, x) + edgePx + 4 + (isOff ? offScreenPx : 0);
    // Where a speaker's own segments overlap the later one is on top: the label ends before it.
    const nextSec = lane.startsSec[span + 1] ?? Infinity;
    const untilPx = Math.min(x + width - (hasMark ? 18 : 4), (nextSec - view.startSec) * view.pxPerSec - 2);
    const roomPx = untilPx - left;
    // A short name with its middle cut out says less than its initials.
    const isCuttable = name.length > shortNameLetters || labels.width(name) <= roomPx;
    const label = width >= labelFromPx && isCuttable ? labels.fit(name, roomPx) : '';
    if (label) ctx.fillText(label, left, baseline);
    else if (labels.width(initials) <= roomPx) ctx.fillText(initials, left, baseline);
  });
}

/** Accent outlines of selected segments; the one that keys act on is the strongest. */
export function paintSelection(
  kit: PaintKit,
  view: View,
  index: TimelineIndex,
  selectedIds: ReadonlySet<string>,
  focusId: string | null,
  scrollTopPx: number,
): void {
  const { ctx } = kit;
  ctx.strokeStyle = kit.palette.tokens.accent;
  ctx.lineWidth = 2;
  const endSec = view.startSec + view.widthPx / view.pxPerSec;
  for (const pass of ['others', 'focus'] as const) {
    ctx.globalAlpha = pass === 'focus' ? 1 : 0.6;
    ctx.beginPath();
    let lastX = -Infinity;
    let lastLane = -1;
    for (const id of selectedIds) {
      if ((id === focusId) !== (pass === 'focus')) continue;
      const place = index.placeOf(id);
      if (!place) continue;
      const lane = index.lanes[place.lane]!;
      if (lane.endsSec[place.index]! < view.startSec || lane.startsSec[place.index]! > endSec) continue;
      const x0 = Math.round((lane.startsSec[place.index]! - view.startSec) * view.pxPerSec);
      const x1 = Math.round((lane.endsSec[place.index]! - view.startSec) * view.pxPerSec);
      // Thousands of selected slivers in one pixel are one outline.
      if (x1 - x0 < 2 && x0 - lastX < 2 && x0 >= lastX && place.lane === lastLane) continue;
      lastX = x0;
      lastLane = place.lane;
      const left = Math.max(-8, x0 - 1);
      const right = Math.min(view.widthPx + 8, Math.max(x1, x0 + 1) + 1);
      ctx.rect(left, place.lane * laneHeightPx - scrollTopPx + 2, right - left, laneHeightPx - 4);
    }
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
}
