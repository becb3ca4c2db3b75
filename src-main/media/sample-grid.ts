/**
 * Puts time-stamped pieces of PCM on one unbroken grid of samples: silence where time stamps leave a gap, overlaps cut,
 * stamps that cannot be right ignored. Pure; times are samples from t = 0.
 */
export interface SampleGridOptions {
  /** First and one past the last sample wanted. */
  readonly from: number;
  readonly to: number;
  /** Samples a stamp may be off before it is believed: containers round to ms, encoders' clocks drift. */
  readonly tolerance: number;
  /** A jump forward beyond this is believed only if the next piece continues from it; one backward never is. */
  readonly jump: number;
  /** Called in order, without gaps, never beyond [from, to). */
  readonly emit: (samples: Int16Array, startSample: number) => void;
}

const SILENCE_PIECE = 16_000;

export class SampleGrid {
  /** Samples that came from the decoder, whether they were wanted or not. */
  decoded = 0;
  /** Silence put between pieces, because their stamps left a gap there; not that before the first. */
  gaps = 0;
  readonly #options: SampleGridOptions;
  /** Where the next sample goes; null before the first piece. */
  #position: number | null = null;
  #emitted: number;
  #held: { stamp: number; samples: Int16Array } | null = null;

  constructor(options: SampleGridOptions) {
    this.#options = options;
    this.#emitted = options.from;
  }

  /** One past the last sample emitted. */
  get emittedTo(): number {
    return this.#emitted;
  }

  /** Nothing more is wanted. */
  get full(): boolean {
    return this.#emitted >= this.#options.to;
  }

  push(stamp: number, samples: Int16Array): void {
    this.decoded += samples.length;
    const held = this.#held;
    if (held) {
      this.#held = null;
      const continues = Math.abs(stamp - (held.stamp + held.samples.length)) <= this.#options.tolerance;
      this.#put(continues ? held.stamp : (this.#position ?? held.stamp), held.samples);
    }
    const { tolerance, jump } = this.#options;
    const position = this.#position;
    if (position === null) {
      this.#put(stamp, samples);
      return;
    }
    const ahead = stamp - position;
    if (ahead > jump) this.#held = { stamp, samples };
    else if (Math.abs(ahead) <= tolerance || ahead < -jump) this.#put(position, samples);
    else this.#put(stamp, samples);
  }

  /** The last piece came; returns one past the last sample emitted. */
  finish(): number {
    if (this.#held) this.#put(this.#position ?? this.#held.stamp, this.#held.samples);
    this.#held = null;
    return this.#emitted;
  }

  #put(start: number, samples: Int16Array): void {
    const end = start + samples.length;
    if (this.#position !== null) this.gaps += Math.max(0, start - this.#position);
    this.#position = Math.max(this.#position ?? -Infinity, end);
    const { to, emit } = this.#options;
    // Silence up to the piece, in small parts so that a long gap needs no memory.
    while (this.#emitted < Math.min(start, to)) {
      const count = Math.min(SILENCE_PIECE, Math.min(start, to) - this.#emitted);
      emit(new Int16Array(count), this.#emitted);
      this.#emitted += count;
    }
    const skip = this.#emitted - start;
    const take = Math.min(samples.length, to - start);
    if (take <= skip) return;
    emit(samples.subarray(skip, take), this.#emitted);
    this.#emitted += take - skip;
  }
}
