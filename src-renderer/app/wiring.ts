import { listenForKeys } from '../commands/keys.ts';
import { attachPorts } from '../commands/ports.ts';
import { i18next } from '../i18n/index.ts';
import { addFiles } from '../features/library/add-files.ts';
import { player } from '../player/player.ts';
import { useAppStore } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import { viewMemory } from '../state/view-memory.ts';
import { viewport } from '../timeline/viewport.ts';
import { pathOfDroppedFile } from '../transport/client.ts';

/** Files dropped on the window: added by path in the desktop app; a browser hides the path, so it is told how. */
function listenForDrops(target: Window): () => void {
  const onDragOver = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  };
  const onDrop = (event: DragEvent): void => {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    // Without this the browser would leave the page for the file.
    event.preventDefault();
    const paths = files.map(pathOfDroppedFile).filter((path) => path !== null);
    const { notify, report } = useAppStore.getState();
    if (paths.length === 0) notify('info', i18next.t('app.dropBrowser'));
    else addFiles(paths, true).catch(report);
  };
  target.addEventListener('dragover', onDragOver);
  target.addEventListener('drop', onDrop);
  return () => {
    target.removeEventListener('dragover', onDragOver);
    target.removeEventListener('drop', onDrop);
  };
}

/** Ties keys, player, timeline and drops together for the life of the window. */
export function wireWindow(target: Window): () => void {
  const stops = [
    attachPorts({
      player: {
        toggle: () => player.toggle(),
        pause: () => player.pause(),
        seek: (sec) => player.seek(sec),
        playSpan: (startSec, endSec) => player.playSpan(startSec, endSec),
        shuttle: (direction) => player.shuttle(direction),
        stepFrame: (frames) => player.stepFrame(frames),
        rate: () => player.state.rate,
        setRate: (rate) => player.setRate(rate),
        loop: () => player.state.loop,
        setLoop: (loop) => player.setLoop(loop),
        currentSec: () => player.currentSec(),
        durationSec: () => player.state.durationSec,
      },
      timeline: {
        fit: () => viewport.getState().fit(),
        zoomTo: (span) => viewport.getState().zoomTo(span),
        zoomAbout: (factor) => viewport.getState().zoomAbout(factor),
        scrollTo: (span) => viewport.getState().scrollTo(span),
      },
    }),
    listenForKeys(target),
    listenForDrops(target),
    useReviewStore.subscribe((state, before) => {
      const { audition } = state;
      if (audition && audition.serial !== before.audition?.serial) player.playSpan(audition.startSec, audition.endSec);
    }),
    useAppStore.subscribe((state, before) => {
      if (state.view !== before.view && state.view !== 'review') player.pause();
      if (state.listShown !== before.listShown) viewMemory.set('review.list', state.listShown);
      if (state.project?.id !== before.project?.id) {
        useAppStore.setState({ listShown: viewMemory.get('review.list') === true });
      }
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
