import { useEffect } from 'react';
import { useReviewStore } from '../state/review-store.ts';
import { viewMemory } from '../state/view-memory.ts';
import { viewport } from './viewport.ts';

/** Each file opens where one left it; a new one shows all of itself. */
export function useRememberedView(): void {
  const mediaId = useReviewStore((state) => state.media?.id ?? null);
  const durationSec = useReviewStore((state) => state.media?.probe.durationSec ?? 0);
  useEffect(() => {
    const key = `timeline.${mediaId}`;
    const kept = mediaId ? viewMemory.get(key) : undefined;
    viewport.getState().setDuration(durationSec);
    if (Array.isArray(kept) && typeof kept[0] === 'number' && typeof kept[1] === 'number') {
      viewport.getState().show(kept[0], kept[1]);
    }
    if (!mediaId) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = viewport.subscribe((view) => {
      clearTimeout(timer);
      timer = setTimeout(() => viewMemory.set(key, [view.startSec, view.pxPerSec]), 500);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [mediaId, durationSec]);
}
