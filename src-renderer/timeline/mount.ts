import { player } from '../player/player.ts';
import { useReviewStore } from '../state/review-store.ts';
import { exactTime, lengthText } from '../ui/format.ts';
import { useFaces } from '../faces/face-store.ts';
import type { ShownFace } from '../faces/shown-faces.ts';
import { faceOfLane } from './paint-face-lanes.ts';
import { frameLoop } from './frame-loop.ts';
import { LaneGestures, type GestureEffect } from './gestures.ts';
import type { Hit } from './hit-test.ts';
import { connectPointer } from './pointer-input.ts';
import type { SurfaceData } from './surface-data.ts';
import { TimelineSurface, type SurfaceElements } from './surface.ts';
import { viewport } from './viewport.ts';
import { word } from './words.ts';

/** Every element of Timeline.tsx that is drawn into or listened to. */
export interface TimelineRefs extends Omit<SurfaceElements, 'wave'> {
  root: HTMLElement;
  overview: HTMLElement;
  overviewCanvas: HTMLCanvasElement;
  overviewHandle: HTMLElement;
  overviewPlayhead: HTMLElement;
  ruler: HTMLElement;
  rulerCanvas: HTMLCanvasElement;
  wave: HTMLElement;
  waveHost: HTMLElement;
  scroller: HTMLElement;
  rows: HTMLElement;
  lanesCanvas: HTMLCanvasElement;
  playhead: HTMLElement;
  playheadFlag: HTMLElement;
  tip: HTMLElement;
}

export interface MountedTimeline {
  readonly surface: TimelineSurface;
  dispose(): void;
}

/** Brings the timeline's elements to life: drawing, pointer, wheel. All of it ends with `dispose`. */
export function mountTimeline(
  refs: TimelineRefs,
  data: SurfaceData,
  onOpen: (segmentId: string) => void,
): MountedTimeline {
  const gestures = new LaneGestures();
  const surface = new TimelineSurface(
    { ...refs, wave: refs.waveHost },
    { loop: frameLoop, viewport, gestures, clock: player, data },
  );
  const pointer = connectPointer(
    { ...refs, wheel: refs.root },
    {
      viewport,
      gestures,
      loop: frameLoop,
      handlers: {
        data: () => surface.data,
        playheadSec: () => player.currentSec(),
        effects: (effects) => effects.forEach((effect) => perform(effect, surface.data)),
        open: onOpen,
        hover: (hit, at) => showTip(refs.tip, surface.data, hit, at),
        redraw: () => surface.invalidate(),
      },
    },
  );
  surface.scope.add(() => pointer.dispose());
  return { surface, dispose: () => surface.dispose() };
}

/** One gesture is one edit; a segment that was drawn is selected, ready for keys. */
function perform(effect: GestureEffect, data: SurfaceData): void {
  const review = useReviewStore.getState();
  switch (effect.type) {
    case 'seek':
      player.seek(effect.sec);
      return;
    case 'face':
      useFaces.setState({ selectedKey: faceAt(data, effect)?.key ?? null });
      return;
    case 'select':
      if (effect.segmentIds.length === 0) review.clearSelection();
      else {
        review.select(effect.segmentIds, {
          ...(effect.focusId === null ? {} : { focusId: effect.focusId }),
          ...(effect.play ? {} : { play: false }),
        });
      }
      return;
    case 'apply': {
      const { op } = effect;
      void review.apply(op).then((change) => {
        const made = op.op === 'segment.add' && change?.diff.added.find((record) => record.kind === 'segment');
        if (made) useReviewStore.getState().select([made.id], { play: false });
      });
      return;
    }
  }
}

function faceAt(data: SurfaceData, { face, sec }: { face: number; sec: number }): ShownFace | undefined {
  const lane = data.faceLanes[face];
  return lane && faceOfLane(lane, sec, data.faces?.offsetSec ?? 0);
}

const tipOffsetPx = 14;

function showTip(tip: HTMLElement, data: SurfaceData, hit: Hit | null, at: { xPx: number; yPx: number }): void {
  const text = hit ? tipText(data, hit) : null;
  tip.hidden = text === null;
  if (text === null) return;
  tip.textContent = text;
  const left = Math.min(at.xPx + tipOffsetPx, innerWidth - tip.offsetWidth - 8);
  const below = at.yPx + tipOffsetPx + tip.offsetHeight < innerHeight;
  const top = below ? at.yPx + tipOffsetPx : at.yPx - tip.offsetHeight - tipOffsetPx / 2;
  tip.style.transform = `translate3d(${Math.round(left)}px,${Math.round(top)}px,0)`;
}

function faceTip(data: SurfaceData, hit: Extract<Hit, { kind: 'face' }>): string | null {
  const face = faceAt(data, hit);
  if (!face || !data.faces) return null;
  const { shown, offsetSec } = data.faces;
  const text = word('hoverFace', {
    name: face.speaker?.name ?? word('faceUnknown'),
    start: exactTime(face.startSec + offsetSec),
    end: exactTime(face.endSec + offsetSec),
  });
  const talking = shown.talkingAt(face, hit.sec - offsetSec);
  return talking === null ? text : `${text} · ${word('hoverTalking', { share: talking.toFixed(2) })}`;
}

function tipText(data: SurfaceData, hit: Hit): string | null {
  if (hit.kind === 'face') return faceTip(data, hit);
  if (hit.kind !== 'body' && hit.kind !== 'edge') return null;
  const { segment } = hit;
  const text = word('hoverSegment', {
    name: data.index.lanes[hit.lane]!.speaker.name,
    start: exactTime(segment.startSec),
    end: exactTime(segment.endSec),
    length: lengthText(segment.endSec - segment.startSec),
  });
  const parts = [text];
  if (data.offScreenIds.has(segment.id)) parts.push(word('offScreen'));
  if (segment.confidence !== null) {
    parts.push(word('hoverDoubt', { confidence: segment.confidence.toFixed(2) }));
  }
  return parts.join(' · ');
}
