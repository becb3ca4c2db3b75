import type { SpeakerPattern } from '../ui/palette.ts';

/**
 * Small repeating tiles for canvases: hatching, dotted undersides, speaker patterns. Made once per colour; kept until
 * the theme changes.
 */
export class PatternCache {
  private readonly tiles = new Map<string, CanvasPattern | null>();

  clear(): void {
    this.tiles.clear();
  }

  /** Diagonal lines: time in which two or more speakers talk. */
  hatch(ctx: CanvasRenderingContext2D, colour: string): CanvasPattern | null {
    return this.tile(ctx, `hatch ${colour}`, 6, 6, (tile) => {
      tile.strokeStyle = colour;
      tile.lineWidth = 1.5;
      tile.beginPath();
      for (const shift of [-6, 0, 6]) {
        tile.moveTo(shift - 1, 7);
        tile.lineTo(shift + 7, -1);
      }
      tile.stroke();
    });
  }

  /** Dots for the underside of a doubtful block; their density is the doubt, 0..1, in steps of a tenth. */
  dots(ctx: CanvasRenderingContext2D, colour: string, doubt: number): CanvasPattern | null {
    const level = Math.min(10, Math.max(1, Math.round(doubt * 10)));
    const periodPx = Math.max(3, Math.round(30 / level));
    return this.tile(ctx, `dots ${colour} ${periodPx}`, periodPx, 3, (tile) => {
      tile.fillStyle = colour;
      tile.fillRect(0, 0, Math.min(3, periodPx), 3);
    });
  }

  /** A speaker's pattern; null for `solid`. */
  speaker(ctx: CanvasRenderingContext2D, pattern: SpeakerPattern, colour: string): CanvasPattern | null {
    if (pattern === 'solid') return null;
    return this.tile(ctx, `${pattern} ${colour}`, 8, 8, (tile) => {
      tile.strokeStyle = colour;
      tile.fillStyle = colour;
      tile.lineWidth = 1;
      tile.beginPath();
      if (pattern === 'stripes') {
        tile.moveTo(2.5, 0);
        tile.lineTo(2.5, 8);
      } else if (pattern === 'grid') {
        tile.moveTo(2.5, 0);
        tile.lineTo(2.5, 8);
        tile.moveTo(0, 2.5);
        tile.lineTo(8, 2.5);
      } else if (pattern === 'waves') {
        tile.moveTo(0, 4);
        tile.quadraticCurveTo(2, 0, 4, 4);
        tile.quadraticCurveTo(6, 8, 8, 4);
      } else {
        tile.arc(2, 2, 1.1, 0, Math.PI * 2);
        tile.moveTo(7.1, 6);
        tile.arc(6, 6, 1.1, 0, Math.PI * 2);
      }
      if (pattern === 'dots') tile.fill();
      else tile.stroke();
    });
  }

  private tile(
    ctx: CanvasRenderingContext2D,
    key: string,
    widthPx: number,
    heightPx: number,
    draw: (tile: CanvasRenderingContext2D) => void,
  ): CanvasPattern | null {
    let pattern = this.tiles.get(key);
    if (pattern === undefined) {
      const canvas = ctx.canvas.ownerDocument.createElement('canvas');
      canvas.width = widthPx;
      canvas.height = heightPx;
      const tile = canvas.getContext('2d');
      if (tile) draw(tile);
      pattern = tile ? ctx.createPattern(canvas, 'repeat') : null;
      this.tiles.set(key, pattern);
    }
    return pattern;
  }
}
