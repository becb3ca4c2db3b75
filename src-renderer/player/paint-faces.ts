import type { PictureBox } from '#shared/evidence/face-evidence.ts';
import type { ShownFace, ShownFaces } from '../faces/shown-faces.ts';
import { initialsOf, speakerLook, type Palette } from '../ui/palette.ts';

/** What of the picture's faces is drawn, besides where they are. */
export interface FaceLook {
  readonly faces: ShownFaces;
  /** Presentation time of the frame on the screen, seconds. */
  readonly sec: number;
  readonly selectedKey: string | null;
  readonly palette: Palette;
}

interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

const tagHeightPx = 18;
const tagPaddingPx = 6;
const tagFontPx = 12;
const scoreFontPx = 11;
/** Boxes smaller than this have no score in them: it would cover the face. */
const scoreFromPx = 52;
/** A name may be so much wider than its box before it gives way to initials. */
const nameOverPx = 36;
const chip = 'rgba(11, 13, 14, 0.78)';
const chipText = '#ffffff';

/** Draws boxes, talking rings, names and scores of the faces in the frame on the screen. The canvas is cleared first. */
export function paintFaces(
  ctx: CanvasRenderingContext2D,
  size: { width: number; height: number },
  look: FaceLook,
): void {
  ctx.clearRect(0, 0, size.width, size.height);
  const { faces, sec, selectedKey, palette } = look;
  const drawn = faces.at(sec).flatMap((face) => {
    const rect = rectOf(face, faces, sec, size);
    return rect ? [{ face, rect, talking: faces.talkingAt(face, sec) }] : [];
  });
  // Who talks and what is selected lies on top of the others.
  drawn.sort((a, b) => rank(a.face, a.talking, selectedKey) - rank(b.face, b.talking, selectedKey));
  for (const { face, rect, talking } of drawn) {
    const hue = hueOf(face, palette);
    if (talking !== null) paintRing(ctx, rect, hue, talking);
    paintBox(ctx, rect, hue, { isUnknown: face.speaker === null, under: palette.tokens['speaker-ink'] });
    if (face.key === selectedKey) paintSelection(ctx, rect, palette);
    if (talking !== null) paintScore(ctx, rect, talking, palette);
  }
  const taken: Rect[] = [];
  for (const { face, rect } of drawn.toReversed()) paintTag(ctx, face, rect, taken, { size, palette, selectedKey });
}

const rank = (face: ShownFace, talking: number | null, selectedKey: string | null): number =>
  (face.key === selectedKey ? 2 : 0) + (talking ?? 0);

const scratch: PictureBox = { x1: 0, y1: 0, x2: 0, y2: 0 };

function rectOf(face: ShownFace, faces: ShownFaces, sec: number, size: { width: number; height: number }): Rect | null {
  if (!faces.boxAt(face, sec, scratch)) return null;
  const x = Math.round(scratch.x1 * size.width);
  const y = Math.round(scratch.y1 * size.height);
  const width = Math.round(scratch.x2 * size.width) - x;
  const height = Math.round(scratch.y2 * size.height) - y;
  return { x, y, width, height };
}

/** The speaker's hue; grey where nobody knows whose face it is. */
export function hueOf(face: Pick<ShownFace, 'speaker'>, palette: Palette): string {
  return face.speaker ? palette.speakers[speakerLook(face.speaker.colour).hue]! : palette.tokens.faint;
}

function outline(ctx: CanvasRenderingContext2D, rect: Rect, grownPx: number, radiusPx: number): void {
  ctx.beginPath();
  ctx.roundRect(
    rect.x - grownPx,
    rect.y - grownPx,
    Math.max(1, rect.width + 2 * grownPx),
    Math.max(1, rect.height + 2 * grownPx),
    radiusPx,
  );
}

/** A halo around the box: the surer that the face talks, the stronger. */
function paintRing(ctx: CanvasRenderingContext2D, rect: Rect, hue: string, talking: number): void {
  if (talking < 0.05) return;
  ctx.globalAlpha = 0.65 * talking;
  ctx.strokeStyle = hue;
  ctx.lineWidth = 5;
  outline(ctx, rect, 3.5, 7);
  ctx.stroke();
  ctx.globalAlpha = 1;
}

/** On any picture a line is seen when one of the opposite lightness lies beneath it. */
function paintBox(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  hue: string,
  { isUnknown, under }: { isUnknown: boolean; under: string },
): void {
  ctx.globalAlpha = 0.6;
  ctx.strokeStyle = under;
  ctx.lineWidth = 4;
  outline(ctx, rect, 0, 4);
  ctx.stroke();
  ctx.globalAlpha = 1;
  // Never colour alone: a face of nobody is dashed.
  if (isUnknown) ctx.setLineDash([5, 4]);
  ctx.strokeStyle = hue;
  ctx.lineWidth = 2;
  ctx.stroke();
  ctx.setLineDash([]);
}

function paintSelection(ctx: CanvasRenderingContext2D, rect: Rect, palette: Palette): void {
  ctx.strokeStyle = palette.tokens.accent;
  ctx.lineWidth = 2;
  outline(ctx, rect, 4, 7);
  ctx.stroke();
}

function paintScore(ctx: CanvasRenderingContext2D, rect: Rect, talking: number, palette: Palette): void {
  if (rect.width < scoreFromPx || rect.height < scoreFromPx) return;
  const text = talking.toFixed(2);
  ctx.font = `${scoreFontPx}px ${palette.fontFamily}`;
  const width = ctx.measureText(text).width + 8;
  const x = rect.x + rect.width - width - 5;
  const y = rect.y + rect.height - 21;
  ctx.fillStyle = chip;
  ctx.beginPath();
  ctx.roundRect(x, y, width, 16, 3);
  ctx.fill();
  ctx.fillStyle = chipText;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.fillText(text, x + 4, y + 8.5);
}

/** Name above the box where there is room, else initials, else inside; a tag that would cover another is left out. */
function paintTag(
  ctx: CanvasRenderingContext2D,
  face: ShownFace,
  rect: Rect,
  taken: Rect[],
  look: { size: { width: number; height: number }; palette: Palette; selectedKey: string | null },
): void {
  const { palette, size } = look;
  const name = face.speaker?.name ?? (face.key === look.selectedKey ? '?' : '');
  if (!name) return;
  ctx.font = `600 ${tagFontPx}px ${palette.fontFamily}`;
  for (const text of [name, initialsOf(name)]) {
    const width = Math.ceil(ctx.measureText(text).width) + 2 * tagPaddingPx;
    if (width > rect.width + nameOverPx && text === name && name.length > 2) continue;
    const above = rect.y - tagHeightPx - 5;
    for (const y of [above, rect.y + 5, rect.y + rect.height + 5]) {
      const x = Math.max(0, Math.min(rect.x - 1, size.width - width));
      const tag = { x, y, width, height: tagHeightPx };
      if (y < 0 || y + tagHeightPx > size.height || taken.some((other) => meets(tag, other))) continue;
      taken.push(tag);
      ctx.fillStyle = hueOf(face, palette);
      ctx.beginPath();
      ctx.roundRect(x, y, width, tagHeightPx, 4);
      ctx.fill();
      ctx.fillStyle = palette.tokens['speaker-ink'];
      ctx.textBaseline = 'middle';
      ctx.textAlign = 'left';
      ctx.fillText(text, x + tagPaddingPx, y + tagHeightPx / 2 + 0.5);
      return;
    }
  }
}

const meets = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
