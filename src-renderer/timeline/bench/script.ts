import { viewport } from '../viewport.ts';

/** A scripted hand on the wheel: what it measured, milliseconds between display frames. */
export interface ScriptResult {
  readonly intervalsMs: number[];
}

const panPxPerFrame = 34;

export type ScriptKind = 'pan-near' | 'pan-far' | 'zoom';

/** Seconds in sight while panning: a conversation to label, and the shape of a whole hour. */
const sightSec = { 'pan-near': 60, 'pan-far': 3600 } as const;

/**
 * Pans or zooms for `durationMs` through real wheel events on the timeline, one per display frame, and takes the time
 * between frames.
 */
export function runScript(kind: ScriptKind, durationMs: number): Promise<ScriptResult> {
  const rows = document.querySelector<HTMLElement>('[role=application]')!;
  const box = rows.getBoundingClientRect();
  const intervalsMs: number[] = [];
  if (kind === 'zoom') viewport.getState().fit();
  else viewport.getState().show(600, viewport.getState().widthPx / sightSec[kind]);
  return new Promise((resolve) => {
    let startMs = 0;
    let lastMs = 0;
    const tick = (nowMs: number) => {
      if (startMs === 0) startMs = nowMs;
      else intervalsMs.push(nowMs - lastMs);
      lastMs = nowMs;
      const share = (nowMs - startMs) / durationMs;
      if (share >= 1) {
        resolve({ intervalsMs });
        return;
      }
      rows.dispatchEvent(
        new WheelEvent('wheel', {
          bubbles: true,
          cancelable: true,
          clientX: box.left + box.width * (0.35 + 0.3 * share),
          clientY: box.top + 40,
          ...wheelOf(kind, share),
        }),
      );
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
}

/** Pan: there, back and there again. Zoom: from the whole file to less than a second and out again. */
function wheelOf(kind: ScriptKind, share: number): WheelEventInit {
  if (kind !== 'zoom') return { deltaX: share > 0.4 && share < 0.7 ? -panPxPerFrame : panPxPerFrame };
  return { deltaY: share < 0.5 ? -17 : 17, ctrlKey: true };
}
