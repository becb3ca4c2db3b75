import type { Preview } from './gestures.ts';
import { laneHeightPx } from './layout.ts';
import type { PaintKit } from './paint-context.ts';
import { paintFaceLane, paintTalkingRow } from './paint-face-lanes.ts';
import { paintLane, paintSelection } from './paint-lanes.ts';
import { paintPreview } from './paint-preview.ts';
import { paintConfidence, paintScore, paintVoteLane } from './paint-votes.ts';
import { lowerBound } from './sorted.ts';
import type { SurfaceData } from './surface-data.ts';
import { endSec, type View } from './viewport-math.ts';

/** Draws all rows in sight: lanes, votes, signals, then selection and preview above them. */
export function paintSurface(
  kit: PaintKit,
  view: View,
  data: SurfaceData,
  preview: Preview | null,
  scrollTopPx: number,
  heightPx: number,
): void {
  const { ctx } = kit;
  const { tokens } = kit.palette;
  ctx.globalAlpha = 1;
  ctx.fillStyle = tokens.panel;
  ctx.fillRect(0, 0, view.widthPx, heightPx);
  paintCutLines(kit, view, data.cutsSec, Math.min(heightPx, data.layout.lanesBottomPx - scrollTopPx));
  for (const row of data.layout.rows) {
    const top = row.topPx - scrollTopPx;
    if (top + row.heightPx < 0) continue;
    if (top > heightPx) break;
    if (row.kind === 'group') {
      ctx.fillStyle = tokens.bg;
      ctx.fillRect(0, top, view.widthPx, row.heightPx);
    }
    ctx.fillStyle = row.kind === 'group' ? tokens.line : tokens['lane-line'];
    ctx.fillRect(0, top, view.widthPx, 1);
    if (row.kind === 'lane') {
      paintLane(kit, view, data.index.lanes[row.lane]!, top, data.index.overlap, data.offScreenIds);
    } else if (row.kind === 'vote') paintVoteLane(kit, view, data.votes[row.vote]!, top, data.index);
    else if (row.kind === 'face') {
      if (data.faces) paintFaceLane(kit, view, data.faceLanes[row.face]!, top, data.faces);
    } else if (row.kind === 'talking') {
      if (data.faces) paintTalkingRow(kit, view, top, data.faces, data.faceLanes);
    } else if (row.kind === 'signal') {
      const signal = data.signals[row.signal]!;
      if (signal.kind === 'confidence') paintConfidence(kit, view, data.index, top, data.doubtLimit);
      else paintScore(kit, view, signal, top);
    }
  }
  ctx.fillStyle = tokens['lane-line'];
  ctx.fillRect(0, data.layout.heightPx - scrollTopPx, view.widthPx, 1);
  paintSelection(kit, view, data.index, data.selectedIds, data.focusId, scrollTopPx);
  if (preview) paintPreview(kit, view, preview, data.index, scrollTopPx, heightPx);
}

function paintCutLines(kit: PaintKit, view: View, cutsSec: ArrayLike<number>, bottomPx: number): void {
  const { ctx } = kit;
  // Where cuts stand closer than a lane is high they would be a curtain; the ruler still shows them.
  const last = lowerBound(cutsSec, endSec(view));
  const first = lowerBound(cutsSec, view.startSec);
  if (bottomPx <= 0 || (last - first) * laneHeightPx > view.widthPx) return;
  ctx.fillStyle = kit.palette.tokens.line;
  for (let i = first; i < last; i++) {
    ctx.fillRect(Math.round((cutsSec[i]! - view.startSec) * view.pxPerSec), 0, 1, bottomPx);
  }
}
