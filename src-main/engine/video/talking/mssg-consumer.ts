import { z } from 'zod';
import { TRACK_ROW_VALUES } from '../tracking/track-file.ts';
import type {
  CropBatch,
  FaceView,
  FaceViewBlock,
  FaceViewConsumerKind,
  FaceViewInput,
  CropWish,
} from '../views/consumer.ts';
import { RowFile } from '../views/row-file.ts';
import type { Box } from '../face-detect/detection.ts';
import { sampleAt } from './cepstra-input.ts';
import { FaceRunBlock } from './face-runs.ts';
import { graphPieces, MSSG_GRAPH_ID, mssgGraph, mssgStreams, STREAM_DIMS, streamCrop } from './mssg-graph.ts';
import { speakerNetParams } from './visual-consumer.ts';
import { FACE_SIDE_PX } from './visual-kernel.ts';

/** Log odds of the graph net, row by row as in `tracks.f32`; NaN where it did not look. */
export const mssgScoreFile = `${MSSG_GRAPH_ID}.f32`;
export const mssgIndexFile = `${MSSG_GRAPH_ID}.json`;
export const mssgIndexSchema = z.object({
  /** Whether the graph net and an encoder were there; without them there are no scores. */
  used: z.boolean(),
  /** The encoders that were. */
  encoders: z.array(z.string()),
});

/** Frames of one run of an encoder, and frames it is shown before and after: as the other nets that hear and see at once. */
const CHUNK_FRAMES = 50;
const CONTEXT_FRAMES = 12;
const encoderIds = mssgStreams.flatMap(({ encoderId }) => encoderId ?? []);

/** MSSG's graph net in the second pass, when it and at least one of its encoders are installed. */
export const mssgKind: FaceViewConsumerKind = {
  id: MSSG_GRAPH_ID,
  version: '1',
  optionalModels: [MSSG_GRAPH_ID, ...encoderIds],
  async open(input) {
    const isWanted = input.hasModel(MSSG_GRAPH_ID) && speakerNetParams.parse(input.params).speakerNet !== 'none';
    const encoders = isWanted ? encoderIds.filter((id) => input.hasModel(id)) : [];
    const used = encoders.length > 0;
    await input.writeJson(mssgIndexFile, { used, encoders } satisfies z.infer<typeof mssgIndexSchema>);
    if (isWanted && !used) {
      input.warn('MSSG’s graph net is installed without any of its encoders (mssg-encoder-…) and is not used.');
    }
    if (!used) return null;
    const file = await RowFile.create(input.outputPath(mssgScoreFile), input.rowCount, 1);
    const streams = mssgStreams.filter(({ encoderId }) => encoderId !== null && encoders.includes(encoderId));
    const { pictureWidthPx: width, pictureHeightPx: height } = input.size;
    return {
      seesWholePicture: true,
      crops: streams.map((stream): CropWish => ({
        format: { widthPx: FACE_SIDE_PX, heightPx: FACE_SIDE_PX, colour: 'grey', outside: 0 },
        place: ({ row }) => streamCrop(stream, boxOf(input, row, width, height), width, height),
      })),
      beginBlock: (faces) =>
        new MssgBlock(
          input,
          faces,
          streams.map(({ encoderId }) => encoderId!),
        ),
      collect: (faces, values) => file.write(faces, values),
      finish: () => file.close(),
      abandon: () => file.close(),
    };
  },
};

/** A face's box; of pixels when width and height of the picture are given. */
function boxOf({ rows }: Pick<FaceViewInput, 'rows'>, row: number, width = 1, height = 1): Box {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = rows.subarray(row * TRACK_ROW_VALUES);
  return { x1: x1 * width, y1: y1 * height, x2: x2 * width, y2: y2 * height };
}

/** Has all encoders see the faces of a block, then the graph net judge the faces of each frame together. */
class MssgBlock implements FaceViewBlock {
  readonly #input: FaceViewInput;
  readonly #faces: readonly FaceView[];
  readonly #encoders: readonly string[];
  readonly #runs: readonly FaceRunBlock[];

  constructor(input: FaceViewInput, faces: readonly FaceView[], encoders: readonly string[]) {
    this.#input = input;
    this.#faces = faces;
    this.#encoders = encoders;
    const { pcmPath, startSec } = input.sound;
    this.#runs = encoders.map((id) => {
      const modelPath = input.model(id).path;
      return new FaceRunBlock(input, faces, {
        cropBytes: FACE_SIDE_PX ** 2,
        valuesPerRow: STREAM_DIMS,
        chunkFrames: CHUNK_FRAMES,
        leadFrames: CONTEXT_FRAMES,
        trailFrames: CONTEXT_FRAMES,
        see: ({ crops, firstFrame, from, to }) =>
          input.kernel(
            'mssg-encoder',
            { modelPath, pcmPath, firstSample: sampleAt(firstFrame, startSec), crops, from, to },
            [crops.buffer],
          ),
      });
    });
  }

  async push({ faces, crops, lips }: CropBatch): Promise<void> {
    for (const [at, run] of this.#runs.entries()) await run.push({ faces, crops: [crops[at]!], lips });
  }

  async end(): Promise<Float32Array> {
    const seen: Float32Array[] = [];
    for (const run of this.#runs) seen.push(await run.end());
    const valuesOf = (stream: number, face: number): Float32Array =>
      seen[stream]!.subarray(face * STREAM_DIMS, (face + 1) * STREAM_DIMS);
    // Faces whose frame could not be decoded were seen by no encoder.
    const known = this.#faces.flatMap((_, face) => (Number.isNaN(valuesOf(0, face)[0]!) ? [] : [face]));
    const frames = known.map((face) => this.#faces[face]!.frame);
    const scores = new Float32Array(this.#faces.length).fill(NaN);
    const placeOf = new Map(this.#encoders.map((id, at) => [id, at]));
    for (const { from, to } of graphPieces(frames)) {
      const graph = mssgGraph(
        known.slice(from, to).map((face) => ({
          frame: this.#faces[face]!.frame,
          box: boxOf(this.#input, this.#faces[face]!.row),
          streams: mssgStreams.map(({ encoderId }) => {
            const stream = encoderId === null ? undefined : placeOf.get(encoderId);
            return stream === undefined ? null : valuesOf(stream, face);
          }),
        })),
        this.#input.size.pictureWidthPx,
      );
      const judged = await this.#input.kernel(
        'mssg-graph',
        { modelPath: this.#input.model(MSSG_GRAPH_ID).path, ...graph },
        [graph.nodes.buffer, graph.edges.buffer],
      );
      judged.forEach((score, at) => (scores[known[from + at]!] = score));
    }
    return scores;
  }
}
