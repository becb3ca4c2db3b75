import { useFaces } from '../faces/face-store.ts';
import { containedRect } from './transport-math.ts';
import { player } from './player.ts';

/** A click on the picture selects the face under it; beside all faces it selects none. */
export function pickFace(video: HTMLVideoElement, at: { clientX: number; clientY: number }): void {
  const { shown, boxesShown } = useFaces.getState();
  if (!shown || !boxesShown) return;
  const box = video.getBoundingClientRect();
  const rect = containedRect({ width: video.videoWidth, height: video.videoHeight }, box);
  const x = (at.clientX - box.left - rect.x) / rect.width;
  const y = (at.clientY - box.top - rect.y) / rect.height;
  useFaces.setState({ selectedKey: shown.faceUnder(player.presentedSec(), x, y)?.key ?? null });
}
