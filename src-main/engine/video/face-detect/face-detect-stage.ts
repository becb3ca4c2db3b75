import { z } from 'zod';
import { AppError } from '#shared/api/errors.ts';
import { FRAME_RATE_HZ, FrameStream, frameRange } from '#media/frames.ts';
import { toolsOf } from '../../media-stages.ts';
import type { Stage } from '../../stage.ts';
import { APPEARANCE_DIMS } from './appearance.ts';
import {
  appearanceFile,
  detectionIndexFile,
  detectionsFile,
  ROW_VALUES,
  type DetectionIndex,
} from './detection-file.ts';
import { DetectPass } from './detect-pass.ts';
import type { Detector } from './face-detect-kernel.ts';

export const contentFile = 'content.f64';
/** In models/registry.json. */
const appearanceModel = 'osnet-ain';

/** Parameters with a detector's published values as defaults. */
const paramsOf = ({ strideFrames = 5, minScore = 0.5, longerSidePx = 640, pictureShare = 1 }) =>
  z.object({
    strideFrames: z
      .number()
      .int()
      .min(1)
      .max(25)
      .default(strideFrames)
      .describe('Faces are looked for in every so manieth frame'),
    minScore: z.number().min(0.05).max(0.99).default(minScore).describe('Score from which a box is a face, 0 to 1'),
    longerSidePx: z
      .number()
      .int()
      .min(160)
      .max(1920)
      .default(longerSidePx)
      .describe('The picture is made smaller to this width or height in pixels before faces are looked for'),
    pictureShare: z
      .number()
      .min(0.05)
      .max(1)
      .default(pictureShare)
      .describe('S3FD alone: its input as a share of the picture’s width and height, 0 to 1'),
    appearance: z
      .boolean()
      .default(false)
      .describe('Features of each face by OSNet-AIN, when it is installed: for the tracker deepsort'),
  });
type DetectParams = ReturnType<typeof paramsOf>;

interface DetectorSlot {
  readonly detector: Detector;
  /** In models/registry.json. */
  readonly model: string;
  /** The face mesh is asked about doubtful faces. */
  readonly isChecked: boolean;
  /** Published values. */
  readonly defaults: Partial<z.output<DetectParams>>;
}

/**
 * One pass over the picture at 25 frames a second. Output: `content.f64` (how much each frame differs from the one before:
 * hue, saturation, value, from which `shots` finds cuts) and the faces of every 5th frame (`detections.f32` with
 * `detections.json`), boxes as shares of the picture.
 */
function faceDetectStage(id: string, slot: DetectorSlot): Stage<DetectParams> {
  const { detector, model, isChecked, defaults } = slot;
  return {
    id,
    version: '3',
    label: 'Looking for faces',
    params: paramsOf(defaults),
    models: isChecked ? [model, 'face-mesh'] : [model],
    optionalModels: [appearanceModel],
    decodes: true,
    async run(context) {
      const { path, probe, choice } = context.job.media;
      const { strideFrames, longerSidePx, minScore, pictureShare } = context.params;
      const stream = new FrameStream(
        toolsOf(context),
        { path, probe, choice },
        { maxWidthPx: longerSidePx, maxHeightPx: longerSidePx, signal: context.signal },
      );
      const video = probe.video[0]!;
      const lies = video.rotationDeg % 180 !== 0;
      const pictureWidthPx = lies ? video.heightPx : video.widthPx;
      const pictureHeightPx = lies ? video.widthPx : video.heightPx;
      const hasAppearance = context.params.appearance && context.hasModel(appearanceModel);
      const pass = new DetectPass(stream, context.workerCount + 1, {
        strideFrames,
        detect: (frames) =>
          context.kernel(
            'face-detect',
            {
              detector,
              modelPath: context.model(model).path,
              meshPath: isChecked ? context.model('face-mesh').path : null,
              size: stream.size,
              ...{ minScore, strideFrames, squarePx: longerSidePx },
              // Of the picture as it is in the file, not as it was made smaller.
              appearancePath: hasAppearance ? context.model(appearanceModel).path : null,
              scale: Math.min(1, (pictureShare * pictureWidthPx) / stream.size.pictureWidthPx),
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
      const { rows, appearance } = separated(blocks, hasAppearance ? APPEARANCE_DIMS : 0);
      if (hasAppearance) await context.writeArray(appearanceFile, appearance);
      await context.writeArray(detectionsFile, rows);
      await context.writeArray(contentFile, pass.content());
      await context.writeJson(detectionIndexFile, {
        detector,
        frameRateHz: FRAME_RATE_HZ,
        firstFrame: frameRange(choice.range).from,
        frameCount: pass.frameCount,
        strideFrames,
        pictureWidthPx,
        pictureHeightPx,
        faceCount: rows.length / ROW_VALUES,
        appearanceDims: hasAppearance ? APPEARANCE_DIMS : 0,
      } satisfies DetectionIndex);
    },
  };
}

/** Rows of all blocks, apart from the `dims` values of appearance behind each. */
function separated(
  blocks: readonly Float32Array[],
  dims: number,
): { rows: Float32Array<ArrayBuffer>; appearance: Float32Array<ArrayBuffer> } {
  const wide = ROW_VALUES + dims;
  const count = blocks.reduce((sum, { length }) => sum + length / wide, 0);
  const rows = new Float32Array(count * ROW_VALUES);
  const appearance = new Float32Array(count * dims);
  let row = 0;
  for (const block of blocks) {
    for (let at = 0; at < block.length; at += wide, row++) {
      rows.set(block.subarray(at, at + ROW_VALUES), row * ROW_VALUES);
      appearance.set(block.subarray(at + ROW_VALUES, at + wide), row * dims);
    }
  }
  return { rows, appearance };
}

/** BlazeFace of the npm package: the embedded default (docs/adr/0081, 0084). */
export const blazeFaceStage = faceDetectStage('face-detect', {
  ...{ detector: 'blazeface', model: 'blazeface', isChecked: true, defaults: { minScore: 0.5 } },
});
/** YuNet, a pulled model. */
export const yunetStage = faceDetectStage('face-detect-yunet', {
  ...{ detector: 'yunet', model: 'yunet', isChecked: true, defaults: { minScore: 0.6 } },
});
/** RetinaFace with MobileNet 0.25, as M3SD's faces are found: fitted into a square of 1280 pixels, score 0.7. */
export const retinaFaceStage = faceDetectStage('face-detect-retinaface', {
  ...{ detector: 'retinaface', model: 'retinaface-mnet025', isChecked: false },
  defaults: { minScore: 0.7, longerSidePx: 1280 },
});
/** RFB-320, as 3D-Speaker's faces are found: score 0.9. */
export const rfbStage = faceDetectStage('face-detect-rfb', {
  ...{ detector: 'rfb-320', model: 'ultralight-rfb', isChecked: false, defaults: { minScore: 0.9 } },
});
/** S3FD, with weights of the user's own, as av-diarization's faces are found: at 0.35 of the picture, score 0.9. */
export const s3fdStage = faceDetectStage('face-detect-s3fd', {
  ...{ detector: 's3fd', model: 's3fd', isChecked: false },
  defaults: { minScore: 0.9, longerSidePx: 1920, pictureShare: 0.35, strideFrames: 1 },
});
