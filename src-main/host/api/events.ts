import type { ApiEvent } from '#shared/api/contract.ts';

/** Carries what happens in the host to every connected face. */
export class EventBus {
  readonly #listeners = new Set<(event: ApiEvent) => void>();

  /** One listener that throws does not keep the event from the others. */
  emit(event: ApiEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        console.error('An event listener failed:', error);
      }
    }
  }

  /** Returns the unsubscribe function. */
  on(listener: (event: ApiEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get size(): number {
    return this.#listeners.size;
  }
}
