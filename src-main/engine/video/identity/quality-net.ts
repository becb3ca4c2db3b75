import { ARCFACE_TEMPLATE } from '../views/similarity.ts';
import type { CropWish, FaceViewInput } from '../views/consumer.ts';
import type { CropFormat } from '../views/crop.ts';

/** The net of 3D-Speaker that says how good a face is; its gate is 0.7. */
export const QUALITY_NET = 'face-quality';
const format: CropFormat = { widthPx: 112, heightPx: 112, colour: 'rgb', outside: 0 };

export const qualityWish: CropWish = { format, place: { template: ARCFACE_TEMPLATE } };

const net = {
  dims: 1,
  inputName: null,
  outputName: null,
  format,
  scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
  shift: [-1, -1, -1],
  addMirrored: false,
  isUnit: false,
} as const;

/** Quality 0..1 of each crop. */
export async function judgeQuality(
  input: Pick<FaceViewInput, 'kernel' | 'model'>,
  crops: Uint8Array<ArrayBuffer>,
): Promise<Float32Array> {
  return input.kernel('face-embed', { modelPath: input.model(QUALITY_NET).path, net, crops }, [crops.buffer]);
}
