import { X } from 'lucide-react';
import { useEffect, useRef, type ReactElement, type RefObject } from 'react';
import type { PictureBox } from '#shared/evidence/face-evidence.ts';
import { setLipsShown, useFaces } from '../faces/face-store.ts';
import type { ShownFace, ShownFaces } from '../faces/shown-faces.ts';
import { word } from '../timeline/words.ts';
import { Button } from '../ui/controls.tsx';
import { player } from './player.ts';
import styles from './Player.module.css';

/** Of the bitmap, as wide as the inset is shown at most (Player.module.css). */
const widthPx = 176;
const heightPx = 110;
/** So much of the picture around the lips is shown, as a multiple of their own size. */
const marginFactor = 1.7;

/**
 * The mouth of the selected face, large: of the one that most probably talks when none is selected. Cut from the frame on
 * the screen; where lips were not measured it is the lower part of the face.
 */
export function LipInset({ video }: { video: RefObject<HTMLVideoElement | null> }): ReactElement | null {
  const canvas = useRef<HTMLCanvasElement | null>(null);
  const title = useRef<HTMLSpanElement | null>(null);
  const isShown = useFaces((state) => state.lipsShown && state.shown !== null);
  useEffect(() => {
    const ctx = isShown ? canvas.current?.getContext('2d') : null;
    if (!ctx || !canvas.current) return;
    const ratio = devicePixelRatio || 1;
    canvas.current.width = Math.round(widthPx * ratio);
    canvas.current.height = Math.round(heightPx * ratio);
    const paint = (sec = player.presentedSec()) => {
      const { shown, lips, selectedKey } = useFaces.getState();
      const face = shown ? faceToShow(shown, sec, selectedKey) : undefined;
      const said = face?.speaker?.name ?? (face ? word('faceUnknown') : word('faceNone'));
      if (title.current && title.current.textContent !== said) title.current.textContent = said;
      ctx.fillStyle = '#0b0d0e';
      ctx.fillRect(0, 0, ctx.canvas.width, ctx.canvas.height);
      const element = video.current;
      if (!shown || !face || !element || element.readyState < 2 || element.videoWidth === 0) return;
      const box: PictureBox = { x1: 0, y1: 0, x2: 0, y2: 0 };
      const hasLips = lips?.read(shown.rowAt(face, sec), box) ?? false;
      if (!hasLips && !(shown.boxAt(face, sec, box) && lowerFace(box))) return;
      drawCut(ctx, element, box, hasLips ? marginFactor : 1.1);
    };
    paint();
    const stops = [player.onFrame(paint), useFaces.subscribe(() => paint())];
    const onSeeked = () => paint();
    const element = video.current;
    element?.addEventListener('seeked', onSeeked);
    return () => {
      for (const stop of stops) stop();
      element?.removeEventListener('seeked', onSeeked);
    };
  }, [isShown, video]);
  if (!isShown) return null;
  return (
    <figure className={styles.lips} aria-label={word('lips')} data-testid="lip-inset">
      <canvas ref={canvas} />
      <figcaption>
        <span ref={title} />
        <Button tone="quiet" icon aria-label={word('lipsHide')} onClick={() => setLipsShown(false)}>
          <X size={13} aria-hidden />
        </Button>
      </figcaption>
    </figure>
  );
}

function faceToShow(shown: ShownFaces, sec: number, selectedKey: string | null): ShownFace | undefined {
  const faces = shown.at(sec);
  const talking = (face: ShownFace) => shown.talkingAt(face, sec) ?? 0;
  return faces.find(({ key }) => key === selectedKey) ?? faces.toSorted((a, b) => talking(b) - talking(a))[0];
}

/** Turns a face into where its mouth is: the lower third, without the sides. */
function lowerFace(box: PictureBox): true {
  const [width, height] = [box.x2 - box.x1, box.y2 - box.y1];
  box.x1 += 0.18 * width;
  box.x2 -= 0.18 * width;
  box.y1 += 0.62 * height;
  return true;
}

/** The cut keeps the shape of the inset, centred on the box, and never the picture's proportions wrong. */
function drawCut(ctx: CanvasRenderingContext2D, video: HTMLVideoElement, box: PictureBox, margin: number): void {
  const { videoWidth, videoHeight } = video;
  const centreX = ((box.x1 + box.x2) / 2) * videoWidth;
  const centreY = ((box.y1 + box.y2) / 2) * videoHeight;
  const scale = Math.max(
    ((box.x2 - box.x1) * videoWidth * margin) / widthPx,
    ((box.y2 - box.y1) * videoHeight * margin) / heightPx,
  );
  const [width, height] = [scale * widthPx, scale * heightPx];
  ctx.imageSmoothingQuality = 'high';
  ctx.drawImage(
    video,
    centreX - width / 2,
    centreY - height / 2,
    width,
    height,
    0,
    0,
    ctx.canvas.width,
    ctx.canvas.height,
  );
}
