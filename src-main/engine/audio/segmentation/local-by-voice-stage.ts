import { z } from 'zod';
import { rowSize, vectors } from '../../cluster/vectors.ts';
import type { Stage, StageContext } from '../../stage.ts';
import { hysteresisRegions, pyannoteRules } from '../hysteresis.ts';
import { pcmSampleCount, SAMPLE_RATE_HZ } from '../pcm-reader.ts';
import { POSTERIOR_STEP_SEC } from '../pyannote-frames.ts';
import { speechSchema } from '../speech-regions.ts';
import { windowsSchema } from '../voice-embeddings.ts';
import { CHUNK_HOP_SAMPLES, chunkCount } from './chunk-grid.ts';
import { localGridFile } from './local-grid.ts';
import { localByVoice } from './local-by-voice.ts';
import type { TimedVoices } from './local-by-voice.ts';

/** Published with the overlap net trained on AMI. */
const OVERLAP_THRESHOLD = 0.4009569122662475;

async function voicesOf(context: StageContext<unknown>, node: string): Promise<TimedVoices> {
  const { windows } = await context.input(node).readJson('windows.json', windowsSchema);
  const embeddings = await context.input(node).readFloat32('embeddings.f32');
  return {
    rows: vectors(embeddings, rowSize(embeddings, windows.length)),
    startSec: windows.map((window) => window.startSec),
    endSec: windows.map((window) => window.endSec),
  };
}

/**
 * What segmentation-3.0 would say where it is not installed, see {@link localByVoice}: from nodes `speech`, `embeddings`
 * and `fine`, and from the posterior of node `overlap` if that net is there. Output: `local.u8`, as the net's own stage.
 */
export const localByVoiceStage: Stage<z.ZodObject> = {
  id: 'local-by-voice',
  version: '2',
  label: 'Listening for speakers',
  params: z.object({}),
  models: [],
  async run(context) {
    const samples = pcmSampleCount(context.input('pcm').path('pcm.s16'));
    const { regions } = await context.input('speech').readJson('speech.json', speechSchema);
    const posterior = await context.input('overlap').readFloat32('posterior.f32');
    const overlaps = hysteresisRegions(
      posterior,
      POSTERIOR_STEP_SEC,
      samples / SAMPLE_RATE_HZ,
      pyannoteRules(OVERLAP_THRESHOLD),
    );
    const coarse = await voicesOf(context, 'embeddings');
    const fine = await voicesOf(context, 'fine');
    await context.writeArray('local.u8', localByVoice(chunkCount(samples), coarse, fine, regions, overlaps));
    await context.writeJson(localGridFile, { hopSamples: CHUNK_HOP_SAMPLES });
  },
};
