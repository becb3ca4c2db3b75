import type { CropBatch, FaceView, FaceViewBlock, FaceViewInput } from '../views/consumer.ts';
import { RowValues } from '../views/row-file.ts';

/** Consecutive frames of one face. */
export interface FaceRun {
  /** Crops of all its frames, one after another. */
  readonly crops: Uint8Array<ArrayBuffer>;
  readonly trackId: number;
  /** Frame of the first crop. */
  readonly firstFrame: number;
  /** Of these frames only [from, to) are asked for; the others lead in and out. */
  readonly from: number;
  readonly to: number;
}

export interface FaceRunOptions {
  readonly cropBytes: number;
  readonly valuesPerRow: number;
  /** Frames asked for at once. */
  readonly chunkFrames: number;
  /** Frames before and after that the answer depends on. */
  readonly leadFrames: number;
  readonly trailFrames: number;
  /** `valuesPerRow` values for each of the frames asked for. */
  see(this: void, run: FaceRun): Promise<Float32Array>;
}

interface Waiting {
  readonly faces: FaceView[];
  readonly crops: Uint8Array[];
  /** Frames at the start that are there for those after them only. */
  lead: number;
}

/**
 * A block of the second pass for nets that look at a face over time: gathers each face's consecutive frames, has them seen
 * chunk by chunk on worker threads, a few at once, and keeps the values by row.
 */
export class FaceRunBlock implements FaceViewBlock {
  readonly #input: Pick<FaceViewInput, 'workerCount'>;
  readonly #options: FaceRunOptions;
  readonly #values: RowValues;
  readonly #waiting = new Map<number, Waiting>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #all: Promise<void>[] = [];

  constructor(input: Pick<FaceViewInput, 'workerCount'>, faces: readonly FaceView[], options: FaceRunOptions) {
    this.#input = input;
    this.#options = options;
    this.#values = new RowValues(faces, options.valuesPerRow);
  }

  async push({ faces, crops }: CropBatch): Promise<void> {
    const { cropBytes, chunkFrames, trailFrames } = this.#options;
    for (const [at, face] of faces.entries()) {
      let run = this.#waiting.get(face.trackId);
      if (run && run.faces.at(-1)!.frame + 1 !== face.frame) {
        await this.#start(run, run.faces.length);
        run = undefined;
      }
      if (!run) {
        run = { faces: [], crops: [], lead: 0 };
        this.#waiting.set(face.trackId, run);
      }
      run.faces.push(face);
      run.crops.push(crops[0]!.slice(at * cropBytes, (at + 1) * cropBytes));
      if (run.faces.length >= run.lead + chunkFrames + trailFrames) await this.#start(run, run.lead + chunkFrames);
    }
  }

  async end(): Promise<Float32Array> {
    for (const run of this.#waiting.values()) await this.#start(run, run.faces.length);
    await Promise.all(this.#all);
    return this.#values.values;
  }

  /** Has a run's frames up to `to` seen, and keeps what the next ones need before them. */
  async #start(run: Waiting, to: number): Promise<void> {
    if (to <= run.lead) return;
    const { cropBytes, leadFrames, valuesPerRow, see } = this.#options;
    const from = run.lead;
    const wanted = run.faces.slice(from, to);
    const first = run.faces[0]!;
    const pixels = new Uint8Array(run.crops.length * cropBytes);
    run.crops.forEach((crop, at) => pixels.set(crop, at * cropBytes));
    const gone = Math.max(0, to - leadFrames);
    run.faces.splice(0, gone);
    run.crops.splice(0, gone);
    run.lead = to - gone;
    while (this.#underWay.size > this.#input.workerCount) await Promise.race(this.#underWay);
    const work = see({ crops: pixels, trackId: first.trackId, firstFrame: first.frame, from, to })
      .then((values) => wanted.forEach((face, at) => this.#values.set(face, values, at * valuesPerRow)))
      .finally(() => this.#underWay.delete(work));
    // A failure is met where the block ends.
    work.catch(() => undefined);
    this.#underWay.add(work);
    this.#all.push(work);
  }
}
