/** Hands values from one producer to one consumer, in order: `put` waits while so many are there that were not taken. */
export class Handoff<T> {
  readonly #capacity: number;
  readonly #values: T[] = [];
  #ended = false;
  #wake: (() => void)[] = [];

  /** @param capacity values that may wait to be taken, at least 1 */
  constructor(capacity = 1) {
    this.#capacity = capacity;
  }

  /** Resolves when there is room for another; undefined = there is already. The value is dropped after {@link end}. */
  put(value: T): Promise<void> | undefined {
    if (this.#ended) return undefined;
    this.#values.push(value);
    this.#notify();
    return this.#values.length < this.#capacity ? undefined : this.#room();
  }

  /** The next value; null after the last one. */
  async take(): Promise<T | null> {
    while (this.#values.length === 0 && !this.#ended) await this.#change();
    const value = this.#values.shift() ?? null;
    this.#notify();
    return value;
  }

  /** Nothing more comes, or nothing more is wanted. */
  end(): void {
    this.#ended = true;
    this.#notify();
  }

  async #room(): Promise<void> {
    while (this.#values.length >= this.#capacity && !this.#ended) await this.#change();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #notify(): void {
    if (this.#wake.length > 0) for (const wake of this.#wake.splice(0)) wake();
  }
}
