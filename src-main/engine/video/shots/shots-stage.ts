import { z } from 'zod';
import type { Stage } from '../../stage.ts';
import { detectionIndexFile, detectionIndexSchema } from '../face-detect/detection-file.ts';
import { contentFile } from '../face-detect/face-detect-stage.ts';
import { readFloat64 } from '../read-float64.ts';
import { contentScores } from './content-score.ts';
import { adaptiveCuts, contentCuts } from './cut-detectors.ts';

export const shotsFile = 'shots.json';
export const shotsSchema = z.object({
  frameRateHz: z.number(),
  /** In order, without gaps; one past the last frame is the next one's first. */
  shots: z.array(z.object({ firstFrame: z.number().int(), endFrame: z.number().int() })),
});
export type Shots = z.infer<typeof shotsSchema>;

const params = z.object({
  detector: z
    .enum(['content', 'adaptive'])
    .default('adaptive')
    .describe('content: a frame unlike the one before; adaptive: unlike it by more than its neighbours are'),
  threshold: z
    .number()
    .min(1)
    .max(255)
    .default(27)
    .describe('content: difference of a cut, 0 to 255 (27 in PySceneDetect 0.6, 30 in 0.5)'),
  flashRule: z
    .enum(['merge', 'suppress'])
    .default('merge')
    .describe('content: merge counts a burst of cuts once, at its end; suppress keeps its first'),
  minShotFrames: z.number().int().min(0).max(1000).default(15).describe('Shortest shot in frames of 1/25 s'),
  ratio: z.number().min(1).max(255).default(3).describe('adaptive: difference over the mean of the neighbours'),
  minScore: z.number().min(0).max(255).default(15).describe('adaptive: least difference of a cut, 0 to 255'),
  windowFrames: z.number().int().min(1).max(25).default(2).describe('adaptive: neighbours on each side'),
});

/**
 * Shots of the picture. Input `face-detect` (its `content.f64`); output `shots.json`. A picture without cuts is one shot. Cuts
 * that a person has edited are taken as they are.
 */
export const shotsStage: Stage<typeof params> = {
  id: 'shots',
  version: '1',
  label: 'Finding cuts',
  params,
  models: [],
  usesCorrections: ['cutsSec'],
  artifacts: { shots: shotsFile },
  async run(context) {
    const input = context.input('face-detect');
    const { firstFrame, frameCount, frameRateHz } = await input.readJson(detectionIndexFile, detectionIndexSchema);
    const given = context.job.corrections?.cutsSec ?? null;
    const cuts = given
      ? framesOfCuts(given, { firstFrame, frameCount, frameRateHz })
      : foundCuts(contentScores(await readFloat64(input.path(contentFile))), context.params);
    const starts = frameCount > 0 ? [0, ...cuts.filter((cut) => cut > 0)] : [];
    await context.writeJson(shotsFile, {
      frameRateHz,
      shots: starts.map((start, index) => ({
        firstFrame: firstFrame + start,
        endFrame: firstFrame + (starts[index + 1] ?? frameCount),
      })),
    } satisfies Shots);
  },
};

function foundCuts(
  scores: Float64Array,
  { detector, threshold, flashRule, minShotFrames, ratio, minScore, windowFrames }: z.output<typeof params>,
): number[] {
  return detector === 'content'
    ? contentCuts(scores, { threshold, flashRule, minShotFrames })
    : adaptiveCuts(scores, { ratio, minScore, minShotFrames, windowFrames });
}

/** Frames from the first one at which shots start: cuts of a person, rising, each once, those beyond the picture left out. */
function framesOfCuts(
  cutsSec: readonly number[],
  { firstFrame, frameCount, frameRateHz }: { firstFrame: number; frameCount: number; frameRateHz: number },
): number[] {
  const frames = cutsSec.map((sec) => Math.round(sec * frameRateHz) - firstFrame);
  return [...new Set(frames)].filter((frame) => frame > 0 && frame < frameCount).sort((a, b) => a - b);
}
