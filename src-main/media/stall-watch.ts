/**
 * Tells when somebody who is waited for has said nothing for too long. Being heard is a matter of every chunk of a picture, so
 * it sets no timer: one timer looks now and then.
 */
export class StallWatch {
  readonly #limitMs: number;
  readonly #onStall: () => void;
  #heardMs = 0;
  #isWaiting = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number, onStall: () => void) {
    this.#limitMs = limitMs;
    this.#onStall = onStall;
  }

  /** It is waited from now on, anew. */
  listen(): void {
    this.#heardMs = performance.now();
    this.#isWaiting = true;
    this.#timer ??= setTimeout(() => this.#look(), this.#limitMs);
  }

  /** It is not waited for now. */
  rest(): void {
    this.#isWaiting = false;
  }

  end(): void {
    this.rest();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    const leftMs = this.#isWaiting ? this.#heardMs + this.#limitMs - performance.now() : this.#limitMs;
    // A timer may come a little early.
    if (leftMs > 1) this.#timer = setTimeout(() => this.#look(), leftMs);
    else this.#onStall();
  }
}
