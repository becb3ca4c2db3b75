import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import type { FrameSize } from '#media/frames.ts';
import { fillPlanar, type PlanarFormat, type Region } from '../yuv-picture.ts';
import type { Detection } from './detection.ts';
import { decodeRetina, RETINA_GREY, RETINA_MEANS } from './retina-face.ts';
import { decodeRfb, RFB_HEIGHT_PX, RFB_MEAN, RFB_SCALE, RFB_WIDTH_PX } from './rfb-320.ts';
import { decodeS3fd, S3FD_MEANS } from './s3fd.ts';
import { decodeYunet, YUNET_STRIDES } from './yunet.ts';

/** Detectors that look at the whole picture at once. */
export type WholeDetector = 'yunet' | 'retinaface' | 'rfb-320' | 's3fd';

export interface WholePicture {
  readonly data: Uint8Array;
  readonly size: FrameSize;
  readonly minScore: number;
  /** `retinaface`: side of the square that the picture is fitted into. */
  readonly squarePx: number;
  /** `s3fd`: the picture is made smaller by this factor. */
  readonly scale: number;
}

type Detect = (session: InferenceSession, picture: WholePicture) => Promise<Detection[]>;

/** Faces in pixels of the frame. */
export const wholeDetectors: { readonly [D in WholeDetector]: Detect } = {
  /** The whole buffer: BGR 0–255, zeros beside and below the picture. */
  async yunet(session, { data, size, minScore }) {
    const { widthPx: width, heightPx: height } = size;
    const region = { x: 0, y: 0, width, height };
    const outputs = await run(session, 'input', data, size, region, {
      width,
      height,
      scale: 1,
      shift: 0,
      order: 'bgr',
    });
    const maps = YUNET_STRIDES.map((stride) => ({
      stride,
      cls: outputs(`cls_${stride}`),
      obj: outputs(`obj_${stride}`),
      bbox: outputs(`bbox_${stride}`),
      kps: outputs(`kps_${stride}`),
    }));
    return decodeYunet(maps, width, minScore);
  },

  /** The picture fitted into a grey square, also enlarged; RGB less the means. */
  async retinaface(session, { data, size, minScore, squarePx }) {
    const { pictureWidthPx, pictureHeightPx } = size;
    const side = Math.max(pictureWidthPx, pictureHeightPx);
    const region = { x: (pictureWidthPx - side) / 2, y: (pictureHeightPx - side) / 2, width: side, height: side };
    const outputs = await run(session, 'image', data, size, region, {
      ...{ width: squarePx, height: squarePx, scale: 1, shift: 0, order: 'rgb' },
      ...{ means: RETINA_MEANS, beyond: RETINA_GREY },
    });
    const decoded = decodeRetina(
      { bbox: outputs('bbox'), conf: outputs('conf'), landm: outputs('landm') },
      squarePx,
      squarePx,
      minScore,
    );
    return decoded.map((face) => moved(face, region, squarePx, squarePx));
  },

  async 'rfb-320'(session, { data, size, minScore }) {
    const { pictureWidthPx: width, pictureHeightPx: height } = size;
    const outputs = await run(session, 'input', data, size, wholePicture(size), {
      ...{ width: RFB_WIDTH_PX, height: RFB_HEIGHT_PX, scale: RFB_SCALE, shift: -RFB_MEAN * RFB_SCALE, order: 'rgb' },
    });
    return decodeRfb(outputs('scores'), outputs('boxes'), width, height, minScore);
  },

  async s3fd(session, { data, size, minScore, scale }) {
    const width = Math.max(1, Math.round(size.pictureWidthPx * scale));
    const height = Math.max(1, Math.round(size.pictureHeightPx * scale));
    const region = wholePicture(size);
    const outputs = await run(session, 'image', data, size, region, {
      ...{ width, height, scale: 1, shift: 0, order: 'rgb', means: S3FD_MEANS },
    });
    const decoded = decodeS3fd(outputs('loc'), outputs('conf'), width, height, minScore);
    return decoded.map((face) => moved(face, region, width, height));
  },
};

const wholePicture = ({ pictureWidthPx: width, pictureHeightPx: height }: FrameSize): Region => ({
  ...{ x: 0, y: 0, width, height },
});

async function run(
  session: InferenceSession,
  input: string,
  data: Uint8Array,
  size: FrameSize,
  region: Region,
  format: PlanarFormat,
): Promise<(name: string) => Float32Array> {
  const values = new Float32Array(3 * format.width * format.height);
  fillPlanar(values, data, size, region, format);
  const outputs = await session.run({ [input]: new Tensor('float32', values, [1, 3, format.height, format.width]) });
  return (name) => outputs[name]!.data as Float32Array;
}

/** A face in pixels of a net's input of `widthPx` × `heightPx` that shows `region` → in pixels of the frame. */
export function moved(face: Detection, region: Region, widthPx: number, heightPx: number): Detection {
  const x = (value: number): number => region.x + (value * region.width) / widthPx;
  const y = (value: number): number => region.y + (value * region.height) / heightPx;
  return {
    ...{ x1: x(face.x1), y1: y(face.y1), x2: x(face.x2), y2: y(face.y2), score: face.score },
    points: face.points.map((value, index) => (index % 2 === 0 ? x(value) : y(value))),
  };
}
