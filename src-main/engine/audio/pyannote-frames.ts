import { z } from 'zod';
import type { Stage, StageContext } from '../stage.ts';
import { orderedPieces } from './ordered-pieces.ts';
import { pcmSampleCount, SAMPLE_RATE_HZ } from './pcm-reader.ts';
import { chunkCount, firstPosterior, posteriorCount, POSTERIOR_STEP_SAMPLES } from './pyannote-frames-kernel.ts';

/** Windows of one piece of work; depends on nothing, so that pieces fall the same way each time. */
const CHUNKS_PER_PIECE = 30;

/** Seconds of one value of `posterior.f32`. */
export const POSTERIOR_STEP_SEC = POSTERIOR_STEP_SAMPLES / SAMPLE_RATE_HZ;

/** A stage that runs one of the pyannote v1 nets over node `pcm`. Output: `posterior.f32`, one value per 20 ms. */
function framesStage(id: string, label: string, model: string): Stage<z.ZodObject> {
  return {
    id,
    version: '1',
    label,
    params: z.object({}),
    models: [model],
    async run(context) {
      await context.writeArray('posterior.f32', await posteriorOf(context, context.model(model).path));
    },
  };
}

/** Mean posterior of a net of the family over node `pcm`, one value per 20 ms. */
async function posteriorOf(context: StageContext<unknown>, modelPath: string): Promise<Float32Array> {
  const pcmPath = context.input('pcm').path('pcm.s16');
  const samples = pcmSampleCount(pcmPath);
  const chunks = chunkCount(samples);
  const sums = new Float64Array(posteriorCount(samples));
  const counts = new Float64Array(sums.length);
  const pieces = Math.ceil(chunks / CHUNKS_PER_PIECE);
  await orderedPieces(
    pieces,
    context.workerCount + 1,
    (piece) =>
      context.shard(`frames-${piece}`, () =>
        context.kernel('pyannote-frames', {
          modelPath,
          pcmPath,
          firstChunk: piece * CHUNKS_PER_PIECE,
          endChunk: Math.min(chunks, (piece + 1) * CHUNKS_PER_PIECE),
        }),
      ),
    (result, piece) => {
      const first = firstPosterior(piece * CHUNKS_PER_PIECE, samples);
      const steps = result.length / 2;
      for (let k = 0; k < steps; k++) {
        sums[first + k]! += result[k]!;
        counts[first + k]! += result[steps + k]!;
      }
      context.progress(piece + 1, pieces);
    },
  );
  return averaged(sums, counts);
}

/** Steps that no frame is centred in (the very ends) take the value beside them. */
export function averaged(sums: Float64Array, counts: Float64Array): Float32Array {
  const out = new Float32Array(sums.length);
  let known = counts.findIndex((count) => count > 0);
  for (let k = 0; k < out.length; k++) {
    if (counts[k]! > 0) known = k;
    if (known >= 0) out[k] = sums[known]! / counts[known]!;
  }
  return out;
}

/** Speech, a second opinion on Silero's. */
export const pyannoteSpeechStage = framesStage('pyannote-speech', 'Listening for speech', 'pyannote-sad-dihard');
/** Two or more voices at once, trained on meetings (AMI). */
export const overlapAmiStage = framesStage('overlap-ami', 'Listening for overlap', 'pyannote-ovl-ami');
/** Two or more voices at once, trained on eleven kinds of recordings (DIHARD). */
export const overlapDihardStage = framesStage('overlap-dihard', 'Listening for overlap', 'pyannote-ovl-dihard');
/** Changes of speaker, trained on meetings (AMI). */
export const changeAmiStage = framesStage('speaker-change-ami', 'Listening for changes', 'pyannote-scd-ami');
/** Changes of speaker, trained on eleven kinds of recordings (DIHARD). */
export const changeDihardStage = framesStage('speaker-change-dihard', 'Listening for changes', 'pyannote-scd-dihard');

/** The posterior of a net of the family where it is installed; without it the posterior is empty. */
function optionalFramesStage(id: string, label: string, model: string): Stage<z.ZodObject> {
  return {
    id,
    version: '1',
    label,
    params: z.object({}),
    models: [],
    optionalModels: [model],
    async run(context) {
      const has = context.hasModel(model);
      const posterior = has ? await posteriorOf(context, context.model(model).path) : new Float32Array(0);
      await context.writeArray('posterior.f32', posterior);
    },
  };
}

export const optionalOverlapStage = optionalFramesStage(
  'optional-overlap',
  'Listening for overlap',
  'pyannote-ovl-ami',
);
export const optionalChangeStage = optionalFramesStage('optional-change', 'Listening for changes', 'pyannote-scd-ami');
