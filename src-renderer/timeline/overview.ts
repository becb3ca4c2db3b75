import type { TimelineIndex } from './lane-index.ts';
import type { PaintKit } from './paint-context.ts';

export const overviewHeightPx = 22;

/** Seconds of speech and of doubt per column of the whole file. Doubt = Σ (1 − confidence) · time of doubtful segments. */
export interface Density {
  readonly speechSec: Float32Array;
  readonly doubtSec: Float32Array;
  /** Time a column stands for. */
  readonly columnSec: number;
}

export function densityOf(index: TimelineIndex, durationSec: number, columns: number): Density {
  const speechSec = new Float32Array(columns);
  const doubtSec = new Float32Array(columns);
  const columnSec = durationSec / columns;
  for (const lane of index.lanes) {
    for (let i = 0; i < lane.startsSec.length; i++) {
      const startSec = lane.startsSec[i]!;
      const endSec = Math.min(durationSec, lane.endsSec[i]!);
      const last = Math.min(columns - 1, Math.floor(endSec / columnSec));
      for (let x = Math.max(0, Math.floor(startSec / columnSec)); x <= last; x++) {
        const sharedSec = Math.min(endSec, (x + 1) * columnSec) - Math.max(startSec, x * columnSec);
        if (sharedSec <= 0) continue;
        speechSec[x]! += sharedSec;
        doubtSec[x]! += sharedSec * lane.doubt[i]!;
      }
    }
  }
  return { speechSec, doubtSec, columnSec };
}

/** The whole file: where somebody talks (a faint base) and where it is doubtful (bars). Painted per document, not per frame. */
export function paintOverview(kit: PaintKit, density: Density, widthPx: number): void {
  const { ctx } = kit;
  const { tokens } = kit.palette;
  ctx.globalAlpha = 1;
  ctx.fillStyle = tokens.bg;
  ctx.fillRect(0, 0, widthPx, overviewHeightPx);
  const columns = density.speechSec.length;
  const columnPx = widthPx / columns;
  const base = overviewHeightPx - 5;
  ctx.fillStyle = tokens.wave;
  for (let i = 0; i < columns; i++) {
    const share = Math.min(1, density.speechSec[i]! / density.columnSec);
    if (share <= 0) continue;
    ctx.globalAlpha = 0.35 + 0.65 * share;
    ctx.fillRect(i * columnPx, base, Math.max(1, columnPx), 2);
  }
  ctx.fillStyle = tokens.warn;
  const highest = density.doubtSec.reduce((max, value) => Math.max(max, value), 0);
  for (let i = 0; i < columns && highest > 0; i++) {
    const share = density.doubtSec[i]! / highest;
    if (share <= 0.01) continue;
    ctx.globalAlpha = 0.45 + 0.5 * share;
    const height = 3 + share * (base - 6);
    ctx.fillRect(i * columnPx, base - 1 - height, Math.max(1, columnPx - 1), height);
  }
  ctx.globalAlpha = 1;
}
