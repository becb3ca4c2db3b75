import type { PaintKit } from './paint-context.ts';
import { labelFont } from './paint-context.ts';
import { rulerStep, shortTime } from './ruler-steps.ts';
import { lowerBound } from './sorted.ts';
import { endSec, type View } from './viewport-math.ts';

export const rulerHeightPx = 20;

/** Labels by tick number of the current step, so that panning makes no strings. */
const labels = new Map<number, string>();
let labelledStepSec = 0;

function labelOf(tick: number, majorSec: number, decimals: number): string {
  if (majorSec !== labelledStepSec || labels.size > 2000) {
    labels.clear();
    labelledStepSec = majorSec;
  }
  let label = labels.get(tick);
  if (label === undefined) labels.set(tick, (label = shortTime(tick * majorSec, decimals)));
  return label;
}

/** Where on the ruler something lies over it, CSS pixels. */
export interface CoveredPx {
  readonly fromPx: number;
  readonly toPx: number;
}

const labelGapPx = 4;

/** Left border and text of each label that can be read whole; at the end of the file it stands before its tick. */
function* labelsOf(kit: PaintKit, view: View): Generator<{ xPx: number; toPx: number; text: string }> {
  kit.ctx.font = labelFont(kit.palette);
  const step = rulerStep(view.pxPerSec);
  const lastSec = Math.min(endSec(view), view.durationSec);
  for (let tick = Math.floor(view.startSec / step.majorSec); tick * step.majorSec <= lastSec; tick++) {
    const text = labelOf(tick, step.majorSec, step.decimals);
    const atSec = tick * step.majorSec;
    const tickPx = Math.round((atSec - view.startSec) * view.pxPerSec);
    const widthPx = kit.labels.width(text);
    const fitsAfter = atSec + (widthPx + labelGapPx) / view.pxPerSec <= view.durationSec;
    const xPx = fitsAfter || tick === 0 ? tickPx + labelGapPx : tickPx - labelGapPx - widthPx;
    // Half a time is a wrong time.
    if (xPx >= 0 && xPx + widthPx <= view.widthPx) yield { xPx, toPx: xPx + widthPx, text };
  }
}

/** The labels that are hidden by what lies over the ruler: it is drawn anew when they change. */
export function labelsUnder(kit: PaintKit, view: View, covered: CoveredPx | null): string {
  if (!covered) return '';
  const hidden = [...labelsOf(kit, view)].filter(({ xPx, toPx }) => xPx < covered.toPx && toPx > covered.fromPx);
  return hidden.map(({ text }) => text).join(' ');
}

/** Ticks, labels (but for those under the playhead's time), and cuts as small wedges at the lower edge. */
export function paintRuler(
  kit: PaintKit,
  view: View,
  cutsSec: ArrayLike<number>,
  covered: CoveredPx | null = null,
): void {
  const { ctx, palette } = kit;
  const { tokens } = palette;
  ctx.globalAlpha = 1;
  ctx.fillStyle = tokens.panel;
  ctx.fillRect(0, 0, view.widthPx, rulerHeightPx);
  const step = rulerStep(view.pxPerSec);
  const lastSec = Math.min(endSec(view), view.durationSec);

  ctx.fillStyle = tokens.line;
  const minorPx = step.minorSec * view.pxPerSec;
  if (minorPx >= 5) {
    for (let tick = Math.ceil(view.startSec / step.minorSec); tick * step.minorSec <= lastSec; tick++) {
      const x = Math.round((tick * step.minorSec - view.startSec) * view.pxPerSec);
      ctx.fillRect(x, rulerHeightPx - 5, 1, 4);
    }
  }
  ctx.fillStyle = tokens['line-strong'];
  const firstTick = Math.floor(view.startSec / step.majorSec);
  for (let tick = firstTick; tick * step.majorSec <= lastSec; tick++) {
    const x = Math.round((tick * step.majorSec - view.startSec) * view.pxPerSec);
    ctx.fillRect(x, 0, 1, rulerHeightPx - 1);
  }
  ctx.font = labelFont(palette);
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.fillStyle = tokens.dim;
  for (const { xPx, toPx, text } of labelsOf(kit, view)) {
    if (covered && xPx < covered.toPx && toPx > covered.fromPx) continue;
    ctx.fillText(text, xPx, rulerHeightPx / 2);
  }
  ctx.fillStyle = tokens.line;
  ctx.fillRect(0, rulerHeightPx - 1, view.widthPx, 1);
  paintCuts(kit, view, cutsSec);
}

function paintCuts(kit: PaintKit, view: View, cutsSec: ArrayLike<number>): void {
  const { ctx, palette } = kit;
  const last = lowerBound(cutsSec, endSec(view));
  ctx.fillStyle = palette.tokens.dim;
  let lastX = -Infinity;
  let lastTickX = -Infinity;
  for (let i = lowerBound(cutsSec, view.startSec); i < last; i++) {
    const x = Math.round((cutsSec[i]! - view.startSec) * view.pxPerSec);
    // Closer than this wedges would be a saw: those in between are ticks.
    if (x - lastX < 12) {
      if (x > lastTickX) ctx.fillRect((lastTickX = x), rulerHeightPx - 3, 1, 2);
      continue;
    }
    lastX = lastTickX = x;
    ctx.beginPath();
    ctx.moveTo(x - 3.5, rulerHeightPx - 1);
    ctx.lineTo(x + 3.5, rulerHeightPx - 1);
    ctx.lineTo(x, rulerHeightPx - 6);
    ctx.fill();
  }
}
