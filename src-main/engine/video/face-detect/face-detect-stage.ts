import { z } from 'zod';
import { AppError } from '#shared/api/errors.ts';
import { FRAME_RATE_HZ, FrameStream, frameRange } from '#media/frames.ts';
import { toolsOf } from '../../media-stages.ts';
import type { Stage } from '../../stage.ts';
import { detectionIndexFile, detectionsFile, ROW_VALUES, type DetectionIndex } from './detection-file.ts';
import { DetectPass } from './detect-pass.ts';
import type { Detector } from './face-detect-kernel.ts';

export const contentFile = 'content.f64';

const params = z.object({
  strideFrames: z.number().int().min(1).max(25).default(5).describe('Faces are looked for in every so manieth frame'),
  minScore: z.number().min(0.05).max(0.99).default(0.5).describe('Score from which a box is a face, 0 to 1'),
  longerSidePx: z
    .number()
    .int()
    .min(160)
    .max(1920)
    .default(640)
    .describe('The picture is made smaller to this width or height in pixels before faces are looked for'),
});

/**
 * One pass over the picture at 25 frames a second. Output: `content.f64` (how much each frame differs from the one before:
 * hue, saturation, value, from which `shots` finds cuts) and the faces of every 5th frame (`detections.f32` with
 * `detections.json`), boxes as shares of the picture.
 */
function faceDetectStage(id: string, detector: Detector, model: string, minScore: number): Stage<typeof params> {
  return {
    id,
    version: '1',
    label: 'Looking for faces',
    params: params.extend({ minScore: params.shape.minScore.unwrap().default(minScore).describe(describeScore) }),
    models: [model, 'face-mesh'],
    decodes: true,
    async run(context) {
      const { path, probe, choice } = context.job.media;
      const { strideFrames, longerSidePx } = context.params;
      const stream = new FrameStream(
        toolsOf(context),
        { path, probe, choice },
        { maxWidthPx: longerSidePx, maxHeightPx: longerSidePx, signal: context.signal },
      );
      const pass = new DetectPass(stream, context.workerCount + 1, {
        strideFrames,
        detect: (frames) =>
          context.kernel(
            'face-detect',
            {
              detector,
              modelPath: context.model(model).path,
              meshPath: context.model('face-mesh').path,
              size: stream.size,
              minScore: context.params.minScore,
              frames,
            },
            frames.map(({ data }) => data.buffer),
          ),
      });
      const blocks: Float32Array[] = [];
      try {
        for (let block = 0; !pass.ended; block++) {
          let isNew = false;
          const rows = await context.shard(`faces-${block}`, () => {
            isNew = true;
            return pass.readBlock(true);
          });
          // Known from before a kill: the frames still have to pass by.
          if (!isNew) await pass.readBlock(false);
          blocks.push(rows);
          context.progress(pass.frameCount, stream.expectedFrames);
        }
      } catch (error) {
        // A picture that cannot be read must not keep the sound from being worked on.
        if (!(error instanceof AppError) || error.data.code !== 'bad-input' || pass.frameCount > 0) throw error;
        context.warn(`The picture could not be read: ${error.message}`);
      } finally {
        await pass.close();
      }
      for (const warning of stream.warnings) context.warn(warning);
      const rows = new Float32Array(blocks.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const block of blocks) {
        rows.set(block, at);
        at += block.length;
      }
      const video = probe.video[0]!;
      const lies = video.rotationDeg % 180 !== 0;
      await context.writeArray(detectionsFile, rows);
      await context.writeArray(contentFile, pass.content());
      await context.writeJson(detectionIndexFile, {
        detector,
        frameRateHz: FRAME_RATE_HZ,
        firstFrame: frameRange(choice.range).from,
        frameCount: pass.frameCount,
        strideFrames,
        pictureWidthPx: lies ? video.heightPx : video.widthPx,
        pictureHeightPx: lies ? video.widthPx : video.heightPx,
        faceCount: rows.length / ROW_VALUES,
      } satisfies DetectionIndex);
    },
  };
}

const describeScore = 'Score from which a box is a face, 0 to 1';

/** BlazeFace of the npm package: the embedded default. */
export const blazeFaceStage = faceDetectStage('face-detect', 'blazeface', 'blazeface', 0.5);
/** YuNet, a pulled model. */
export const yunetStage = faceDetectStage('face-detect-yunet', 'yunet', 'yunet', 0.6);
