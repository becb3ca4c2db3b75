import { execFileSync } from 'node:child_process';
import path from 'node:path';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import { describe, expect } from 'vitest';
import { equalErrorRate } from '#shared/metrics/equal-error-rate.ts';
import { diaristEmbedder, mfccStatistics, type Embedder } from '../../bench/embedding/embedders.ts';
import { scoreTrials } from '../../bench/embedding/score-trials.ts';
import { readTrials } from '../../bench/embedding/trials.ts';
import { itShared, sharedPath } from '../../src-main/testing/shared-data.ts';

const condition = (await readTrials(import.meta.dirname)).find(({ name }) => name === 'other-3s')!;

function clipsOf(): Map<string, Float32Array> {
  const clips = new Map<string, Float32Array>();
  for (const file of new Set(condition.segments.map((segment) => segment.file))) {
    const bytes = execFileSync(
      ffmpeg.path,
      ['-v', 'error', '-i', sharedPath('data', file), '-ac', '1', '-ar', '16000', '-f', 'f32le', '-'],
      { maxBuffer: 1 << 26 },
    );
    clips.set(file, new Float32Array(new Uint8Array(bytes).buffer));
  }
  return clips;
}

describe('the embedding on readers it never heard, 3 s', () => {
  itShared('errs as rarely as its card says, and clearly more rarely than statistics without training', async () => {
    const clips = clipsOf();
    const rate = async (embedder: Embedder): Promise<number> =>
      equalErrorRate(await scoreTrials(embedder, condition, clips));
    const net = await rate(
      await diaristEmbedder(path.resolve(import.meta.dirname, '../diarist-voice'), 'net', 'window'),
    );
    expect(net).toBeLessThan(0.035);
    expect(net).toBeLessThan(0.4 * (await rate(mfccStatistics())));
  });
});
