import { hueOf } from '../player/paint-faces.ts';
import type { ShownFace, ShownFaces } from '../faces/shown-faces.ts';
import type { FaceLane } from './face-lanes.ts';
import { firstReaching, firstStartingAt } from './lane-index.ts';
import { faceHeightPx, talkingHeightPx } from './layout.ts';
import type { PaintKit } from './paint-context.ts';
import { collectRuns } from './runs.ts';
import { scorePeaks, type ScorePeaks } from './score-peaks.ts';
import type { View } from './viewport-math.ts';

const barHeightPx = 12;

export interface FacePaint {
  readonly shown: ShownFaces;
  readonly selectedKey: string | null;
  /** The sound comes so much later than the picture: faces lie under what is heard when they are seen. */
  readonly offsetSec: number;
}

/** A view in the picture's own time. */
export const pictureView = (view: View, offsetSec: number): View =>
  offsetSec === 0 ? view : { ...view, startSec: view.startSec - offsetSec };

/** One person's faces: a bar while the face is seen, filled as high as it probably talks. */
export function paintFaceLane(kit: PaintKit, view: View, lane: FaceLane, topPx: number, faces: FacePaint): void {
  const { ctx, runs } = kit;
  const { shown, selectedKey } = faces;
  const own = pictureView(view, faces.offsetSec);
  collectRuns(lane, own, runs);
  const top = topPx + (faceHeightPx - barHeightPx) / 2;
  const hue = hueOf(lane, kit.palette);
  const peaks = shown.data.talking ? scorePeaks(shown.data.talking) : null;
  ctx.fillStyle = hue;
  ctx.globalAlpha = 0.35;
  for (let x = 0; x < runs.columns;) {
    if (runs.owner[x]! < 0) {
      x += 1;
      continue;
    }
    let end = x + 1;
    while (end < runs.columns && runs.owner[end]! >= 0) end += 1;
    ctx.fillRect(x, top, end - x, barHeightPx);
    x = end;
  }
  for (let i = 0; i < runs.blocks; i++) {
    const x0 = Math.round(Math.max(-4, runs.x0[i]!));
    // A pixel between neighbours: two tracks must not look like one.
    const x1 = Math.round(Math.min(view.widthPx + 4, runs.x1[i]!)) - 1;
    ctx.globalAlpha = 0.24;
    ctx.fillRect(x0, top, Math.max(1, x1 - x0), barHeightPx);
    ctx.globalAlpha = 0.9;
    if (peaks) paintTalking(kit, own, lane.faces[runs.span[i]!]!, faces, peaks, { x0, x1, bottom: top + barHeightPx });
    else ctx.fillRect(x0, top + barHeightPx - 2, Math.max(1, x1 - x0), 2);
  }
  ctx.globalAlpha = 1;
  if (selectedKey !== null) paintSelected(kit, own, lane, topPx, selectedKey);
}

/** Each column as high as the most probable talking in it. */
function paintTalking(
  { ctx }: PaintKit,
  view: View,
  face: ShownFace,
  faces: FacePaint,
  peaks: ScorePeaks,
  place: { x0: number; x1: number; bottom: number },
): void {
  const last = Math.min(place.x1, Math.ceil(view.widthPx));
  let from = Math.max(0, place.x0);
  let height = columnPx(view, face, faces, peaks, from);
  // Columns of equal height are one rectangle.
  for (let x = from + 1; x <= last; x++) {
    const next = x === last ? -1 : columnPx(view, face, faces, peaks, x);
    if (next === height) continue;
    if (height > 0) ctx.fillRect(from, place.bottom - height, x - from, height);
    from = x;
    height = next;
  }
}

function columnPx(view: View, face: ShownFace, faces: FacePaint, peaks: ScorePeaks, x: number): number {
  return Math.round(Math.max(0, scoreAt(view, face, faces, peaks, x)) * barHeightPx);
}

/** Highest probability of talking within a pixel column of a view in the picture's time; −1 where none was measured. */
function scoreAt(view: View, face: ShownFace, faces: FacePaint, peaks: ScorePeaks, x: number): number {
  const { data } = faces.shown;
  const fromSec = Math.max(face.startSec, view.startSec + x / view.pxPerSec);
  const toSec = Math.min(face.endSec, view.startSec + (x + 1) / view.pxPerSec);
  const fromFrame = Math.floor(fromSec * data.frameRateHz + 1e-6);
  const toFrame = Math.max(fromFrame + 1, Math.ceil(toSec * data.frameRateHz - 1e-6));
  let high = -1;
  for (const track of face.tracks) {
    const first = Math.max(0, fromFrame - track.firstFrame);
    const end = Math.min(track.frameCount, toFrame - track.firstFrame);
    if (end > first) high = Math.max(high, peaks.highest(track.firstRow + first, track.firstRow + end));
  }
  return high;
}

function paintSelected(kit: PaintKit, view: View, lane: FaceLane, topPx: number, selectedKey: string): void {
  const face = lane.faces.find(({ key }) => key === selectedKey);
  if (!face) return;
  const x0 = Math.round((face.startSec - view.startSec) * view.pxPerSec);
  const x1 = Math.round((face.endSec - view.startSec) * view.pxPerSec);
  if (x1 < 0 || x0 > view.widthPx) return;
  const { ctx } = kit;
  ctx.strokeStyle = kit.palette.tokens.accent;
  ctx.lineWidth = 2;
  const left = Math.max(-8, x0 - 1);
  ctx.strokeRect(left, topPx + 2, Math.min(view.widthPx + 8, Math.max(x1, x0 + 2)) - left, faceHeightPx - 4);
}

const wholeUpToPx = 3;
const highestOfFaces = new WeakMap<FaceLane, Float32Array>();

/** Highest score of a whole face, worked out once. */
function highestOf(lane: FaceLane, index: number, peaks: ScorePeaks): number {
  let known = highestOfFaces.get(lane);
  if (!known) highestOfFaces.set(lane, (known = new Float32Array(lane.faces.length).fill(NaN)));
  if (Number.isNaN(known[index]!)) {
    let high = -1;
    for (const { firstRow, frameCount } of lane.faces[index]!.tracks) {
      high = Math.max(high, peaks.highest(firstRow, firstRow + frameCount));
    }
    known[index] = high;
  }
  return known[index]!;
}

/** Highest score per column of all faces but the selected, and whose it is; reused from frame to frame. */
let high = new Float32Array(0);
let owner: (ShownFace | null)[] = [];

/** Who probably talks: each face as a line in its colour, the selected one filled. */
export function paintTalkingRow(
  kit: PaintKit,
  view: View,
  topPx: number,
  faces: FacePaint,
  lanes: readonly FaceLane[],
): void {
  const { shown, selectedKey } = faces;
  if (!shown.data.talking) return;
  const own = pictureView(view, faces.offsetSec);
  const peaks = scorePeaks(shown.data.talking);
  const width = Math.ceil(view.widthPx);
  const { ctx, palette } = kit;
  const bottom = topPx + talkingHeightPx - 3;
  const fullPx = talkingHeightPx - 6;
  ctx.fillStyle = palette.tokens['lane-line'];
  ctx.fillRect(0, Math.round(bottom - fullPx / 2), width, 1);
  if (high.length < width) high = new Float32Array(width + 256);
  const endSec = own.startSec + view.widthPx / own.pxPerSec;
  for (const lane of lanes) {
    high.fill(-1, 0, width);
    owner = [];
    const last = firstStartingAt(lane, endSec);
    for (let i = firstReaching(lane, own.startSec); i < last; i++) {
      const face = lane.faces[i]!;
      if (face.endSec <= own.startSec) continue;
      const from = Math.max(0, Math.floor((face.startSec - own.startSec) * own.pxPerSec));
      const to = Math.min(width, Math.ceil((face.endSec - own.startSec) * own.pxPerSec));
      // Faces that fill no more than a pixel or two have one value: thousands of them are in sight at once.
      const whole = to - from <= wholeUpToPx ? highestOf(lane, i, peaks) : null;
      for (let x = from; x < to; x++) {
        const score = whole ?? scoreAt(own, face, faces, peaks, x);
        if (score > high[x]!) {
          high[x] = score;
          if (face.key === selectedKey) owner[x] = face;
        }
      }
    }
    paintLine(ctx, hueOf(lane, palette), { width, bottom, fullPx, isDim: selectedKey !== null && owner.length === 0 });
  }
}

function paintLine(
  ctx: CanvasRenderingContext2D,
  hue: string,
  { width, bottom, fullPx, isDim }: { width: number; bottom: number; fullPx: number; isDim: boolean },
): void {
  ctx.fillStyle = hue;
  ctx.globalAlpha = 0.55;
  for (let x = 0; x < width; x++) {
    if (owner[x]) ctx.fillRect(x, bottom - high[x]! * fullPx, 1, high[x]! * fullPx);
  }
  ctx.strokeStyle = hue;
  ctx.lineWidth = 1.25;
  ctx.globalAlpha = isDim ? 0.3 : 0.95;
  ctx.beginPath();
  let down = false;
  for (let x = 0; x < width; x++) {
    if (high[x]! < 0) {
      down = false;
      continue;
    }
    const y = bottom - high[x]! * fullPx;
    if (down) ctx.lineTo(x + 0.5, y);
    else ctx.moveTo(x, y);
    down = true;
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
}

/** The face of a lane under a time of the timeline; of several the one that starts last. */
export function faceOfLane(lane: FaceLane, sec: number, offsetSec: number): ShownFace | undefined {
  const own = sec - offsetSec;
  let found: ShownFace | undefined;
  const last = firstStartingAt(lane, own + 1e-9);
  for (let i = firstReaching(lane, own); i < last; i++) if (lane.faces[i]!.endSec > own) found = lane.faces[i];
  return found;
}
