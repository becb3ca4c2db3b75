import { useEffect } from 'react';
import { faceArtifacts } from '#shared/evidence/face-schemas.ts';
import { followDocument, loadFaces } from '../faces/face-store.ts';
import { useAppStore, activeJobOf } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import { loadMediaSources, useMediaSources } from './media-sources.ts';
import { player } from './player.ts';

/** While a review copy or the waveform is being made, the host is asked again after this long. */
const pollMs = 2000;

/** Is something still being made, so that asking again makes sense: the waveform, a copy that can be played, faces? */
function isBeingMade(hasJob: boolean): boolean {
  const { sources } = useMediaSources.getState();
  if (sources === null) return true;
  const copyComes = sources.playUrl === null && sources.playsProxy;
  // Boxes are shown as soon as faces are followed, who talks when the run is done.
  const hasPicture = (useReviewStore.getState().media?.probe.video.length ?? 0) > 0;
  const facesCome = hasPicture && !(faceArtifacts.tracks in sources.evidence);
  return copyComes || (hasJob && (sources.playUrl === null || sources.peaksUrl === null || facesCome));
}

/** Keeps the player on the file under review and its bulk data fetched. Call it once, in the view that plays. */
export function useMedia(): void {
  const api = useReviewStore((state) => state.api);
  const media = useReviewStore((state) => state.media);
  const mediaId = media?.id ?? null;
  // A job that starts or ends may have made peaks, frame times or a review copy.
  const jobState = useAppStore((state) => (mediaId ? activeJobOf(state.jobs, mediaId)?.state : undefined) ?? 'none');
  const mediaState = media?.state;
  useEffect(() => {
    const abort = new AbortController();
    const load = () => void loadMediaSources(api, useReviewStore.getState().media, abort.signal);
    load();
    const timer = setInterval(() => {
      if (isBeingMade(jobState !== 'none')) load();
    }, pollMs);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [api, mediaId, jobState, mediaState]);

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
        pcm: sources.pcmUrl ? { url: sources.pcmUrl, startSec: media.choice.range?.startSec ?? 0 } : null,
      });
    }
  }, [media, sources]);

  const evidence = sources?.evidence;
  useEffect(() => {
    const abort = new AbortController();
    void loadFaces(mediaId, evidence ?? {}, abort.signal);
    return () => abort.abort();
  }, [mediaId, evidence]);
  useEffect(() => followDocument(), []);

  const offsetSec = useReviewStore((state) => state.offset?.offsetSec ?? 0);
  useEffect(() => player.setOffset(offsetSec), [offsetSec]);

  const frameTimesSec = useMediaSources((state) => state.frameTimesSec);
  useEffect(() => player.setFrameTimes(frameTimesSec), [frameTimesSec, sources]);
}
