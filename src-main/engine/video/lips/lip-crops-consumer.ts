import { open, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import type { FaceView, FaceViewConsumer, FaceViewConsumerKind } from '../views/consumer.ts';
import { cropBytes, type CropFormat } from '../views/crop.ts';
import { ARCFACE_TEMPLATE } from '../views/similarity.ts';
import { NPY_HEAD_BYTES, npyHead } from './npy-head.ts';

/** Side of a crop, as the MISP and M3SD nets take it. */
export const LIP_CROP_PX = 96;
/** uint8 [n, 96, 96], grey, in the order of the list beside it. */
export const lipCropsFile = 'lip-crops.npy';
/** `track,frame` of each crop. */
export const lipCropListFile = 'lip-crops.csv';

/** Share of the crop's width that the mouth of ArcFace's average face takes. */
const MOUTH_SHARE = 0.5;

/** Where the five points lie when the mouth is in the middle of the crop, level and half as wide as it. */
export function mouthTemplate(sidePx: number): number[] {
  const [left = 0, leftY = 0, right = 0, rightY = 0] = ARCFACE_TEMPLATE.slice(6);
  const scale = (MOUTH_SHARE * sidePx) / (right - left);
  const [x, y] = [(left + right) / 2, (leftY + rightY) / 2];
  return ARCFACE_TEMPLATE.map((value, at) => sidePx / 2 + (value - (at % 2 === 0 ? x : y)) * scale);
}

const format: CropFormat = { widthPx: LIP_CROP_PX, heightPx: LIP_CROP_PX, colour: 'grey', outside: 0 };
const params = {
  lipCrops: z.boolean().default(false).describe('Also keep grey pictures of the lips, 96×96 pixels, for export'),
};
const schema = z.object(params);

/** Crops of all lips that the pass looks at, when they are asked for: `lip-crops.npy`, `lip-crops.csv`. */
export const lipCropsKind: FaceViewConsumerKind = {
  id: 'lip-crops',
  version: '1',
  params,
  artifacts: { lipCrops: lipCropsFile, lipCropList: lipCropListFile },
  async open(input) {
    if (!schema.parse(input.params).lipCrops) return null;
    const crops = await open(input.outputPath(lipCropsFile), 'w');
    const list = await open(input.outputPath(lipCropListFile), 'w');
    await crops.writeFile(new Uint8Array(NPY_HEAD_BYTES));
    await list.writeFile('track,frame\n');
    return new LipCrops(crops, list);
  },
};

/** float32 values of a crop as it is kept with its block: whether it is there, then its bytes. */
const CROP_VALUES = 1 + cropBytes(format) / 4;

class LipCrops implements FaceViewConsumer {
  readonly crops = [{ format, place: { template: mouthTemplate(LIP_CROP_PX) } }];
  readonly #crops: FileHandle;
  readonly #list: FileHandle;
  #count = 0;

  constructor(crops: FileHandle, list: FileHandle) {
    this.#crops = crops;
    this.#list = list;
  }

  beginBlock(faces: readonly FaceView[]): ReturnType<FaceViewConsumer['beginBlock']> {
    const kept = new Float32Array(faces.length * CROP_VALUES);
    const bytes = new Uint8Array(kept.buffer);
    const place = new Map(faces.map(({ row }, at) => [row, at]));
    return {
      push(batch) {
        batch.faces.forEach(({ row }, at) => {
          const to = place.get(row)! * CROP_VALUES;
          kept[to] = 1;
          const each = cropBytes(format);
          bytes.set(batch.crops[0]!.subarray(at * each, (at + 1) * each), 4 * (to + 1));
        });
        return Promise.resolve();
      },
      end: () => Promise.resolve(kept),
    };
  }

  async collect(faces: readonly FaceView[], values: Float32Array): Promise<void> {
    const there = faces.flatMap((face, at) => (values[at * CROP_VALUES] === 1 ? [{ face, at }] : []));
    const each = cropBytes(format);
    const bytes = new Uint8Array(there.length * each);
    there.forEach(({ at }, index) => {
      bytes.set(new Uint8Array(values.buffer, values.byteOffset + 4 * (at * CROP_VALUES + 1), each), index * each);
    });
    await this.#crops.writeFile(bytes);
    await this.#list.writeFile(there.map(({ face }) => `${face.trackId},${face.frame}\n`).join(''));
    this.#count += there.length;
  }

  async finish(): Promise<void> {
    await this.#crops.write(npyHead('|u1', [this.#count, LIP_CROP_PX, LIP_CROP_PX]), 0, NPY_HEAD_BYTES, 0);
    await this.abandon();
  }

  async abandon(): Promise<void> {
    await this.#crops.close();
    await this.#list.close();
  }
}
