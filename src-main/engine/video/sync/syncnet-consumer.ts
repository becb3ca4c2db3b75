import { z } from 'zod';
import { facePlaces, syncCrop } from '../talking/face-places.ts';
import { FaceRunBlock } from '../talking/face-runs.ts';
import type { FaceViewConsumerKind } from '../views/consumer.ts';
import { RowFile } from '../views/row-file.ts';
import { syncNetFile, syncNetIndexFile, syncNets, type SyncNetIndex } from './syncnet-file.ts';
import { SYNC_SIDE_PX, WINDOW_FRAMES } from './syncnet-kernel.ts';
import { SYNC_SHIFTS } from './syncnet-scores.ts';

const params = {
  syncNet: z
    .enum(['auto', 'none', ...syncNets.map(({ id }) => id)])
    .default('auto')
    .describe('SyncNet weights; auto: those that are installed, none: lips alone'),
};
const paramsSchema = z.object(params);

/** Windows seen at once. */
const CHUNK_FRAMES = 20;

/** Distances of SyncNet for every face: `syncnet.f32`, `syncnet.json`. */
export const syncNetKind: FaceViewConsumerKind = {
  id: 'syncnet',
  version: '1',
  optionalModels: syncNets.flatMap(({ id }) => [`${id}-visual`, `${id}-audio`]),
  params,
  async open(input) {
    const wish = paramsSchema.parse(input.params).syncNet;
    const net = syncNets.find(
      ({ id }) => (wish === 'auto' || wish === id) && input.hasModel(`${id}-visual`) && input.hasModel(`${id}-audio`),
    );
    await input.writeJson(syncNetIndexFile, {
      net: net?.id ?? null,
      metric: net?.metric ?? null,
    } satisfies SyncNetIndex);
    if (!net) return null;
    const file = await RowFile.create(input.outputPath(syncNetFile), input.rowCount, SYNC_SHIFTS);
    const placeOf = facePlaces(input);
    const trackOf = new Map(input.tracks.map((track) => [track.id, track]));
    const fixed = {
      visualPath: input.model(`${net.id}-visual`).path,
      audioPath: input.model(`${net.id}-audio`).path,
      metric: net.metric,
      ...input.sound,
    };
    return {
      crops: [
        {
          format: { widthPx: SYNC_SIDE_PX, heightPx: SYNC_SIDE_PX, colour: 'bgr', outside: 110 },
          place: ({ row }) => syncCrop(placeOf(row)),
        },
      ],
      beginBlock: (faces) =>
        new FaceRunBlock(input, faces, {
          cropBytes: 3 * SYNC_SIDE_PX ** 2,
          valuesPerRow: SYNC_SHIFTS,
          chunkFrames: CHUNK_FRAMES,
          leadFrames: 0,
          trailFrames: WINDOW_FRAMES - 1,
          see: ({ crops, trackId, firstFrame, from, to }) => {
            const track = trackOf.get(trackId)!;
            const trackTo = track.firstFrame + track.frameCount - WINDOW_FRAMES;
            const place = { crops, firstFrame, from, to, trackFrom: track.firstFrame, trackTo };
            return input.kernel('syncnet', { ...fixed, ...place }, [crops.buffer]);
          },
        }),
      collect: (faces, values) => file.write(faces, values),
      finish: () => file.close(),
      abandon: () => file.close(),
    };
  },
};
