import type { QualitySeconds } from '#shared/quality/quality.ts';

export interface FaceRows {
  readonly frameRateHz: number;
  readonly tracks: readonly { firstFrame: number; frameCount: number; firstRow: number }[];
  /** Height of the picture, pixels. */
  readonly heightPx: number;
  /** y1 and y2 of a row, shares of the picture. */
  box(row: number): { y1: number; y2: number };
  /** Sharpness and brightness of a row; NaN where not looked at. */
  look(row: number): { sharpness: number; brightness: number };
  /** Probability that the face of a row talks; NaN where nobody measured. */
  talking(row: number): number;
}

/**
 * Size, sharpness and brightness of a face, by the second: of the one that most probably talks, of the largest where nobody
 * measured that. Means over the frames of the second in which that face is seen.
 */
export function faceSeconds(rows: FaceRows, seconds: QualitySeconds, startSec: number): void {
  interface Sums {
    frames: number;
    height: number;
    sharpness: number;
    looked: number;
    brightness: number;
    talking: number;
  }
  const best = new Map<number, { rank: number; sums: Sums }>();
  for (const { firstFrame, frameCount, firstRow } of rows.tracks) {
    const open = new Map<number, Sums>();
    for (let i = 0; i < frameCount; i++) {
      const second = Math.floor((firstFrame + i) / rows.frameRateHz - startSec);
      if (second < 0 || second >= seconds.count) continue;
      let sums = open.get(second);
      if (!sums) {
        open.set(second, (sums = { frames: 0, height: 0, sharpness: 0, looked: 0, brightness: 0, talking: 0 }));
      }
      const { y1, y2 } = rows.box(firstRow + i);
      const { sharpness, brightness } = rows.look(firstRow + i);
      const talking = rows.talking(firstRow + i);
      sums.frames += 1;
      sums.height += (y2 - y1) * rows.heightPx;
      if (!Number.isNaN(talking)) sums.talking += talking;
      if (Number.isNaN(sharpness)) continue;
      sums.looked += 1;
      sums.sharpness += sharpness;
      sums.brightness += brightness;
    }
    for (const [second, sums] of open) {
      // Size decides only between faces of which none is known to talk.
      const rank = sums.talking / sums.frames + sums.height / sums.frames / rows.heightPx / 100;
      if (rank > (best.get(second)?.rank ?? -1)) best.set(second, { rank, sums });
    }
  }
  for (const [second, { sums }] of best) {
    seconds.set(second, 'faceHeight', sums.height / sums.frames);
    if (sums.looked === 0) continue;
    seconds.set(second, 'faceSharpness', sums.sharpness / sums.looked);
    seconds.set(second, 'faceBrightness', sums.brightness / sums.looked);
  }
}
