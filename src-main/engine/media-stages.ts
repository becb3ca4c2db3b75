import { open, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { encodePeaks, PeaksBuilder } from '#shared/media/peaks.ts';
import { AppError } from '#shared/api/errors.ts';
import type { FfmpegTools } from '#media/ffmpeg.ts';
import { readFrameTable } from '#media/frame-table.ts';
import { PCM_RATE_HZ, streamPcm } from '#media/pcm.ts';
import type { RecipeNode, Stage, StageContext } from './stage.ts';

const noParams = z.object({});

/** The decoders' tools as #media takes them; the runner has looked them up already. */
export const toolsOf = (context: StageContext<unknown>): FfmpegTools => ({
  ...context.tools,
  source: 'setting',
});

export const pcmFile = 'pcm.s16';
export const peaksFile = 'peaks.bin';
export const decodedFile = 'decoded.json';

/** Beside the samples: what was decoded of what was promised. */
export const decodedSchema = z.object({
  decodedSec: z.number().min(0),
  expectedSec: z.number().min(0),
  sampleRateHz: z.literal(16_000),
  sampleCount: z.number().int().min(0),
  /** Silence put in where the file has none: a browser skips such gaps and would run ahead of the picture. */
  gapSec: z.number().min(0),
  /** Where in the file's own time the first sample lies; above 0 when only a part is worked on. */
  startSec: z.number().min(0),
});

/**
 * Sound as 16 kHz mono int16 (`pcm.s16`, little-endian; the first sample is t = 0), the waveform's peaks and what was
 * decoded, in one pass that holds no more than a second of sound.
 */
export const pcmStage: Stage<typeof noParams> = {
  id: 'pcm',
  version: '2',
  label: 'Reading the sound',
  params: noParams,
  models: [],
  decodes: true,
  artifacts: { pcm: pcmFile, peaks: peaksFile, decoded: decodedFile },
  async run(context) {
    const handle = await open(context.outputPath(pcmFile), 'w');
    const peaks = new PeaksBuilder(PCM_RATE_HZ);
    let sampleCount = 0;
    let startSample: number | null = null;
    try {
      const { path, probe, choice } = context.job.media;
      const result = await streamPcm(
        toolsOf(context),
        { path, probe, choice },
        {
          signal: context.signal,
          onChunk: async (samples, at) => {
            startSample ??= at;
            if (at !== startSample + sampleCount) {
              throw new AppError(
                'internal',
                `The decoder gave sample ${at} where ${startSample + sampleCount} was due.`,
              );
            }
            sampleCount += samples.length;
            peaks.push(samples);
            await handle.write(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
          },
          onProgress: (share) => context.progress(share, 1),
        },
      );
      await writeFile(context.outputPath(peaksFile), encodePeaks(peaks.finish()));
      for (const warning of result.warnings) context.warn(warning);
      await context.writeJson(decodedFile, {
        decodedSec: result.decodedSec,
        expectedSec: result.expectedSec,
        gapSec: result.gapSec,
        sampleRateHz: PCM_RATE_HZ,
        sampleCount,
        startSec: (startSample ?? 0) / PCM_RATE_HZ,
      } satisfies z.input<typeof decodedSchema>);
    } finally {
      await handle.close();
    }
  },
};

export const frameTableFile = 'frames.f64';

/** Presentation times of all frames of the picture (`frames.f64`: float64, little-endian, seconds from t = 0). */
export const frameTableStage: Stage<typeof noParams> = {
  id: 'frame-table',
  version: '1',
  label: 'Reading picture times',
  params: noParams,
  models: [],
  decodes: true,
  artifacts: { frameTable: frameTableFile },
  async run(context) {
    const { path, probe } = context.job.media;
    let times = new Float64Array(0);
    try {
      times = Float64Array.from(await readFrameTable(context.tools, path, probe, context.signal));
    } catch (error) {
      // A picture that cannot be read must not keep the sound from being worked on.
      if (!(error instanceof AppError) || error.data.code !== 'bad-input') throw error;
      context.warn(`The times of the picture's frames could not be read: ${error.message}`);
    }
    await context.writeArray(frameTableFile, times);
  },
};

/** What is wanted of every file, whatever system runs on it. */
export const ingestNodes: readonly RecipeNode[] = [
  { id: 'pcm', stage: pcmStage, inputs: [], costPerHour: 4 },
  { id: 'frame-table', stage: frameTableStage, inputs: [], costPerHour: 4, onlyWithVideo: true },
];
