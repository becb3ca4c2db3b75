import { act, cleanup, render, screen } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { player } from '../player/player.ts';
import { useReviewStore } from '../state/review-store.ts';
import { aFile, aSegment, aSpeaker } from '../testing/builders.ts';
import { MemoryApi } from '../testing/memory-api.ts';
import { frameLoop } from './frame-loop.ts';
import { LaneGestures } from './gestures.ts';
import { buildIndex } from './lane-index.ts';
import { layoutRows } from './layout.ts';
import { TimelineSurface, type SurfaceElements } from './surface.ts';
import { Timeline } from './Timeline.tsx';
import { createViewport, viewport } from './viewport.ts';

beforeEach(async () => {
  const api = new MemoryApi();
  api.addFile(aFile('m'), [
    aSpeaker('a', { name: 'Anna', order: 0 }),
    aSpeaker('b', { name: 'Ben', order: 1 }),
    aSegment('1', 'a', 1, 3),
    aSegment('2', 'b', 4, 9.5, { confidence: 0.4, review: 'accepted' }),
  ]);
  useReviewStore.getState().connect(api);
  await useReviewStore.getState().open('m');
});
afterEach(cleanup);

describe('timeline', () => {
  it('has a head with name and key for each speaker; pressing it makes the speaker the target', () => {
    render(<Timeline />);
    const ben = screen.getByRole('button', { name: /^Ben\s?2/u });
    expect(ben.getAttribute('aria-pressed')).toBe('false');
    act(() => ben.click());
    expect(useReviewStore.getState().targetSpeakerId).toBe('b');
    expect(ben.getAttribute('aria-pressed')).toBe('true');
  });

  it('tells screen readers which segment keys act on', () => {
    render(<Timeline />);
    act(() => useReviewStore.getState().select(['2'], { play: false }));
    const rows = screen.getByRole('application');
    const focus = document.getElementById(rows.getAttribute('aria-activedescendant')!);
    expect(focus?.getAttribute('aria-label')).toBe(
      'Ben, 0:00:04.000 to 0:00:09.500, 5.50 s, accepted, confidence 0.40',
    );
  });

  it('shows the playhead as a slider in words', () => {
    render(<Timeline />);
    act(() => player.seek(0));
    expect(screen.getByRole('slider').getAttribute('aria-valuetext')).toBe('0:00 of 1:40');
  });

  it('shows the whole of a file that was not open before', () => {
    render(<Timeline />);
    const { startSec, durationSec } = viewport.getState();
    expect({ startSec, durationSec }).toEqual({ startSec: 0, durationSec: 100 });
  });
});

/** Everything of a page that a timeline could leave behind. */
class Listeners {
  private added = 0;
  private readonly add = EventTarget.prototype.addEventListener.bind(window);
  private readonly remove = EventTarget.prototype.removeEventListener.bind(window);

  watch(): void {
    window.addEventListener = (...args: Parameters<typeof window.addEventListener>) => {
      this.added += 1;
      this.add(...args);
    };
    window.removeEventListener = (...args: Parameters<typeof window.removeEventListener>) => {
      this.added -= 1;
      this.remove(...args);
    };
  }

  get left(): number {
    return this.added;
  }
}

describe('leaks', () => {
  it('leaves no task, listener or element behind, however often it comes and goes', () => {
    const tasks = frameLoop.taskCount;
    const listeners = new Listeners();
    listeners.watch();
    for (let i = 0; i < 10; i++) {
      const { unmount } = render(
        <StrictMode>
          <Timeline />
        </StrictMode>,
      );
      unmount();
    }
    expect(frameLoop.taskCount).toBe(tasks);
    expect(listeners.left).toBe(0);
    expect(document.querySelectorAll('canvas, audio, video').length).toBe(0);
  });

  it('gives its surfaces back to the garbage collector', async () => {
    const collect = await garbageCollector();
    const store = createViewport();
    const made: WeakRef<TimelineSurface>[] = [];
    const makeOne = () => {
      const surface = new TimelineSurface(detachedElements(), {
        loop: frameLoop,
        viewport: store,
        gestures: new LaneGestures(),
        clock: player,
        data: {
          index: buildIndex([], [], 0.5),
          layout: layoutRows({ lanes: 0, votes: 0, signals: 0, open: { votes: true, faces: true, signals: true } }),
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
        },
      });
      made.push(new WeakRef(surface));
      surface.dispose();
    };
    for (let i = 0; i < 20; i++) makeOne();
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      collect();
    }
    // The last few may still lie on the stack or in a pending frame.
    expect(made.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(2);
  });
});

/** Node's collector. The page's types know no Node, so its modules are named by a variable. */
async function garbageCollector(): Promise<() => void> {
  const [v8Module, vmModule] = ['node:v8', 'node:vm'];
  const v8 = (await import(/* @vite-ignore */ v8Module)) as { setFlagsFromString(flags: string): void };
  const vm = (await import(/* @vite-ignore */ vmModule)) as { runInNewContext(code: string): () => void };
  v8.setFlagsFromString('--expose-gc');
  return vm.runInNewContext('gc');
}

function detachedElements(): SurfaceElements {
  const box = () => document.createElement('div');
  const canvas = () => document.createElement('canvas');
  return {
    root: box(),
    overviewCanvas: canvas(),
    overviewHandle: box(),
    overviewPlayhead: box(),
    rulerCanvas: canvas(),
    wave: box(),
    scroller: box(),
    rows: box(),
    lanesCanvas: canvas(),
    playhead: box(),
    playheadFlag: box(),
  };
}
