import { AppError } from '#shared/api/errors.ts';
import type { EventBus } from './events.ts';

/** Often enough for the eye. */
const progressEveryMs = 100;

/** Work that runs inside a call: its caller named it, hears how far it is, and may cancel it. */
export class Tasks {
  readonly #running = new Map<string, AbortController>();
  readonly #events: EventBus;

  constructor(events: EventBus) {
    this.#events = events;
  }

  /**
   * @param work is told when it is to end, and tells its share done, 0..1
   * @throws AppError `conflict` when work of this name is running
   */
  async run<T>(
    taskId: string,
    work: (signal: AbortSignal, onProgress: (share: number) => void) => Promise<T>,
  ): Promise<T> {
    if (this.#running.has(taskId)) throw new AppError('conflict', 'Work of this name is running already.');
    const cancel = new AbortController();
    this.#running.set(taskId, cancel);
    let toldMs = 0;
    try {
      return await work(cancel.signal, (share) => {
        if (share < 1 && Date.now() - toldMs < progressEveryMs) return;
        toldMs = Date.now();
        this.#events.emit({ type: 'task.progress', taskId, share });
      });
    } finally {
      this.#running.delete(taskId);
    }
  }

  /** Unknown ones are done already. */
  cancel(taskId: string): void {
    this.#running.get(taskId)?.abort();
  }
}
