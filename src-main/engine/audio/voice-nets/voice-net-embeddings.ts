import { z } from 'zod';
import type { Stage, StageContext } from '../../stage.ts';
import { orderedPieces } from '../ordered-pieces.ts';
import { pcmSampleCount, SAMPLE_RATE_HZ } from '../pcm-reader.ts';
import { speechSchema } from '../speech-regions.ts';
import { layWindows } from '../voice-windows.ts';
import { splitNet } from './split-net.ts';
import { stretchesOf } from './stretches.ts';
import { namedFrontEnds, voiceNets, type FrontEndName, type VoiceFrontEnd, type VoiceNet } from './voice-net.ts';

const WINDOWS_PER_PIECE = 64;

const windowParams = {
  windowSec: z.number().min(0.2).max(10).default(1.5).describe('Length of a voice window, seconds'),
  hopSec: z.number().min(0.1).max(10).default(0.75).describe('Distance of neighbouring windows, seconds'),
};
const params = z.object(windowParams);
const frontEndNames = Object.keys(namedFrontEnds) as [FrontEndName, ...FrontEndName[]];
const customParams = z.object({
  ...windowParams,
  frontEnd: z.enum(frontEndNames).default('kaldi-fbank-80').describe('What the added net is fed'),
});

/** Id in models/registry.json of the slot for a voice net of one's own. */
export const CUSTOM_VOICE = 'custom-voice';

async function embedWindows(
  context: StageContext<z.output<typeof params>>,
  net: { modelId: string; frontEnd: VoiceFrontEnd; size: number | null },
): Promise<void> {
  const { regions } = await context.input('speech').readJson('speech.json', speechSchema);
  const windows = layWindows(regions, context.params.windowSec, context.params.hopSec);
  const ranges = Int32Array.from(
    windows.flatMap(({ startSec, endSec }) => [startSec, endSec]),
    (sec) => Math.round(sec * SAMPLE_RATE_HZ),
  );
  const rows: Float32Array[] = [];
  const pieces = await embeddingPieces(context, net, ranges);
  await orderedPieces(
    pieces.length,
    context.workerCount + 1,
    (piece) => context.shard(`voices-${piece}`, pieces[piece]!),
    (result, piece) => {
      rows.push(result);
      context.progress(piece + 1, pieces.length);
    },
  );
  const embeddings = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  let at = 0;
  for (const row of rows) {
    embeddings.set(row, at);
    at += row.length;
  }
  await context.writeJson('windows.json', { windows });
  await context.writeArray('embeddings.f32', embeddings);
}

/** The work in pieces: stretches of the recording for a net whose trunk may run once over them, else groups of windows. */
async function embeddingPieces(
  context: StageContext<unknown>,
  { modelId, frontEnd, size }: { modelId: string; frontEnd: VoiceFrontEnd; size: number | null },
  ranges: Int32Array,
): Promise<(() => Promise<Float32Array>)[]> {
  const pcmPath = context.input('pcm').path('pcm.s16');
  const endSample = pcmSampleCount(pcmPath);
  // A second is less than any trunk looks to both sides.
  const mayRunOnce = frontEnd.kind === 'kaldi-fbank' && ranges.length > 0 && endSample >= SAMPLE_RATE_HZ;
  const split = mayRunOnce ? await splitNet(context, modelId, frontEnd.bands) : null;
  if (split && frontEnd.kind === 'kaldi-fbank') {
    return stretchesOf(ranges, endSample).map(
      (stretch) => () => context.kernel('voice-net-trunk', { ...split, ...stretch, pcmPath, frontEnd }),
    );
  }
  const modelPath = context.model(modelId).path;
  return Array.from(
    { length: Math.ceil(ranges.length / 2 / WINDOWS_PER_PIECE) },
    (_, piece) => () =>
      context.kernel('voice-net-windows', {
        modelPath,
        pcmPath,
        frontEnd,
        ranges: ranges.slice(2 * piece * WINDOWS_PER_PIECE, 2 * (piece + 1) * WINDOWS_PER_PIECE),
        size,
      }),
  );
}

/**
 * Voice embeddings by a pulled net in the speech of node `speech`: its convolutions once over the recording where they can be
 * parted from its pooling, else window by window. Outputs as `voice-embeddings`:
 * `windows.json`, `embeddings.f32` (windows × the net's size, rows of unit length).
 */
export function voiceNetStage(net: VoiceNet): Stage<typeof params> {
  return {
    id: net.stageId,
    version: '3',
    label: 'Telling voices apart',
    params,
    models: [net.modelId],
    run: (context) => embedWindows(context, net),
  };
}

/** The stage of each known net, by model id. */
export const voiceNetStages: ReadonlyMap<string, Stage<typeof params>> = new Map(
  voiceNets.map((net) => [net.modelId, voiceNetStage(net)]),
);

/** The same with the net a person put into the slot `custom-voice`, fed as they say. */
export const customVoiceStage: Stage<typeof customParams> = {
  id: 'custom-voice-embeddings',
  version: '1',
  label: 'Telling voices apart',
  params: customParams,
  models: [CUSTOM_VOICE],
  run: (context) =>
    embedWindows(context, {
      modelId: CUSTOM_VOICE,
      frontEnd: namedFrontEnds[context.params.frontEnd],
      size: null,
    }),
};
