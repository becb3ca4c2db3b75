import type { LumaFrame } from '#media/sampled-luma.ts';

/** Side of the blocks that picture codecs work in. */
const BLOCK = 8;
/** Rows and columns between those that are measured: a quarter of the pixels says the same. */
const STRIDE = 2;
/** Mean step between neighbours below which there is nothing to see, grey levels. */
const FLAT = 0.25;

/** Mean brightness, 0..1. */
export function brightness({ data }: LumaFrame): number {
  let sum = 0;
  for (let i = 0; i < data.length; i += STRIDE) sum += data[i]!;
  return sum / Math.ceil(data.length / STRIDE) / 255;
}

/**
 * How much larger steps between neighbours are at borders of 8 × 8 blocks than elsewhere (after Wang, Bovik and Evans, 2000):
 * 1 = no blocks to see. Null for a picture without contrast.
 */
export function blockiness({ widthPx, heightPx, data }: LumaFrame): number | null {
  const across = { border: 0, borders: 0, inside: 0, insides: 0 };
  const note = (at: number, step: number): void => {
    if (at % BLOCK === BLOCK - 1) {
      across.border += step;
      across.borders += 1;
    } else {
      across.inside += step;
      across.insides += 1;
    }
  };
  for (let y = 0; y < heightPx; y += STRIDE) {
    const row = y * widthPx;
    for (let x = 0; x < widthPx - 1; x++) note(x, Math.abs(data[row + x + 1]! - data[row + x]!));
  }
  for (let y = 0; y < heightPx - 1; y++) {
    for (let x = 0; x < widthPx; x += STRIDE) {
      note(y, Math.abs(data[(y + 1) * widthPx + x]! - data[y * widthPx + x]!));
    }
  }
  const inside = across.inside / Math.max(1, across.insides);
  if (across.borders === 0 || inside < FLAT) return null;
  return across.border / across.borders / inside;
}

/** Pixels that blurring again averages: five to either side, as in the paper. */
const REACH = 4;

/**
 * How little is lost by blurring once more, 0 (sharp) to 1 (blurred): Crété-Roffet et al., “The blur effect” (2007), the
 * worse of both directions. Null for a picture without contrast.
 */
export function blur(frame: LumaFrame): number | null {
  const { widthPx, heightPx } = frame;
  if (widthPx <= 2 * REACH || heightPx <= 2 * REACH) return null;
  const across = blurAlong(frame, heightPx, widthPx, widthPx, 1);
  const down = blurAlong(frame, widthPx, heightPx, 1, widthPx);
  return across === null || down === null ? null : Math.max(across, down);
}

function blurAlong({ data }: LumaFrame, lines: number, length: number, lineStep: number, step: number): number | null {
  let steps = 0;
  let lost = 0;
  const width = 2 * REACH + 1;
  for (let line = 0; line < lines; line += STRIDE) {
    const start = line * lineStep;
    let sum = 0;
    for (let i = 0; i < width; i++) sum += data[start + i * step]!;
    let blurredBefore = sum / width;
    for (let i = REACH + 1; i < length - REACH; i++) {
      sum += data[start + (i + REACH) * step]! - data[start + (i - REACH - 1) * step]!;
      const blurred = sum / width;
      const own = Math.abs(data[start + i * step]! - data[start + (i - 1) * step]!);
      steps += own;
      lost += Math.max(0, own - Math.abs(blurred - blurredBefore));
      blurredBefore = blurred;
    }
  }
  const count = Math.ceil(lines / STRIDE) * (length - 2 * REACH);
  return steps / count < FLAT ? null : (steps - lost) / steps;
}
