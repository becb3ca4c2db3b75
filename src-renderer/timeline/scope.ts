/**
 * Owner of everything imperative code starts and must stop again: listeners, frames, timers, observers, subscriptions.
 * Disposing runs the disposers last in, first out, children before own. Nothing outlives it: what is registered on a
 * disposed scope is disposed at once.
 */
export class Scope {
  private disposers = new Set<() => void>();
  private disposedAlready = false;

  get disposed(): boolean {
    return this.disposedAlready;
  }

  /** How many things are owned; 0 after {@link dispose}. */
  get size(): number {
    return this.disposers.size;
  }

  /** Registers a disposer. The returned function runs it early, once. */
  add(dispose: () => void): () => void {
    if (this.disposedAlready) {
      dispose();
      return () => undefined;
    }
    // A wrapper of its own, so that one function registered twice is owned twice.
    const owned = () => dispose();
    this.disposers.add(owned);
    return () => {
      if (this.disposers.delete(owned)) owned();
    };
  }

  /** A scope that ends with this one, or earlier. */
  child(): Scope {
    const child = new Scope();
    const release = this.add(() => child.dispose());
    child.add(() => void release());
    return child;
  }

  listen<K extends keyof HTMLElementEventMap>(
    target: HTMLElement,
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
    options?: AddEventListenerOptions,
  ): () => void;
  listen(
    target: EventTarget,
    type: string,
    listener: (event: Event) => void,
    options?: AddEventListenerOptions,
  ): () => void;
  listen(
    target: EventTarget,
    type: string,
    listener: (event: never) => void,
    options?: AddEventListenerOptions,
  ): () => void {
    target.addEventListener(type, listener as EventListener, options);
    return this.add(() => target.removeEventListener(type, listener as EventListener, options));
  }

  /** Runs `task` after `delayMs` unless disposed before. */
  timeout(task: () => void, delayMs: number): () => void {
    const handle = setTimeout(() => {
      cancel();
      task();
    }, delayMs);
    const cancel = this.add(() => clearTimeout(handle));
    return cancel;
  }

  /** Calls `onResize` when the element's size changes, and once at the start. */
  observeSize(element: Element, onResize: () => void): void {
    if (typeof ResizeObserver !== 'function') return;
    const observer = new ResizeObserver(onResize);
    observer.observe(element);
    this.add(() => observer.disconnect());
  }

  dispose(): void {
    if (this.disposedAlready) return;
    this.disposedAlready = true;
    const owned = [...this.disposers].reverse();
    this.disposers.clear();
    for (const dispose of owned) dispose();
  }
}
