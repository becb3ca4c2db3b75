import { forDots, GLYPH_HEIGHT, textWidth } from './bitmap-font.ts';
import type { FrameSize } from './frames.ts';

/** A colour as a picture stores it: luma 16–235, chroma 16–240. */
export interface YuvColour {
  readonly y: number;
  readonly u: number;
  readonly v: number;
}

/** `#rrggbb` in the range of video. BT.709 for pictures of 720 lines and more, else BT.601, as players assume. */
export function yuvOf(hex: string, heightPx: number): YuvColour {
  const value = Number.parseInt(hex.slice(1), 16);
  const [r, g, b] = [(value >> 16) & 255, (value >> 8) & 255, value & 255];
  const [kr, kb] = heightPx >= 720 ? [0.2126, 0.0722] : [0.299, 0.114];
  const luma = kr * r + (1 - kr - kb) * g + kb * b;
  return {
    y: Math.round(16 + (219 / 255) * luma),
    u: Math.round(128 + (112 / 255) * ((b - luma) / (1 - kb))),
    v: Math.round(128 + (112 / 255) * ((r - luma) / (1 - kr))),
  };
}

/** Draws into a yuv420p frame in place. What lies outside of the picture is left out. Sizes are pixels of the picture. */
export class YuvPainter {
  private readonly size: FrameSize;
  private data: Uint8Array = new Uint8Array(0);

  constructor(size: FrameSize) {
    this.size = size;
  }

  on(data: Uint8Array): this {
    this.data = data;
    return this;
  }

  /** @param opacity 0..1 */
  fill(x: number, y: number, width: number, height: number, colour: YuvColour, opacity = 1): void {
    const { pictureWidthPx, pictureHeightPx, widthPx, heightPx } = this.size;
    const x0 = Math.max(0, Math.round(x));
    const y0 = Math.max(0, Math.round(y));
    const x1 = Math.min(pictureWidthPx, Math.round(x + width));
    const y1 = Math.min(pictureHeightPx, Math.round(y + height));
    if (x1 <= x0 || y1 <= y0) return;
    this.blend(0, widthPx, { x0, y0, x1, y1 }, colour.y, opacity);
    // Chroma has a quarter of the pixels: a thin line takes all those it touches.
    const half = { x0: x0 >> 1, y0: y0 >> 1, x1: (x1 + 1) >> 1, y1: (y1 + 1) >> 1 };
    const luma = widthPx * heightPx;
    this.blend(luma, widthPx >> 1, half, colour.u, opacity);
    this.blend(luma + luma / 4, widthPx >> 1, half, colour.v, opacity);
  }

  /** A frame of lines whose outer edge is the rectangle grown by `grow`. */
  outline(
    box: { x: number; y: number; width: number; height: number },
    thickness: number,
    grow: number,
    colour: YuvColour,
    opacity = 1,
  ): void {
    const [x, y] = [box.x - grow, box.y - grow];
    const [width, height] = [box.width + 2 * grow, box.height + 2 * grow];
    this.fill(x, y, width, thickness, colour, opacity);
    this.fill(x, y + height - thickness, width, thickness, colour, opacity);
    this.fill(x, y + thickness, thickness, height - 2 * thickness, colour, opacity);
    this.fill(x + width - thickness, y + thickness, thickness, height - 2 * thickness, colour, opacity);
  }

  /** Text of dots of `dotPx` each. */
  text(text: string, x: number, y: number, dotPx: number, colour: YuvColour): void {
    forDots(text, (dotX, dotY) => this.fill(x + dotX * dotPx, y + dotY * dotPx, dotPx, dotPx, colour));
  }

  /** Text on a plate of another colour; its top left corner is kept inside of the picture. */
  plate(text: string, x: number, y: number, dotPx: number, ink: YuvColour, plate: YuvColour, opacity = 1): void {
    const size = plateSize(text, dotPx);
    const left = Math.max(0, Math.min(x, this.size.pictureWidthPx - size.width));
    const top = Math.max(0, Math.min(y, this.size.pictureHeightPx - size.height));
    this.fill(left, top, size.width, size.height, plate, opacity);
    this.text(text, left + 2 * dotPx, top + 2 * dotPx, dotPx, ink);
  }

  private blend(
    plane: number,
    stride: number,
    { x0, y0, x1, y1 }: { x0: number; y0: number; x1: number; y1: number },
    value: number,
    opacity: number,
  ): void {
    const { data } = this;
    for (let y = y0; y < y1; y++) {
      const row = plane + y * stride;
      if (opacity >= 1) data.fill(value, row + x0, row + x1);
      else for (let at = row + x0; at < row + x1; at++) data[at] = data[at]! + (value - data[at]!) * opacity;
    }
  }
}

/** Size of a text's plate, pixels. */
export const plateSize = (text: string, dotPx: number): { width: number; height: number } => ({
  width: (textWidth(text) + 4) * dotPx,
  height: (GLYPH_HEIGHT + 4) * dotPx,
});
