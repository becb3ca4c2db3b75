import { z } from 'zod';
import { AppError } from '#shared/api/errors.ts';
import { medianFilter } from '../tracking/median-filter.ts';
import { TRACK_ROW_VALUES } from '../tracking/track-file.ts';
import type { CropBatch, FaceView, FaceViewBlock, FaceViewConsumerKind, FaceViewInput } from '../views/consumer.ts';
import type { CropRegion } from '../views/crop.ts';
import { RowFile } from '../views/row-file.ts';
import { partId, speakerNetParts, speakerNets, VISUAL_DIMS, type SpeakerNet } from './speaker-nets.ts';
import { visualFile, visualIndexFile, type VisualIndex } from './visual-file.ts';
import { FACE_SIDE_PX } from './visual-kernel.ts';

const params = {
  speakerNet: z
    .enum(['auto', 'none', ...speakerNets.map(({ id }) => id)])
    .default('auto')
    .describe('Active-speaker net; auto: the best one that is installed, none: lips alone'),
};
const paramsSchema = z.object(params);

/** Frames of one run of the net. */
const CHUNK_FRAMES = 40;
/** Frames before and after that the net's convolutions over time reach. */
const CONTEXT_FRAMES = 8;
const CROP_BYTES = FACE_SIDE_PX ** 2;
/** Median over the boxes, frames, as in the published crops. */
const MEDIAN_FRAMES = 13;

/** What the visual part of an active-speaker net sees of every face: `visual.f32`, `visual.json`. */
export const visualKind: FaceViewConsumerKind = {
  id: 'visual',
  version: '1',
  optionalModels: speakerNetParts('visual'),
  params,
  artifacts: { visualIndex: visualIndexFile },
  async open(input) {
    const net = chooseNet(input, paramsSchema.parse(input.params).speakerNet);
    const index = (measuredRows: number): VisualIndex => ({ net: net?.id ?? null, dims: VISUAL_DIMS, measuredRows });
    if (!net) {
      await input.writeJson(visualIndexFile, { ...index(0), dims: 0 });
      return null;
    }
    const file = await RowFile.create(input.outputPath(visualFile), input.rowCount, VISUAL_DIMS);
    const places = cropPlaces(input);
    let measuredRows = 0;
    return {
      crops: [
        {
          format: { widthPx: FACE_SIDE_PX, heightPx: FACE_SIDE_PX, colour: 'grey', outside: 110 },
          place: ({ row }) => places(row),
        },
      ],
      beginBlock: (faces) => new VisualBlock(input, input.model(partId(net, 'visual')).path, faces),
      async collect(faces, values) {
        for (let at = 0; at < values.length; at += VISUAL_DIMS) if (!Number.isNaN(values[at]!)) measuredRows++;
        await file.write(faces, values);
      },
      async finish() {
        await file.close();
        await input.writeJson(visualIndexFile, index(measuredRows));
      },
      abandon: () => file.close(),
    };
  },
};

/** @throws AppError `not-found` for a net that was asked for by name and is not installed */
function chooseNet(input: Pick<FaceViewInput, 'hasModel'>, wish: string): SpeakerNet | null {
  if (wish === 'none') return null;
  const isThere = (net: SpeakerNet): boolean => input.hasModel(partId(net, 'visual'));
  const net = speakerNets.find((candidate) => (wish === 'auto' || candidate.id === wish) && isThere(candidate));
  if (net || wish === 'auto') return net ?? null;
  throw new AppError('not-found', `The active-speaker net ${wish} is not installed.`, {
    fix: `Pull its three parts (diarist models pull ${wish}-visual, …-audio, …-backend), or take speakerNet = auto.`,
  });
}

/**
 * The published crop: with s half the longer side of the smoothed box about (x, y), columns x ± 1.4 s and rows y − s to
 * y + 1.8 s at 224×224, of which the net takes the middle 112×112.
 */
function cropPlaces({ tracks, rows, size }: FaceViewInput): (row: number) => CropRegion {
  const halfSides = new Float32Array(rows.length / TRACK_ROW_VALUES);
  const centres = new Float32Array(2 * halfSides.length);
  for (const { firstRow, frameCount } of tracks) {
    const series = (value: (at: number) => number): number[] =>
      medianFilter(
        Array.from({ length: frameCount }, (_, k) => value((firstRow + k) * TRACK_ROW_VALUES)),
        MEDIAN_FRAMES,
        'edge',
      );
    const x = series((at) => ((rows[at]! + rows[at + 2]!) / 2) * size.pictureWidthPx);
    const y = series((at) => ((rows[at + 1]! + rows[at + 3]!) / 2) * size.pictureHeightPx);
    const s = series((at) =>
      Math.max(
        ((rows[at + 2]! - rows[at]!) / 2) * size.pictureWidthPx,
        ((rows[at + 3]! - rows[at + 1]!) / 2) * size.pictureHeightPx,
      ),
    );
    for (let k = 0; k < frameCount; k++) {
      halfSides[firstRow + k] = s[k]!;
      centres.set([x[k]!, y[k]!], 2 * (firstRow + k));
    }
  }
  return (row) => {
    const side = Math.max(1, 1.4 * halfSides[row]!);
    return {
      centreX: centres[2 * row]!,
      centreY: centres[2 * row + 1]! + 0.4 * halfSides[row]!,
      ...{ width: side, height: side, angleRad: 0 },
    };
  };
}

/** Consecutive frames of one face that wait for the net. */
interface Run {
  readonly rows: number[];
  readonly crops: Uint8Array[];
  lastFrame: number;
  /** Frames at the start that are context only. */
  lead: number;
}

class VisualBlock implements FaceViewBlock {
  readonly #input: FaceViewInput;
  readonly #modelPath: string;
  readonly #placeOf: ReadonlyMap<number, number>;
  readonly #values: Float32Array;
  readonly #runs = new Map<number, Run>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #all: Promise<void>[] = [];

  constructor(input: FaceViewInput, modelPath: string, faces: readonly FaceView[]) {
    this.#input = input;
    this.#modelPath = modelPath;
    this.#placeOf = new Map(faces.map(({ row }, place) => [row, place]));
    this.#values = new Float32Array(faces.length * VISUAL_DIMS).fill(NaN);
  }

  async push({ faces, crops }: CropBatch): Promise<void> {
    for (const [at, face] of faces.entries()) {
      let run = this.#runs.get(face.trackId);
      if (run && run.lastFrame + 1 !== face.frame) {
        await this.#start(run, run.rows.length);
        run = undefined;
      }
      if (!run) {
        run = { rows: [], crops: [], lastFrame: face.frame, lead: 0 };
        this.#runs.set(face.trackId, run);
      }
      run.rows.push(face.row);
      run.crops.push(crops[0]!.slice(at * CROP_BYTES, (at + 1) * CROP_BYTES));
      run.lastFrame = face.frame;
      if (run.rows.length >= run.lead + CHUNK_FRAMES + CONTEXT_FRAMES) await this.#start(run, run.lead + CHUNK_FRAMES);
    }
  }

  async end(): Promise<Float32Array> {
    for (const run of this.#runs.values()) await this.#start(run, run.rows.length);
    await Promise.all(this.#all);
    return this.#values;
  }

  /** Sees a run's frames [lead, to), and keeps what the next frames need for context. */
  async #start(run: Run, to: number): Promise<void> {
    if (to <= run.lead) return;
    const from = run.lead;
    const rows = run.rows.slice(from, to);
    const pixels = new Uint8Array(run.crops.length * CROP_BYTES);
    run.crops.forEach((crop, at) => pixels.set(crop, at * CROP_BYTES));
    const keep = Math.max(0, to - CONTEXT_FRAMES);
    run.rows.splice(0, keep);
    run.crops.splice(0, keep);
    run.lead = to - keep;
    while (this.#underWay.size > this.#input.workerCount) await Promise.race(this.#underWay);
    const work = this.#input
      .kernel('face-visual', { modelPath: this.#modelPath, crops: pixels, from, to }, [pixels.buffer])
      .then((values) => {
        rows.forEach((row, at) => {
          const place = this.#placeOf.get(row)!;
          this.#values.set(values.subarray(at * VISUAL_DIMS, (at + 1) * VISUAL_DIMS), place * VISUAL_DIMS);
        });
      })
      .finally(() => this.#underWay.delete(work));
    // A failure is met where the block ends.
    work.catch(() => undefined);
    this.#underWay.add(work);
    this.#all.push(work);
  }
}
