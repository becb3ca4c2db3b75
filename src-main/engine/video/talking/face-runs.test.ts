import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itShared, sharedPath } from '../../../testing/shared-data.ts';
import { localKernelContext } from '../../audio/testing/local-kernels.ts';
import { seededRandom } from '../../audio/testing/synthetic-pcm.ts';
import type { FaceView } from '../views/consumer.ts';
import { FaceRunBlock } from './face-runs.ts';
import { VISUAL_DIMS } from './speaker-nets.ts';
import { VISUAL_CONTEXT_FRAMES } from './visual-consumer.ts';
import { FACE_SIDE_PX, faceVisual } from './visual-kernel.ts';

/** Stands for a net that looks two frames back and ahead: the sum of the crops there, none beyond the run. */
const window = (crops: Uint8Array, at: number): number =>
  [-2, -1, 0, 1, 2].reduce((sum, k) => sum + (crops[at + k] ?? 0), 0);

describe('frames of faces gathered for nets that look over time', () => {
  it('come to what each unbroken run gives at once, whatever the chunks and the batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.nat(50)), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 10 }),
        async (frames, chunkFrames, batchFrames) => {
          const rows: FaceView[] = [];
          const crops: number[] = [];
          frames.forEach(([a, b, value], frame) => {
            if (a) {
              rows.push({ row: frame, trackId: 0, frame });
              crops.push(value);
            }
            if (b) {
              rows.push({ row: 1000 + frame, trackId: 1, frame });
              crops.push(value + 1);
            }
          });
          const block = new FaceRunBlock({ workerCount: 2 }, rows, {
            ...{ cropBytes: 1, valuesPerRow: 1, chunkFrames, leadFrames: 2, trailFrames: 2 },
            see: async ({ crops: seen, from, to }) => {
              await new Promise((resolve) => setImmediate(resolve));
              return Float32Array.from({ length: to - from }, (_, k) => window(seen, from + k));
            },
          });
          for (let first = 0; first < frames.length; first += batchFrames) {
            const inside = rows.flatMap(({ frame }, at) => (frame >= first && frame < first + batchFrames ? [at] : []));
            if (inside.length === 0) continue;
            await block.push({
              faces: inside.map((at) => rows[at]!),
              crops: [Uint8Array.from(inside, (at) => crops[at]!)],
              lips: new Float32Array(0),
            });
          }
          const found = await block.end();
          rows.forEach(({ trackId, frame }, at) => {
            const valueAt = (other: number): number | null => {
              const place = rows.findIndex((face) => face.trackId === trackId && face.frame === other);
              return place < 0 ? null : crops[place]!;
            };
            let wanted = valueAt(frame)!;
            for (const step of [-1, 1]) {
              for (let k = 1; k <= 2; k++) {
                const value = valueAt(frame + k * step);
                if (value === null) break;
                wanted += value;
              }
            }
            expect(found[at]).toBe(wanted);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('fail where a frame cannot be seen', async () => {
    const faces = [{ row: 0, trackId: 0, frame: 0 }];
    const block = new FaceRunBlock({ workerCount: 1 }, faces, {
      ...{ cropBytes: 1, valuesPerRow: 1, chunkFrames: 1, leadFrames: 0, trailFrames: 0 },
      see: () => Promise.reject(new Error('no net')),
    });
    await block.push({ faces, crops: [Uint8Array.of(1)], lips: new Float32Array(0) });
    await new Promise((resolve) => setImmediate(resolve));
    await expect(block.end()).rejects.toThrow('no net');
  });

  itShared(
    'the frames of context are all that the nets look at',
    async () => {
      const random = seededRandom(3);
      const size = FACE_SIDE_PX ** 2;
      const crops = Uint8Array.from({ length: 40 * size }, () => 127 + 127 * random());
      for (const file of ['lr_asd/lr_asd_ava', 'light_asd/light_asd_ava']) {
        const modelPath = sharedPath('models/asd', `${file}_visual.onnx`);
        const see = async (first: number, end: number, from: number, to: number): Promise<Float32Array> =>
          (
            await faceVisual(localKernelContext(), {
              ...{ modelPath, from, to },
              crops: crops.slice(first * size, end * size),
            })
          ).output;
        const whole = await see(0, 40, 18, 20);
        const part = await see(8, 20 + VISUAL_CONTEXT_FRAMES, VISUAL_CONTEXT_FRAMES, VISUAL_CONTEXT_FRAMES + 2);
        expect(part).toHaveLength(2 * VISUAL_DIMS);
        part.forEach((value, k) => expect(Math.abs(value - whole[k]!)).toBeLessThan(1e-4));
      }
    },
    120_000,
  );
});
