import { pairFftModule, planOf } from './pair-fft-module.ts';

/** What is used of it; the types of Node do not name it, it is there in every Node and Electron. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object) => {
    exports: { memory: { buffer: ArrayBuffer }; run: (firstByte: number, secondByte: number) => void };
  };
};

/** Kept for the thread's life: what is compiled anew is slow at first. */
const known = new Map<string, object>();

/**
 * Power spectra of frames of 512 or 2048 samples (half of it must be a power of 4), two at a time in the halves of one
 * register: bit for bit what `RealFft` gives for each, in less than half the time. One instance per thread of use.
 */
export class PairFft {
  /** To be filled with the sound; frames begin anywhere in it. */
  readonly sound: Float64Array;
  /** Bins 0 … size/2: first frame, second frame, first frame, … */
  readonly power: Float64Array;
  readonly #soundByte: number;
  readonly #run: (firstByte: number, secondByte: number) => void;

  /**
   * @param frameSamples samples of a frame, even, at most `size`; zeros follow
   * @param soundSamples room for the sound
   */
  constructor(size: number, frameSamples: number, soundSamples: number) {
    if (frameSamples % 2 !== 0 || frameSamples > size || soundSamples < frameSamples) {
      throw new RangeError('frames have an even number of samples, at most the size of the transform');
    }
    const plan = planOf(size);
    const bytes = plan.sound + soundSamples * Float64Array.BYTES_PER_ELEMENT;
    const name = `${size} ${frameSamples} ${bytes}`;
    const compiled = known.get(name) ?? new WebAssembly.Module(pairFftModule(size, frameSamples, plan, bytes));
    known.set(name, compiled);
    const { exports } = new WebAssembly.Instance(compiled);
    const { buffer } = exports.memory;
    for (const { offset, numbers } of [...plan.turns, plan.halfTurns]) {
      new Float64Array(buffer, offset, numbers.length).set(numbers);
    }
    const { offset, integers } = plan.places;
    new Uint32Array(buffer, offset, integers.length).set(integers);
    this.sound = new Float64Array(buffer, plan.sound, soundSamples);
    this.power = new Float64Array(buffer, plan.power, size + 2);
    this.#soundByte = plan.sound;
    this.#run = exports.run;
  }

  /** Fills `power` with the spectra of the frames that begin at these samples of `sound`. */
  transform(first: number, second: number): void {
    this.#run(
      this.#soundByte + first * Float64Array.BYTES_PER_ELEMENT,
      this.#soundByte + second * Float64Array.BYTES_PER_ELEMENT,
    );
  }
}
