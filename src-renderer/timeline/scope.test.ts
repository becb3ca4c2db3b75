import { expect, it, vi } from 'vitest';
import { FrameLoop } from './frame-loop.ts';
import { Scope } from './scope.ts';

it('disposes what it owns, last first, once', () => {
  const order: string[] = [];
  const scope = new Scope();
  scope.add(() => order.push('first'));
  const child = scope.child();
  child.add(() => order.push('child'));
  scope.add(() => order.push('last'));
  scope.dispose();
  scope.dispose();
  expect(order).toEqual(['last', 'child', 'first']);
  expect(scope.size).toBe(0);
});

it('forgets a child that ended before it', () => {
  const scope = new Scope();
  for (let i = 0; i < 100; i++) scope.child().dispose();
  expect(scope.size).toBe(0);
});

it('stops listeners and timers', () => {
  vi.useFakeTimers();
  const scope = new Scope();
  const target = new EventTarget();
  const heard = vi.fn();
  scope.listen(target, 'ping', heard);
  scope.timeout(heard, 10);
  scope.dispose();
  target.dispatchEvent(new Event('ping'));
  vi.advanceTimersByTime(50);
  expect(heard).not.toHaveBeenCalled();
  vi.useRealTimers();
});

it('disposes at once what comes too late', () => {
  const scope = new Scope();
  scope.dispose();
  const disposed = vi.fn();
  scope.add(disposed);
  expect(disposed).toHaveBeenCalledOnce();
});

it('runs each asked-for task once a frame, in order, with one animation frame', () => {
  let frame: ((nowMs: number) => void) | null = null;
  const request = vi.fn((callback: (nowMs: number) => void) => {
    frame = callback;
    return 1;
  });
  const loop = new FrameLoop(request);
  const order: string[] = [];
  const first = loop.add(() => order.push('first'));
  const second = loop.add(() => {
    order.push('second');
    if (order.length < 4) second.invalidate();
  });
  second.invalidate();
  first.invalidate();
  first.invalidate();
  expect(request).toHaveBeenCalledTimes(1);
  frame!(0);
  expect(order).toEqual(['first', 'second']);
  frame!(16);
  expect(order).toEqual(['first', 'second', 'second']);
  first.dispose();
  first.invalidate();
  frame!(32);
  expect(order).toEqual(['first', 'second', 'second', 'second']);
  expect(loop.taskCount).toBe(1);
});
