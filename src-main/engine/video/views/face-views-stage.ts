import { z } from 'zod';
import { AppError } from '#shared/api/errors.ts';
import { FRAME_RATE_HZ, FrameStream } from '#media/frames.ts';
import { restarts } from '#media/pcm.ts';
import { speechSchema } from '../../audio/speech-regions.ts';
import { decodedFile, decodedSchema, pcmFile, toolsOf } from '../../media-stages.ts';
import type { Stage, StageContext } from '../../stage.ts';
import { TRACK_ROW_VALUES, trackIndexFile, trackIndexSchema, tracksFile } from '../tracking/track-file.ts';
import { faceViewConsumers } from './consumer-kinds.ts';
import type { FaceViewConsumer, FaceViewConsumerKind, FaceViewInput } from './consumer.ts';
import { FrameCursor } from './frame-cursor.ts';
import { lookedFrames, type FrameSpan } from './looked-frames.ts';
import { packParts, unpackParts } from './packed-parts.ts';
import { decodeSpans, MAX_SKIP_FRAMES, viewBlocks, viewSize } from './view-plan.ts';
import { viewBlock, wantedOf, type ViewPassOptions } from './view-pass.ts';
import { shownParts, viewWindows, type ShownParts } from './view-window.ts';

const params = z.object({
  marginSec: z
    .number()
    .min(0)
    .max(10)
    .default(0.5)
    .describe('Faces are looked at so long before and after speech too, seconds'),
  ...(Object.assign({}, ...faceViewConsumers.map((kind) => kind.params ?? {})) as Record<never, z.ZodType>),
});
type Params = z.output<typeof params>;

const all = <T>(values: (kind: FaceViewConsumerKind) => readonly T[] | undefined): T[] => [
  ...new Set(faceViewConsumers.flatMap((kind) => values(kind) ?? [])),
];

/**
 * The second pass over the picture: faces of the tracks seen from near while somebody speaks. Inputs `pcm`, `face-tracks`, `shots`,
 * `speech`; what is written is said by the consumers (`consumer-kinds.ts`). A file without speech or without tracks is not
 * decoded at all; its outputs are there and empty.
 */
export const faceViewsStage: Stage<typeof params> = {
  id: 'face-views',
  version: ['3', ...faceViewConsumers.map(({ id, version }) => `${id}-${version}`)].join('+'),
  label: 'Looking at faces',
  params,
  models: [...new Set(['face-mesh', ...all((kind) => kind.models)])],
  optionalModels: all((kind) => kind.optionalModels),
  decodes: true,
  artifacts: Object.assign({}, ...faceViewConsumers.map((kind) => kind.artifacts ?? {})) as Record<string, string>,
  async run(context) {
    const input = await passInput(context);
    const consumers: FaceViewConsumer[] = [];
    try {
      for (const kind of faceViewConsumers) {
        const consumer = await kind.open(input);
        if (consumer) consumers.push(consumer);
      }
      await lookAtAll(context, input, consumers);
    } catch (error) {
      await Promise.allSettled(consumers.map(async (consumer) => consumer.abandon?.()));
      throw error;
    }
    for (const consumer of consumers) await consumer.finish();
  },
};

async function passInput(context: StageContext<Params>): Promise<FaceViewInput> {
  const input = context.input('face-tracks');
  const { tracks, frameRateHz } = await input.readJson(trackIndexFile, trackIndexSchema);
  const rows = await input.readFloat32(tracksFile);
  const { regions } = await context.input('speech').readJson('speech.json', speechSchema);
  const pcm = context.input('pcm');
  const { probe, choice } = context.job.media;
  const speech = { regions, startSec: choice.range?.startSec ?? 0, marginSec: context.params.marginSec };
  const looked = lookedFrames(tracks, speech, frameRateHz);
  return {
    params: context.params,
    size: viewSize(probe.video[0]!, { tracks, rows, looked }),
    frameRateHz,
    tracks,
    rows,
    rowCount: rows.length / TRACK_ROW_VALUES,
    sound: { pcmPath: pcm.path(pcmFile), startSec: (await pcm.readJson(decodedFile, decodedSchema)).startSec },
    looked,
    workerCount: context.workerCount,
    signal: context.signal,
    hasModel: (id) => context.hasModel(id),
    model: (id) => context.model(id),
    kernel: (name, value, transfer) => context.kernel(name, value, transfer),
    outputPath: (name) => context.outputPath(name),
    writeJson: (name, value) => context.writeJson(name, value),
    writeArray: (name, values) => context.writeArray(name, values),
    warn: (text) => context.warn(text),
  };
}

async function lookAtAll(
  context: StageContext<Params>,
  input: FaceViewInput,
  consumers: readonly FaceViewConsumer[],
): Promise<void> {
  const streams = new Map<FrameStream, ShownParts>();
  const { path, probe } = context.job.media;
  const joined = decodeSpans(input.looked);
  // Where it cannot be sought, every new decoder would start from the beginning of the file.
  const oneSpan = restarts(probe.container) && joined.length > 1;
  const spans = oneSpan ? [{ from: joined[0]!.from, to: joined.at(-1)!.to }] : joined;
  const { widthPx, heightPx, rotationDeg } = probe.video[0]!;
  const upright = rotationDeg % 180 === 0 ? { widthPx, heightPx } : { widthPx: heightPx, heightPx: widthPx };
  const seesWhole = consumers.some(({ seesWholePicture }) => seesWholePicture);
  const open = ({ from, to }: FrameSpan): FrameStream => {
    // In the middle of a frame's time, so that rounding never names its neighbour.
    const range = { startSec: (from + 0.5) / FRAME_RATE_HZ, endSec: (to - 0.5) / FRAME_RATE_HZ };
    const { pictureWidthPx, pictureHeightPx } = input.size;
    // Of the whole span, wherever in it the work goes on.
    const view = seesWhole
      ? null
      : viewWindows(spans.find((span) => from < span.to) ?? { from, to }, input, input.size, upright);
    const stream = new FrameStream(
      toolsOf(context),
      { path, probe, choice: { range } },
      {
        maxWidthPx: pictureWidthPx,
        maxHeightPx: pictureHeightPx,
        windows: view?.windows,
        signal: context.signal,
      },
    );
    streams.set(stream, shownParts(stream, view, input.size, upright));
    return stream;
  };
  const cursor = new FrameCursor(open, spans, oneSpan ? Infinity : MAX_SKIP_FRAMES);
  const options: ViewPassOptions = {
    input,
    consumers,
    cursor,
    shownBy: (stream) => streams.get(stream)!,
    meshPath: context.model('face-mesh').path,
    concurrency: context.workerCount + 1,
    look: (group) =>
      context.kernel(
        'face-views',
        group,
        group.frames.map(({ buffer }) => buffer),
      ),
  };
  const total = input.looked.flat().reduce((sum, { from, to }) => sum + to - from, 0);
  let done = 0;
  let isMissing = false;
  try {
    for (const plan of viewBlocks(input.tracks, input.looked)) {
      const packed = await context.shard(`views-${plan.block}`, async () => {
        try {
          return packParts(await viewBlock(plan, options));
        } catch (error) {
          // A picture that cannot be read here must not keep the rest from being worked on.
          if (!(error instanceof AppError) || error.data.code !== 'bad-input') throw error;
          return packParts([]);
        }
      });
      const parts = unpackParts(packed);
      if (parts.length < consumers.length) isMissing = true;
      for (const [at, consumer] of consumers.entries()) {
        if (parts[at]) await consumer.collect(wantedOf(consumer, plan), parts[at]);
      }
      done += plan.faces.length;
      context.progress(done, total);
    }
  } finally {
    await cursor.close();
  }
  if (isMissing) context.warn('Faces could not be looked at everywhere: a part of the picture could not be decoded.');
  for (const warning of new Set([...streams.keys()].flatMap(({ warnings }) => warnings))) context.warn(warning);
}
