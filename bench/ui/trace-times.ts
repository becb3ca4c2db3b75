import type { CDPSession } from 'playwright-core';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly args?: { readonly name?: string };
}

/** Milliseconds spent while a trace ran. */
export interface TraceTimes {
  /** JavaScript: animation frames, events, timers, microtasks. */
  readonly scriptMs: number;
  /** Style, layout, paint and commit of layers on the page's main thread. */
  readonly paintMs: number;
  readonly droppedFrames: number;
}

const scriptNames = new Set(['FireAnimationFrame', 'EventDispatch', 'TimerFire', 'RunMicrotasks']);
const paintNames = new Set(['UpdateLayoutTree', 'Layout', 'PrePaint', 'Paint', 'Layerize', 'Commit']);

/** Records Chromium's own trace while `work` runs and sums what it says. */
export async function traceWhile<T>(session: CDPSession, work: () => Promise<T>): Promise<[T, TraceTimes]> {
  const events: TraceEvent[] = [];
  const collect = (part: { value: unknown[] }) => {
    for (const event of part.value) events.push(event as TraceEvent);
  };
  session.on('Tracing.dataCollected', collect);
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['devtools.timeline', 'disabled-by-default-devtools.timeline.frame'] },
  });
  const result = await work();
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  session.off('Tracing.dataCollected', collect);
  return [result, sum(events)];
}

function sum(events: readonly TraceEvent[]): TraceTimes {
  // Only the page's process: its main thread is the one with animation frames.
  const main = events.find((event) => event.name === 'FireAnimationFrame');
  const ms = (wanted: (event: TraceEvent) => boolean): number =>
    events.reduce((total, event) => total + (event.ph === 'X' && wanted(event) ? (event.dur ?? 0) / 1000 : 0), 0);
  const onMain = (event: TraceEvent) => event.pid === main?.pid && event.tid === main.tid;
  return {
    scriptMs: ms((event) => onMain(event) && scriptNames.has(event.name)),
    paintMs: ms((event) => onMain(event) && paintNames.has(event.name)),
    droppedFrames: events.filter((event) => event.name === 'DroppedFrame').length,
  };
}
