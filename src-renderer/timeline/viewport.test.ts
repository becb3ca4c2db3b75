import { expect, it, vi } from 'vitest';
import { createViewport } from './viewport.ts';

function tenMinutes() {
  const viewport = createViewport();
  viewport.getState().setWidth(1200);
  viewport.getState().setDuration(600);
  return viewport;
}

it('shows a new file as a whole and keeps it whole when the window changes', () => {
  const viewport = tenMinutes();
  expect(viewport.getState()).toMatchObject({ startSec: 0, pxPerSec: 2 });
  viewport.getState().setWidth(600);
  expect(viewport.getState().pxPerSec).toBe(1);
});

it('keeps zoom and left edge when the window changes while zoomed', () => {
  const viewport = tenMinutes();
  viewport.getState().show(100, 50);
  viewport.getState().setWidth(900);
  expect(viewport.getState()).toMatchObject({ startSec: 100, pxPerSec: 50, widthPx: 900 });
});

it('pans by pixels and tells nobody when it cannot move', () => {
  const viewport = tenMinutes();
  viewport.getState().show(100, 50);
  viewport.getState().panBy(100);
  expect(viewport.getState().startSec).toBe(102);
  viewport.getState().fit();
  const heard = vi.fn();
  viewport.subscribe(heard);
  viewport.getState().panBy(500);
  expect(heard).not.toHaveBeenCalled();
});
