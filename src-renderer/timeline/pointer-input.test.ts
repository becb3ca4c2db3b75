import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aSegment, aSpeaker } from '../testing/builders.ts';
import { FrameLoop } from './frame-loop.ts';
import { LaneGestures, type GestureEffect } from './gestures.ts';
import { buildIndex } from './lane-index.ts';
import { laneHeightPx, layoutRows } from './layout.ts';
import { connectPointer, type PointerElements } from './pointer-input.ts';
import type { Scope } from './scope.ts';
import type { SurfaceData } from './surface-data.ts';
import { createViewport } from './viewport.ts';

const widthPx = 1000;
let elements: PointerElements;
let viewport: ReturnType<typeof createViewport>;
let effects: GestureEffect[];
let opened: string[];
let scope: Scope;

/** A box at the left upper corner of the page, as wide as the track area. */
function box(): HTMLElement {
  const element = document.createElement('div');
  document.body.append(element);
  element.setPointerCapture = () => undefined;
  element.hasPointerCapture = () => false;
  element.getBoundingClientRect = () => new DOMRect(0, 0, widthPx, 200);
  return element;
}

beforeEach(() => {
  const wheel = box();
  elements = { overview: box(), ruler: box(), wave: box(), rows: box(), scroller: box(), wheel };
  for (const child of [elements.ruler, elements.rows]) wheel.append(child);
  viewport = createViewport();
  viewport.getState().setWidth(widthPx);
  viewport.getState().setDuration(1000);
  viewport.getState().show(100, 10);
  effects = [];
  opened = [];
  const index = buildIndex(
    [aSpeaker('a', { order: 0 }), aSpeaker('b', { order: 1 })],
    [aSegment('1', 'a', 110, 120)],
    0.5,
  );
  const data: SurfaceData = {
    index,
    layout: layoutRows({ lanes: 2, votes: 0, signals: 0, open: { votes: true, faces: true, signals: true } }),
    votes: [],
    signals: [],
    faceLanes: [],
    faces: null,
    offScreenIds: new Set(),
    cutsSec: new Float64Array(0),
    selectedIds: new Set(),
    focusId: null,
    doubtLimit: 0.5,
    readOnly: false,
  };
  scope = connectPointer(elements, {
    viewport,
    gestures: new LaneGestures(),
    loop: new FrameLoop(() => 0),
    handlers: {
      data: () => data,
      playheadSec: () => 500,
      effects: (given) => effects.push(...given),
      open: (id) => opened.push(id),
      hover: vi.fn(),
      redraw: vi.fn(),
    },
  });
});
afterEach(() => {
  scope.dispose();
  document.body.replaceChildren();
});

function pointer(element: HTMLElement, type: string, clientX: number, clientY = 10, more: PointerEventInit = {}): void {
  element.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerId: 1, button: 0, clientX, clientY, ...more }));
}

describe('wheel', () => {
  const wheel = (init: WheelEventInit) =>
    elements.rows.dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, ...init }));

  it('pans, in either direction of the wheel', () => {
    wheel({ deltaY: 50 });
    expect(viewport.getState().startSec).toBe(105);
    wheel({ deltaX: -50 });
    expect(viewport.getState().startSec).toBe(100);
  });

  it('zooms about the pointer with Ctrl and keeps the page from zooming', () => {
    const event = new WheelEvent('wheel', { bubbles: true, cancelable: true, deltaY: -300 });
    // happy-dom's wheel events have no keys and no place.
    Object.defineProperties(event, { ctrlKey: { value: true }, clientX: { value: 400 } });
    elements.rows.dispatchEvent(event);
    const { startSec, pxPerSec } = viewport.getState();
    expect(pxPerSec).toBeGreaterThan(15);
    expect(startSec + 400 / pxPerSec).toBeCloseTo(140);
    expect(event.defaultPrevented).toBe(true);
  });
});

describe('ruler', () => {
  it('seeks on a click and pans on a drag', () => {
    pointer(elements.ruler, 'pointerdown', 300);
    pointer(elements.ruler, 'pointerup', 301);
    expect(effects).toEqual([{ type: 'seek', sec: 130 }]);
    pointer(elements.ruler, 'pointerdown', 300);
    pointer(elements.ruler, 'pointermove', 200);
    pointer(elements.ruler, 'pointerup', 200);
    expect(viewport.getState().startSec).toBe(110);
    expect(effects.length).toBe(1);
  });

  it('is where it was after Esc', () => {
    pointer(elements.ruler, 'pointerdown', 300);
    pointer(elements.ruler, 'pointermove', 100);
    const escape = new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true });
    window.dispatchEvent(escape);
    expect(viewport.getState().startSec).toBe(100);
    // The key is used up: it must not also clear the selection.
    expect(escape.defaultPrevented).toBe(true);
  });
});

it('scrubs in the waveform and returns on Esc', () => {
  pointer(elements.wave, 'pointerdown', 100);
  pointer(elements.wave, 'pointermove', 200);
  window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
  expect(effects).toEqual([
    { type: 'seek', sec: 110 },
    { type: 'seek', sec: 120 },
    { type: 'seek', sec: 500 },
  ]);
});

it('drags the overview’s handle, and jumps to where one presses outside it', () => {
  pointer(elements.overview, 'pointerdown', 150);
  pointer(elements.overview, 'pointermove', 250);
  pointer(elements.overview, 'pointerup', 250);
  expect(viewport.getState().startSec).toBe(200);
  pointer(elements.overview, 'pointerdown', 800);
  expect(viewport.getState().startSec).toBe(750);
  pointer(elements.overview, 'pointerup', 800);
});

describe('rows', () => {
  it('make one edit per drag', () => {
    pointer(elements.rows, 'pointerdown', 150);
    pointer(elements.rows, 'pointermove', 150, 10 + laneHeightPx);
    expect(effects).toEqual([]);
    pointer(elements.rows, 'pointerup', 150, 10 + laneHeightPx);
    expect(effects).toEqual([{ type: 'apply', op: { op: 'segment.assign', segmentIds: ['1'], speakerId: 'b' } }]);
  });

  it('make none when Esc is pressed or the pointer is taken away', () => {
    pointer(elements.rows, 'pointerdown', 150);
    pointer(elements.rows, 'pointermove', 150, 10 + laneHeightPx);
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    pointer(elements.rows, 'pointerup', 150, 10 + laneHeightPx);
    pointer(elements.rows, 'pointerdown', 150);
    pointer(elements.rows, 'pointermove', 150, 10 + laneHeightPx);
    pointer(elements.rows, 'pointercancel', 150);
    expect(effects).toEqual([]);
  });

  it('pan with the middle button', () => {
    pointer(elements.rows, 'pointerdown', 500, 10, { button: 1 });
    pointer(elements.rows, 'pointermove', 400, 10, { button: 1 });
    pointer(elements.rows, 'pointerup', 400, 10, { button: 1 });
    expect(viewport.getState().startSec).toBe(110);
    expect(effects).toEqual([]);
  });

  it('open a segment on a double click', () => {
    elements.rows.dispatchEvent(new MouseEvent('dblclick', { clientX: 150, clientY: 10 }));
    elements.rows.dispatchEvent(new MouseEvent('dblclick', { clientX: 700, clientY: 10 }));
    expect(opened).toEqual(['1']);
  });
});

it('hears nothing any more once it is disposed, even in the middle of a drag', () => {
  pointer(elements.rows, 'pointerdown', 150);
  scope.dispose();
  pointer(elements.rows, 'pointermove', 150, 10 + laneHeightPx);
  pointer(elements.rows, 'pointerup', 150, 10 + laneHeightPx);
  elements.rows.dispatchEvent(new WheelEvent('wheel', { bubbles: true, deltaY: 50 }));
  expect(effects).toEqual([]);
  expect(viewport.getState().startSec).toBe(100);
});
