/** Hands values from one producer to one consumer, one at a time: `put` waits until the value before it was taken. */
export class Handoff<T> {
  #waiting: T | null = null;
  #ended = false;
  #wake: (() => void)[] = [];

  /** Resolves when there is room again; at once, the value dropped, after {@link end}. */
  async put(value: T): Promise<void> {
    if (this.#ended) return;
    this.#waiting = value;
    this.#notify();
    while (this.#waiting !== null && !this.#ended) await this.#change();
  }

  /** The next value; null after the last one. */
  async take(): Promise<T | null> {
    while (this.#waiting === null && !this.#ended) await this.#change();
    const value = this.#waiting;
    this.#waiting = null;
    this.#notify();
    return value;
  }

  /** Nothing more comes, or nothing more is wanted. */
  end(): void {
    this.#ended = true;
    this.#notify();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #notify(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
