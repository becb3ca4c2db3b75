import { open } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '#shared/api/errors.ts';
import { LIP_VALUES } from '../lips/lip-file.ts';
import { TRACK_ROW_VALUES } from '../tracking/track-file.ts';
import type {
  CropBatch,
  CropWish,
  FaceView,
  FaceViewBlock,
  FaceViewConsumerKind,
  FaceViewInput,
} from '../views/consumer.ts';
import { cropBytes, type CropRegion } from '../views/crop.ts';
import { LOOK_HEAD, lookIndexFile, looksFile, type LookIndex } from './look-file.ts';
import { embeddedLookNet, lookNets, type LookNet } from './look-nets.ts';
import { planLooks } from './look-plan.ts';
import { lookQuality } from './look-quality.ts';
import { QUALITY_NET, qualityWish, judgeQuality } from './quality-net.ts';

const params = {
  identityNet: z
    .enum(['auto', ...lookNets.map(({ id }) => id)])
    .default('auto')
    .describe('Net that tells faces apart; auto: the best one that is installed'),
  looksPerSec: z
    .number()
    .min(0.05)
    .max(5)
    .default(1)
    .describe('Faces of a track taken for its identity, per second; half as many after the third'),
  maxLooks: z.number().int().min(1).max(200).default(12).describe('Faces of a track taken for its identity, at most'),
};
const paramsSchema = z.object(params);

/** Vectors of the best faces of every track: `looks.f32`, `looks.json`. */
export const looksKind: FaceViewConsumerKind = {
  id: 'looks',
  version: '3',
  models: [embeddedLookNet.id],
  optionalModels: [...lookNets.filter((net) => net !== embeddedLookNet).map(({ id }) => id), QUALITY_NET],
  params,
  artifacts: { looks: looksFile, lookIndex: lookIndexFile },
  async open(input) {
    const { identityNet, looksPerSec, maxLooks } = paramsSchema.parse(input.params);
    const net = chooseNet(input, identityNet);
    const { pictureWidthPx, pictureHeightPx } = input.size;
    const plan = planLooks(input.tracks, input.rows, input.looked, {
      ...{ frameRateHz: input.frameRateHz, looksPerSec, maxLooks },
      aspect: pictureWidthPx / pictureHeightPx,
    });
    /** Row → number of the window it may stand for. */
    const windowOf = new Map(plan.flatMap(({ rows }, window) => rows.map((row) => [row, window])));
    const hasQualityNet = input.hasModel(QUALITY_NET);
    const file = await open(input.outputPath(looksFile), 'w');
    let lookCount = 0;
    const facePx = (row: number): number => {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = input.rows.subarray(row * TRACK_ROW_VALUES, row * TRACK_ROW_VALUES + 4);
      return Math.max((x2 - x1) * pictureWidthPx, (y2 - y1) * pictureHeightPx);
    };
    const tools: BlockTools = { input, net, windowOf, facePx, hasQualityNet };
    return {
      crops: [lookWish(net, input), ...(hasQualityNet ? [qualityWish] : [])],
      wants: ({ row }) => windowOf.has(row),
      beginBlock: () => new LooksBlock(tools),
      async collect(_faces, values) {
        await file.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
        lookCount += values.length / (LOOK_HEAD + net.dims);
      },
      async finish() {
        await file.close();
        await input.writeJson(lookIndexFile, {
          net: net.id,
          dims: net.dims,
          lookCount,
          qualityNet: hasQualityNet ? QUALITY_NET : null,
        } satisfies LookIndex);
      },
      abandon: () => file.close(),
    };
  },
};

/** @throws AppError `not-found` for a net that was asked for by name and is not installed */
function chooseNet(input: Pick<FaceViewInput, 'hasModel'>, wish: string): LookNet {
  const isThere = (net: LookNet): boolean => net === embeddedLookNet || input.hasModel(net.id);
  const net = lookNets.find((candidate) => (wish === 'auto' || candidate.id === wish) && isThere(candidate));
  if (net) return net;
  throw new AppError('not-found', `The net ${wish}, which is to tell faces apart, is not installed.`, {
    fix: `Pull or add it in Models (diarist models pull ${wish}), or take identityNet = auto.`,
  });
}

function lookWish(net: LookNet, { rows, size }: Pick<FaceViewInput, 'rows' | 'size'>): CropWish {
  if (net.template) return { format: net.format, place: { template: net.template } };
  const square = ({ row }: FaceView): CropRegion => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = rows.subarray(row * TRACK_ROW_VALUES, row * TRACK_ROW_VALUES + 4);
    const side = Math.max(1, (x2 - x1) * size.pictureWidthPx, (y2 - y1) * size.pictureHeightPx);
    return {
      centreX: ((x1 + x2) / 2) * size.pictureWidthPx,
      centreY: ((y1 + y2) / 2) * size.pictureHeightPx,
      ...{ width: side, height: side, angleRad: 0 },
    };
  };
  return { format: net.format, place: square };
}

interface BlockTools {
  readonly input: FaceViewInput;
  readonly net: LookNet;
  readonly windowOf: ReadonlyMap<number, number>;
  readonly facePx: (row: number) => number;
  readonly hasQualityNet: boolean;
}

interface Candidate {
  readonly face: FaceView;
  readonly quality: number;
  readonly crop: Uint8Array<ArrayBuffer>;
}

class LooksBlock implements FaceViewBlock {
  readonly #tools: BlockTools;
  /** The best so far of each window. */
  readonly #best = new Map<number, Candidate>();

  constructor(tools: BlockTools) {
    this.#tools = tools;
  }

  async push({ faces, crops, lips }: CropBatch): Promise<void> {
    const { net, windowOf, facePx, hasQualityNet, input } = this.#tools;
    const judged = hasQualityNet ? await judgeQuality(input, crops[1]!) : null;
    const each = cropBytes(net.format);
    faces.forEach((face, at) => {
      const window = windowOf.get(face.row)!;
      const own = lookQuality(lips.subarray(at * LIP_VALUES, (at + 1) * LIP_VALUES), facePx(face.row));
      const quality = judged?.[at] ?? own;
      if (quality <= (this.#best.get(window)?.quality ?? -1)) return;
      this.#best.set(window, { face, quality, crop: crops[0]!.slice(at * each, (at + 1) * each) });
    });
  }

  async end(): Promise<Float32Array> {
    const { net, input } = this.#tools;
    const chosen = [...this.#best].sort(([a], [b]) => a - b).map(([, candidate]) => candidate);
    const each = LOOK_HEAD + net.dims;
    const values = new Float32Array(chosen.length * each);
    const vectors = await Promise.all(
      chosen.map(({ crop }) =>
        input.kernel('face-embed', { modelPath: input.model(net.id).path, net, crops: crop }, [crop.buffer]),
      ),
    );
    chosen.forEach(({ face, quality }, at) => {
      values.set([face.trackId, face.frame, quality], at * each);
      values.set(vectors[at]!, at * each + LOOK_HEAD);
    });
    return values;
  }
}
