import { z } from 'zod';
import { AppError } from '#shared/api/errors.ts';
import type { FaceViewConsumerKind, FaceViewInput } from '../views/consumer.ts';
import { RowFile } from '../views/row-file.ts';
import { facePlaces, speakerCrop } from './face-places.ts';
import { FaceRunBlock } from './face-runs.ts';
import { partId, speakerNetParts, speakerNets, VISUAL_DIMS, type SpeakerNet } from './speaker-nets.ts';
import { visualFile, visualIndexFile, type VisualIndex } from './visual-file.ts';
import { FACE_SIDE_PX } from './visual-kernel.ts';

const params = {
  speakerNet: z
    .enum(['auto', 'none', ...speakerNets.map(({ id }) => id)])
    .default('auto')
    .describe('Active-speaker net; auto: the best one that is installed, none: no such net'),
};
/** The stage's parameters that say which nets may be used. */
export const speakerNetParams = z.object(params);

/** Frames of one run of the net. */
const CHUNK_FRAMES = 40;
/** Frames before and after that the nets' convolutions over time reach: 10 in LR-ASD, 6 in Light-ASD. */
export const VISUAL_CONTEXT_FRAMES = 10;

/** What the visual part of an active-speaker net sees of every face: `visual.f32`, `visual.json`. */
export const visualKind: FaceViewConsumerKind = {
  id: 'visual',
  version: '1',
  optionalModels: speakerNetParts('visual'),
  params,
  artifacts: { visualIndex: visualIndexFile },
  async open(input) {
    const net = chooseNet(input, speakerNetParams.parse(input.params).speakerNet);
    const index = (measuredRows: number): VisualIndex => ({ net: net?.id ?? null, dims: VISUAL_DIMS, measuredRows });
    if (!net) {
      await input.writeJson(visualIndexFile, { ...index(0), dims: 0 });
      return null;
    }
    const file = await RowFile.create(input.outputPath(visualFile), input.rowCount, VISUAL_DIMS);
    const placeOf = facePlaces(input);
    const modelPath = input.model(partId(net, 'visual')).path;
    let measuredRows = 0;
    return {
      crops: [
        {
          format: { widthPx: FACE_SIDE_PX, heightPx: FACE_SIDE_PX, colour: 'grey', outside: 110 },
          place: ({ row }) => speakerCrop(placeOf(row)),
        },
      ],
      beginBlock: (faces) =>
        new FaceRunBlock(input, faces, {
          cropBytes: FACE_SIDE_PX ** 2,
          valuesPerRow: VISUAL_DIMS,
          chunkFrames: CHUNK_FRAMES,
          leadFrames: VISUAL_CONTEXT_FRAMES,
          trailFrames: VISUAL_CONTEXT_FRAMES,
          see: ({ crops, from, to }) => input.kernel('face-visual', { modelPath, crops, from, to }, [crops.buffer]),
        }),
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
