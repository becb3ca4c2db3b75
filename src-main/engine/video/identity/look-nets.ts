import { ARCFACE_TEMPLATE } from '../views/similarity.ts';
import type { CropFormat } from '../views/crop.ts';

/**
 * Nets that tell faces apart. All give vectors whose cosine says how alike two faces are; the distances at which faces count
 * as one person differ from net to net (docs/adr/0083).
 */
export interface LookNet {
  /** In models/registry.json. */
  readonly id: string;
  readonly dims: number;
  /** null: the net's first one; files of one net differ in such names. */
  readonly inputName: string | null;
  readonly outputName: string | null;
  readonly format: CropFormat;
  /** Where five points of the face belong in the crop; null: the square of the box (as av-diarization cuts it). */
  readonly template: readonly number[] | null;
  /** value = byte · scale + shift, by plane of the crop. */
  readonly scale: readonly [number, number, number];
  readonly shift: readonly [number, number, number];
  /** Add the vector of the mirrored face. */
  readonly addMirrored: boolean;
  /** Mean cosine distance up to which tracks are one person. */
  readonly maxDistance: number;
  /** Change of the distance that makes such a decision e times as sure. */
  readonly distanceScale: number;
}

const ARCFACE_SIDE_PX = 112;
const imagenetMean = [0.485, 0.456, 0.406] as const;
const imagenetDeviation = [0.229, 0.224, 0.225] as const;
const three = (of: (plane: 0 | 1 | 2) => number): [number, number, number] => [of(0), of(1), of(2)];
const rgb = (sidePx: number): CropFormat => ({ widthPx: sidePx, heightPx: sidePx, colour: 'rgb', outside: 0 });

/** ArcFace's template in a crop of another side, the face `zoom` times as large in it. */
const template = (sidePx: number, zoom: number): number[] =>
  ARCFACE_TEMPLATE.map((value) => (0.5 + (value / ARCFACE_SIDE_PX - 0.5) * zoom) * sidePx);

/** ResNets of ArcFace's kind: 112×112, RGB in −1..1. */
const arcFace = (id: string): LookNet => ({
  id,
  dims: 512,
  inputName: null,
  outputName: null,
  format: rgb(ARCFACE_SIDE_PX),
  template: ARCFACE_TEMPLATE,
  scale: three(() => 1 / 127.5),
  shift: three(() => -1),
  addMirrored: true,
  maxDistance: 0.75,
  distanceScale: 0.06,
});

/** The better one first: of those that are installed the first is taken. */
export const lookNets: readonly LookNet[] = [
  arcFace('arcface-ir101'),
  arcFace('arcface-ir50'),
  {
    id: 'mobilefacenet',
    dims: 128,
    inputName: 'face',
    outputName: 'embedding',
    format: rgb(ARCFACE_SIDE_PX),
    template: ARCFACE_TEMPLATE,
    scale: three((plane) => 1 / 255 / imagenetDeviation[plane]),
    shift: three((plane) => -imagenetMean[plane] / imagenetDeviation[plane]),
    addMirrored: true,
    maxDistance: 0.5,
    distanceScale: 0.04,
  },
  {
    id: 'vggface2-resnet50',
    dims: 2048,
    inputName: null,
    outputName: null,
    format: { widthPx: 224, heightPx: 224, colour: 'bgr', outside: 110 },
    template: null,
    scale: three(() => 1),
    shift: three(() => 0),
    addMirrored: false,
    maxDistance: 0.4,
    distanceScale: 0.04,
  },
  {
    id: 'face-descriptor',
    dims: 1024,
    inputName: 'input_1',
    outputName: 'global_pooling/Mean',
    format: rgb(224),
    // A little of hair and chin around the face is what it separates best with (docs/adr/0083).
    template: template(224, 0.85),
    scale: three(() => 1),
    shift: three(() => 0),
    addMirrored: true,
    maxDistance: 0.36,
    distanceScale: 0.03,
  },
];

/** The net that always is there. */
export const embeddedLookNet = lookNets.at(-1)!;
