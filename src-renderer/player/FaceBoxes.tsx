import { useEffect, useRef, type ReactElement } from 'react';
import { useFaces } from '../faces/face-store.ts';
import { Scope } from '../timeline/scope.ts';
import { onPaletteChange, readPalette } from '../ui/palette.ts';
import { paintFaces } from './paint-faces.ts';
import { player } from './player.ts';
import styles from './Player.module.css';

/**
 * Boxes on the frame that is on the screen: drawn in the callback of the frame itself, by its own time stamp, past React.
 * What they say is also in the lists (who talks, whose face is selected), so that the canvas is hidden from readers.
 */
export function FaceBoxes(): ReactElement {
  const canvas = useRef<HTMLCanvasElement | null>(null);
  useEffect(() => {
    const element = canvas.current!;
    const ctx = element.getContext('2d');
    if (!ctx) return;
    const scope = new Scope();
    const size = { width: 0, height: 0 };
    const paint = (sec = player.presentedSec()) => {
      const { shown, boxesShown, selectedKey } = useFaces.getState();
      if (!shown || !boxesShown || size.width === 0) ctx.clearRect(0, 0, size.width, size.height);
      else paintFaces(ctx, size, { faces: shown, sec, selectedKey, palette: readPalette() });
    };
    scope.observeSize(element, () => {
      const ratio = devicePixelRatio || 1;
      size.width = element.clientWidth;
      size.height = element.clientHeight;
      element.width = Math.max(1, Math.round(size.width * ratio));
      element.height = Math.max(1, Math.round(size.height * ratio));
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      paint();
    });
    scope.add(player.onFrame(paint));
    scope.add(onPaletteChange(() => paint()));
    scope.add(
      useFaces.subscribe((state, before) => {
        const same =
          state.shown === before.shown &&
          state.boxesShown === before.boxesShown &&
          state.selectedKey === before.selectedKey;
        if (!same) paint();
      }),
    );
    return () => scope.dispose();
  }, []);
  return <canvas ref={canvas} className={styles.boxes} data-testid="face-boxes" aria-hidden />;
}
