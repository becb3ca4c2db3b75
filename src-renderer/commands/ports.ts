/**
 * What commands need of the player and of the timeline. The window attaches the real ones (app/wiring.tsx); tests
 * attach their own. Until then nothing happens, as when no file is open.
 */
export interface PlayerPort {
  toggle: () => void;
  pause: () => void;
  /** Seconds from t = 0. */
  seek: (sec: number) => void;
  playSpan: (startSec: number, endSec: number) => void;
  /** J (−1) and L (+1): again is faster. */
  shuttle: (direction: 1 | -1) => void;
  stepFrame: (frames: number) => void;
  /** Speed of playback, 0.25–4; 1 = as recorded. */
  rate: () => number;
  setRate: (rate: number) => void;
  loop: () => boolean;
  setLoop: (loop: boolean) => void;
  currentSec: () => number;
  durationSec: () => number;
}

export interface TimelinePort {
  fit: () => void;
  zoomTo: (span: { startSec: number; endSec: number }) => void;
  zoomAbout: (factor: number) => void;
  scrollTo: (span: { startSec: number; endSec: number }) => void;
}

const idlePlayer: PlayerPort = {
  toggle: () => {},
  pause: () => {},
  seek: () => {},
  playSpan: () => {},
  shuttle: () => {},
  stepFrame: () => {},
  rate: () => 1,
  setRate: () => {},
  loop: () => false,
  setLoop: () => {},
  currentSec: () => 0,
  durationSec: () => 0,
};
const idleTimeline: TimelinePort = { fit: () => {}, zoomTo: () => {}, zoomAbout: () => {}, scrollTo: () => {} };

export const ports: { player: PlayerPort; timeline: TimelinePort } = { player: idlePlayer, timeline: idleTimeline };

/** Returns the function that detaches again. */
export function attachPorts(given: Partial<typeof ports>): () => void {
  Object.assign(ports, given);
  return () => Object.assign(ports, { player: idlePlayer, timeline: idleTimeline });
}
