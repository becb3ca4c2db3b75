/**
 * How a net that looks at faces joins the second pass over the picture (`face-views`).
 *
 * The pass decodes, at up to 1280×720, the frames in which a track has a face and speech is on (± 0.5 s), samples crops on
 * worker threads straight from the decoder's buffers and hands them, in order, to its consumers. To add one:
 *
 * 1. Write a {@link FaceViewConsumerKind}: id, version, models it may use, files it writes, and `open`, which returns a
 *    consumer, or null when it has nothing to do (such as when its net is not installed).
 * 2. List it in `views/consumer-kinds.ts`. Its models, parameters and artifacts then are the stage's.
 *
 * A consumer names the crops it wants with a geometry of its own for each face in each frame. Blocks are 32 s long and
 * their borders depend on the file only: what a block's `end` returns is kept on disk and, after a kill, handed to `collect`
 * without decoding. So a block must start anew, knowing nothing of those before it.
 *
 * @example
 * ```ts
 * async open(input) {
 *   if (!input.hasModel('light-asd-ava-visual')) return null;
 *   const visual = await RowFile.create(input.outputPath('visual.f32'), input.rowCount, 128);
 *   const regions = mouthRegions(input); // from all boxes of all tracks: medians and the like
 *   return {
 *     crops: [{ format: { widthPx: 112, heightPx: 112, colour: 'grey', outside: 110 }, place: (face) => regions[face.row]! }],
 *     beginBlock: (faces) => new VisualBlock(input, new RowValues(faces, 128)),
 *     collect: (faces, values) => visual.write(faces, values),
 *     finish: () => visual.close(),
 *     abandon: () => visual.close(),
 *   };
 * }
 * ```
 */
import type { z } from 'zod';
import type { FrameSize } from '#media/frames.ts';
import type { StageContext } from '../../stage.ts';
import type { TrackIndex } from '../tracking/track-file.ts';
import type { CropFormat, CropRegion } from './crop.ts';

/** One face of one track in one frame. */
export interface FaceView {
  /** Row in `tracks.f32`. */
  readonly row: number;
  readonly trackId: number;
  /** Frames of 1/25 s from t = 0. */
  readonly frame: number;
}

/** What a consumer may use. All of it is ready before the first frame. */
export interface FaceViewInput extends Pick<
  StageContext<unknown>,
  'hasModel' | 'model' | 'kernel' | 'workerCount' | 'signal' | 'outputPath' | 'writeJson' | 'writeArray' | 'warn'
> {
  /** The stage's parameters, those of the consumer among them: parse them with the consumer's own schema. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Of the frames that crops are taken from; boxes of `rows` times `pictureWidthPx`, `pictureHeightPx` are its pixels. */
  readonly size: FrameSize;
  readonly frameRateHz: number;
  readonly tracks: TrackIndex['tracks'];
  /** All of `tracks.f32`: `TRACK_ROW_VALUES` a row. */
  readonly rows: Float32Array;
  readonly rowCount: number;
  /** Sound of the file: 16 kHz mono int16, which starts at `startSec` on the picture's clock. */
  readonly sound: { readonly pcmPath: string; readonly startSec: number };
  /**
   * Frames [from, to) of every track that will be looked at, rising and apart, in the order of `tracks`; empty lists where
   * nobody speaks. Runs of a track are what an active-speaker net can see in one piece.
   */
  readonly looked: readonly (readonly { readonly from: number; readonly to: number }[])[];
}

/** A crop wanted of every face. */
export interface CropWish {
  readonly format: CropFormat;
  /**
   * Where it lies: of this face in this frame, asked once per face and frame, on the engine's thread; or the place that five
   * points (left eye, right eye, tip of the nose, left and right corner of the mouth, x and y each, pixels of the crop)
   * shall have in the crop. These are the points of the mesh or, where it is unsure, of the detector, in this very frame.
   */
  readonly place: ((this: void, face: FaceView) => CropRegion) | { readonly template: readonly number[] };
}

/** Crops of up to ten consecutive frames. */
export interface CropBatch {
  /** By frame, then by row; those the consumer does not want are left out. Never empty. */
  readonly faces: readonly FaceView[];
  /** For each wish one array: the crop of face i lies at i × `cropBytes(format)`. The consumer's own: may be transferred. */
  readonly crops: readonly Uint8Array<ArrayBuffer>[];
  /** `LIP_VALUES` values of each face, as in `lips.f32`. */
  readonly lips: Float32Array;
}

export interface FaceViewBlock {
  /**
   * Batches in the order of frames, one at a time. May start kernels and return before they are done; what it holds on to
   * is bounded by the block. The pass waits for the promise: that is the way to slow it down.
   */
  push(batch: CropBatch): Promise<void>;
  /** Called once after the block's last batch. @returns what is to be kept of it, in any layout the consumer likes */
  end(): Promise<Float32Array>;
}

export interface FaceViewConsumer {
  readonly crops: readonly CropWish[];
  /** true: its crops reach far beyond the face, so that all of the picture is decoded. */
  readonly seesWholePicture?: boolean;
  /** false: this face is not wanted in this frame. Must depend on the file only. Default: all are. */
  wants?(face: FaceView): boolean;
  /** @param faces wanted ones of the block, by frame, then by row; frames that cannot be decoded stay out of its batches */
  beginBlock(faces: readonly FaceView[]): FaceViewBlock;
  /**
   * What `end` returned, block after block in the order of time, also for blocks known from before a kill.
   * @param faces as in `beginBlock`
   */
  collect(faces: readonly FaceView[], values: Float32Array): Promise<void>;
  /** After the last block: write files. Called also when there was no block at all. */
  finish(): Promise<void>;
  /** Instead of `finish` when the pass failed or was cancelled: close what is open. */
  abandon?(): Promise<void>;
}

export interface FaceViewConsumerKind {
  /** kebab-case, unique. */
  readonly id: string;
  /** Raise when its output changes for equal input; joins the version of the stage. */
  readonly version: string;
  /** Always there: embedded nets. */
  readonly models?: readonly string[];
  /** Used when installed. */
  readonly optionalModels?: readonly string[];
  /** Parameters it adds to the stage; names must be its own. */
  readonly params?: Readonly<Record<string, z.ZodType>>;
  /** Name of the protocol → file. */
  readonly artifacts?: Readonly<Record<string, string>>;
  /** null: nothing to do for this file, such as without its net. */
  open(input: FaceViewInput): Promise<FaceViewConsumer | null>;
}
