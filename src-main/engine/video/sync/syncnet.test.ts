import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedPath } from '../../../testing/shared-data.ts';
import { seededRandom } from '../../audio/testing/synthetic-pcm.ts';
import type { RecipeNode } from '../../stage.ts';
import { WorkerPool } from '../../worker-pool.ts';
import { runViews } from '../views/testing/view-job.ts';
import { avSyncStage } from './av-sync-stage.ts';
import { syncSchema } from './sync-file.ts';
import { SYNC_SHIFTS, syncDistance, syncFrameConfidence, syncResult } from './syncnet-scores.ts';

/** Windows whose distance is 10, but 5 (± noise) where the sound is moved by `shift`. */
function distances(windows: number, shift: number, seed = 1): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from(
    { length: windows * SYNC_SHIFTS },
    (_, at) => ((at % SYNC_SHIFTS) - 15 === shift ? 5 : 10) + 0.5 * random(),
  );
}

describe('what follows from distances of SyncNet', () => {
  it('is the offset, least distance and confidence that syncnet_python prints', () => {
    fc.assert(
      fc.property(fc.integer({ min: -15, max: 15 }), fc.integer({ min: 1, max: 60 }), (shift, windows) => {
        const result = syncResult(distances(windows, shift))!;
        expect(result.offsetFrames).toBe(-shift + 0);
        expect(Math.abs(result.minDistance - 5)).toBeLessThan(0.51);
        expect(Math.abs(result.confidence - 5)).toBeLessThan(1.01);
      }),
    );
  });

  it('leaves out windows that the net did not see', () => {
    const seen = distances(20, 2);
    const gaps = new Float32Array(30 * SYNC_SHIFTS).fill(NaN);
    gaps.set(seen.subarray(0, 12 * SYNC_SHIFTS));
    gaps.set(seen.subarray(12 * SYNC_SHIFTS), 22 * SYNC_SHIFTS);
    const [whole, parted] = [syncResult(seen)!, syncResult(gaps)!];
    expect(parted.offsetFrames).toBe(whole.offsetFrames);
    expect(parted.confidence).toBeCloseTo(whole.confidence, 6);
    expect(syncResult(new Float32Array(SYNC_SHIFTS).fill(NaN))).toBeNull();
    expect(syncResult(new Float32Array(0))).toBeNull();
  });

  it('gives frames a confidence that is low where nobody speaks in step', () => {
    const part = distances(80, 0);
    // The second half does not match at any shift.
    for (let at = 40 * SYNC_SHIFTS; at < part.length; at++) part[at] = 10;
    const confidence = syncFrameConfidence(part, 9);
    expect(confidence).toHaveLength(86);
    expect(confidence[25]).toBeGreaterThan(4);
    expect(confidence[65]).toBeLessThan(0.5);
  });

  it('measures as the published systems do', () => {
    const a = Float32Array.of(3, 4);
    expect(syncDistance(a, Float32Array.of(0, 0), 'euclidean')).toBeCloseTo(5, 4);
    expect(syncDistance(a, Float32Array.of(6, 8), 'cosine')).toBeCloseTo(0, 6);
    expect(syncDistance(a, Float32Array.of(-3, -4), 'cosine')).toBeCloseTo(2, 6);
  });
});

// The weights and the clip may be put beside the other reference material; neither is part of it today.
const clip = sharedPath('data/video/syncnet/example.avi');
const weights = ['visual', 'audio'].map((part) => sharedPath('models/added', `syncnet-v2-${part}.onnx`));
const hasKnownAnswer = [clip, ...weights].every((file) => existsSync(file));

describe('SyncNet on the example of its authors', () => {
  it.skipIf(!hasKnownAnswer)(
    'finds offset 3 with confidence 10.0 and least distance 5.35 (needs example.avi and the weights of syncnet_v2)',
    async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'diarist-syncnet-'));
      const pool = new WorkerPool({ workers: 2, intraOpThreads: 1, provider: 'cpu' });
      const node: RecipeNode = {
        id: 'av-sync',
        stage: avSyncStage,
        inputs: ['pcm', 'speech', 'face-tracks', 'face-views', 'shots'],
        costPerHour: 5,
      };
      try {
        const job = await runViews(clip, { pool, cacheDir: folder, more: [node], modelDirs: [sharedPath('models')] });
        const sync = syncSchema.parse(await job.json('avSync'));
        expect(sync.method).toBe('syncnet');
        // SyncNet's 3: the sound comes three frames earlier. Other face boxes move the confidence a little.
        expect(sync.offsetSec).toBeCloseTo(-3 / 25, 6);
        expect(Math.abs(sync.confidence - 10.021)).toBeLessThan(1.5);
      } finally {
        await pool.close();
        await rm(folder, { recursive: true, force: true });
      }
    },
    600_000,
  );
});
