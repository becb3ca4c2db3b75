import { useEffect } from 'react';
import { useAppStore, activeJobOf } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import { loadMediaSources, useMediaSources } from './media-sources.ts';
import { player } from './player.ts';

/** While a review copy or the waveform is being made, the host is asked again after this long. */
const pollMs = 2000;

/** Keeps the player on the file under review and its bulk data fetched. Call it once, in the view that plays. */
export function useMedia(): void {
  const api = useReviewStore((state) => state.api);
  const media = useReviewStore((state) => state.media);
  const mediaId = media?.id ?? null;
  // A job that starts or ends may have made peaks, frame times or a review copy.
  const jobState = useAppStore((state) => (mediaId ? activeJobOf(state.jobs, mediaId)?.state : undefined) ?? 'none');
  const mediaState = media?.state;
  const isWaiting = useMediaSources(
    (state) => state.sources !== null && (state.sources.playUrl === null || state.sources.peaksUrl === null),
  );

  useEffect(() => {
    const abort = new AbortController();
    const load = () => void loadMediaSources(api, useReviewStore.getState().media, abort.signal);
    load();
    const timer = isWaiting && jobState !== 'none' ? setInterval(load, pollMs) : undefined;
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [api, mediaId, jobState, mediaState, isWaiting]);

  const sources = useMediaSources((state) => (state.mediaId === mediaId ? state.sources : null));
  useEffect(() => {
    if (!media) player.load(null);
    else if (sources) {
      player.load({
        fileName: media.name,
        url: sources.playUrl,
        note: sources.playNote,
        hasPicture: media.probe.video.length > 0,
        durationSec: media.probe.durationSec,
      });
    }
  }, [media, sources]);

  const frameTimesSec = useMediaSources((state) => state.frameTimesSec);
  useEffect(() => player.setFrameTimes(frameTimesSec), [frameTimesSec, sources]);
}
