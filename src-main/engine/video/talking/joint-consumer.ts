import { z } from 'zod';
import type { FaceViewConsumerKind } from '../views/consumer.ts';
import { RowFile } from '../views/row-file.ts';
import { sampleAt } from './cepstra-input.ts';
import { facePlaces, lowerFaceCrop, speakerCrop } from './face-places.ts';
import { FaceRunBlock } from './face-runs.ts';
import { jointNets, type JointNet } from './speaker-nets.ts';
import { speakerNetParams } from './visual-consumer.ts';
import { FACE_SIDE_PX } from './visual-kernel.ts';

/** Frames of one run of a net, and frames it is shown before and after. */
const CHUNK_FRAMES = 50;
const CONTEXT_FRAMES = 12;

/** Log odds of a net that sees and hears at once, row by row as in `tracks.f32`; NaN where it did not look. */
export const jointScoreFile = (net: JointNet): string => `${net.id}.f32`;
/** `{ used }`: whether the net was there; without it there are no scores. */
export const jointIndexFile = (net: JointNet): string => `${net.id}.json`;
export const jointIndexSchema = z.object({ used: z.boolean() });

/** The second pass for one such net. */
const jointKind = (net: JointNet): FaceViewConsumerKind => ({
  id: net.id,
  version: '1',
  optionalModels: [net.id],
  async open(input) {
    const used = input.hasModel(net.id) && speakerNetParams.parse(input.params).speakerNet !== 'none';
    await input.writeJson(jointIndexFile(net), { used } satisfies z.infer<typeof jointIndexSchema>);
    if (!used) return null;
    const file = await RowFile.create(input.outputPath(jointScoreFile(net)), input.rowCount, 1);
    const placeOf = facePlaces(input);
    const cropOf = net.crop === 'speaker' ? speakerCrop : lowerFaceCrop;
    const { pcmPath, startSec } = input.sound;
    const modelPath = input.model(net.id).path;
    return {
      crops: [
        {
          format: { widthPx: FACE_SIDE_PX, heightPx: FACE_SIDE_PX, colour: 'grey', outside: 110 },
          place: ({ row }) => cropOf(placeOf(row)),
        },
      ],
      beginBlock: (faces) =>
        new FaceRunBlock(input, faces, {
          cropBytes: FACE_SIDE_PX ** 2,
          valuesPerRow: 1,
          chunkFrames: CHUNK_FRAMES,
          leadFrames: CONTEXT_FRAMES,
          trailFrames: CONTEXT_FRAMES,
          see: ({ crops, firstFrame, from, to }) =>
            input.kernel(
              'joint-net',
              { modelPath, pcmPath, firstSample: sampleAt(firstFrame, startSec), crops, from, to },
              [crops.buffer],
            ),
        }),
      collect: (faces, values) => file.write(faces, values),
      finish: () => file.close(),
      abandon: () => file.close(),
    };
  },
});

export const jointKinds: readonly FaceViewConsumerKind[] = jointNets.map(jointKind);
