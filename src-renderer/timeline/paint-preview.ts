import { exactTime } from '../ui/format.ts';
import { speakerLook } from '../ui/palette.ts';
import { lanesInBand, type Preview } from './gestures.ts';
import type { TimelineIndex } from './lane-index.ts';
import { laneHeightPx } from './layout.ts';
import { labelFont, type PaintKit } from './paint-context.ts';
import type { View } from './viewport-math.ts';

const insetPx = 3;

/** What the gesture under the pointer would do, drawn over the lanes. */
export function paintPreview(
  kit: PaintKit,
  view: View,
  preview: Preview,
  index: TimelineIndex,
  scrollTopPx: number,
  heightPx: number,
): void {
  switch (preview.kind) {
    case 'band':
      paintBand(kit, view, preview, index, scrollTopPx);
      return;
    case 'reassign':
      for (const id of preview.segmentIds) {
        const place = index.placeOf(id);
        if (!place) continue;
        const lane = index.lanes[place.lane]!;
        const span = { startSec: lane.startsSec[place.index]!, endSec: lane.endsSec[place.index]! };
        paintGhost(kit, view, span, preview.toLane, index, scrollTopPx);
      }
      return;
    case 'add':
      paintGhost(kit, view, preview, preview.lane, index, scrollTopPx);
      break;
    case 'edge':
      paintGhost(kit, view, preview, index.placeOf(preview.segment.id)?.lane ?? 0, index, scrollTopPx);
      break;
  }
  paintMagnet(kit, view, preview, heightPx);
}

function paintGhost(
  kit: PaintKit,
  view: View,
  span: { startSec: number; endSec: number },
  laneAt: number,
  index: TimelineIndex,
  scrollTopPx: number,
): void {
  const lane = index.lanes[laneAt];
  if (!lane) return;
  const { ctx, palette } = kit;
  const x0 = Math.max(-8, (span.startSec - view.startSec) * view.pxPerSec);
  const x1 = Math.min(view.widthPx + 8, (span.endSec - view.startSec) * view.pxPerSec);
  if (x1 < -4 || x0 > view.widthPx + 4) return;
  const top = laneAt * laneHeightPx - scrollTopPx + insetPx;
  const height = laneHeightPx - 2 * insetPx;
  ctx.globalAlpha = 0.45;
  ctx.fillStyle = palette.speakers[speakerLook(lane.speaker.colour).hue]!;
  ctx.fillRect(x0, top, Math.max(1, x1 - x0), height);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = palette.tokens.accent;
  ctx.lineWidth = 2;
  ctx.strokeRect(x0, top, Math.max(1, x1 - x0), height);
}

function paintBand(
  kit: PaintKit,
  view: View,
  band: Extract<Preview, { kind: 'band' }>,
  index: TimelineIndex,
  scrollTopPx: number,
): void {
  const { ctx } = kit;
  const x0 = (band.startSec - view.startSec) * view.pxPerSec;
  const x1 = (band.endSec - view.startSec) * view.pxPerSec;
  const top = band.topPx - scrollTopPx;
  ctx.fillStyle = kit.palette.tokens.accent;
  ctx.globalAlpha = 0.12;
  ctx.fillRect(x0, top, x1 - x0, band.bottomPx - band.topPx);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = kit.palette.tokens.accent;
  ctx.lineWidth = 1;
  ctx.strokeRect(x0 + 0.5, top + 0.5, x1 - x0, band.bottomPx - band.topPx);
  // What the band holds is outlined as it will be when it is let go.
  ctx.lineWidth = 2;
  ctx.beginPath();
  for (const { lane, first, last } of lanesInBand(band, index)) {
    const { startsSec, endsSec } = index.lanes[lane]!;
    for (let i = first; i < last; i++) {
      if (endsSec[i]! <= band.startSec) continue;
      const left = Math.max(-8, (startsSec[i]! - view.startSec) * view.pxPerSec - 1);
      const right = Math.min(view.widthPx + 8, (endsSec[i]! - view.startSec) * view.pxPerSec + 1);
      if (right - left >= 4) ctx.rect(left, lane * laneHeightPx - scrollTopPx + 2, right - left, laneHeightPx - 4);
    }
  }
  ctx.stroke();
}

/** The line at the moving edge with its time; solid when the magnet holds it, dashed when it is free. */
function paintMagnet(
  kit: PaintKit,
  view: View,
  preview: Extract<Preview, { kind: 'edge' | 'add' }>,
  heightPx: number,
): void {
  const { ctx, palette } = kit;
  const { snap } = preview;
  const x = Math.round((snap.sec - view.startSec) * view.pxPerSec) + 0.5;
  ctx.strokeStyle = palette.tokens.accent;
  ctx.lineWidth = 1;
  ctx.setLineDash(snap.target ? [] : [3, 3]);
  ctx.beginPath();
  ctx.moveTo(x, 0);
  ctx.lineTo(x, heightPx);
  ctx.stroke();
  ctx.setLineDash([]);

  const length = `${(preview.endSec - preview.startSec).toFixed(3)} s`;
  const held = snap.target ? ` · ${snap.target}` : '';
  const text = `${exactTime(snap.sec)} · ${length}${held}`;
  ctx.font = labelFont(palette);
  const width = ctx.measureText(text).width + 12;
  const left = Math.min(view.widthPx - width - 2, Math.max(2, x + 6));
  ctx.fillStyle = palette.tokens.accent;
  ctx.beginPath();
  ctx.roundRect(left, 2, width, 18, 4);
  ctx.fill();
  ctx.fillStyle = palette.tokens['on-accent'];
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.fillText(text, left + 6, 11.5);
}
