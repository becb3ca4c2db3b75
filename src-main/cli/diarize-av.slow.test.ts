import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Diarizer } from '#jobs/diarize-files.ts';
import { parseRttm } from '#shared/formats/rttm.ts';
import type { Turn } from '#shared/formats/turn.ts';
import type { FileScore } from '#shared/metrics/score.ts';
import { scoreDiarization } from '#shared/metrics/score.ts';
import { itShared, sharedPath } from '../testing/shared-data.ts';

const clips = ['dev_2p', 'dev_3p_distract', 'dev_4p_cuts'];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'diarist-av-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('Diarist AV on the composed videos', () => {
  for (const [what, modelsDir] of [
    ['with what comes with the app', undefined],
    ['with the nets of ../shared/models', sharedPath('models')],
  ] as const) {
    itShared(
      `${what}: chosen by default, at most 6 % at collar 0.25 and 2 % of confusion, no worse than sound alone`,
      async () => {
        const diarizer = await Diarizer.open({ cacheDir: path.join(folder, 'cache'), modelsDir });
        try {
          for (const name of clips) {
            const clip = sharedPath('data/composed/grid_av/dev', name);
            const reference = parseRttm(await readFile(`${clip}.rttm`, 'utf8')).turns;
            const score = async (systemId: string | undefined, collarSec: number): Promise<FileScore> => {
              const { result } = await diarizer.diarize(`${clip}.mp4`, { systemId });
              expect(result.provenance.systemId).toBe(systemId ?? 'diarist-av');
              const hypothesis = result.segments.map((one): Turn => ({ ...one, fileId: name, channel: '1' }));
              const regions = [{ fileId: name, channel: '1', startSec: 0, endSec: result.decodedSec }];
              return scoreDiarization(reference, hypothesis, { collarSec, regions }).files[0]!;
            };
            const strict = await score(undefined, 0);
            expect(strict.hypothesisSpeakers, name).toBe(strict.referenceSpeakers);
            expect(strict.confusionSec / strict.totalSec, name).toBeLessThan(0.02);
            expect((await score(undefined, 0.25)).der, name).toBeLessThan(0.06);
            expect(strict.der, name).toBeLessThan((await score('diarist-audio', 0)).der + 0.005);
          }
        } finally {
          await diarizer.close();
        }
      },
      1_800_000,
    );
  }
});

describe('Diarist AV on the bundled sample', () => {
  it('tells apart the two drawn men whom the face net takes for one, by their voices', async () => {
    const sample = path.resolve(import.meta.dirname, '../../resources/sample/sample');
    const diarizer = await Diarizer.open({ cacheDir: path.join(folder, 'cache-sample') });
    try {
      const { result } = await diarizer.diarize(`${sample}.mp4`);
      expect(result.provenance.systemId).toBe('diarist-av');
      const reference = parseRttm(await readFile(`${sample}.rttm`, 'utf8')).turns;
      const { fileId } = reference[0]!;
      const hypothesis = result.segments.map((one): Turn => ({ ...one, fileId, channel: '1' }));
      const regions = [{ fileId, channel: '1', startSec: 0, endSec: result.decodedSec }];
      const score = scoreDiarization(reference, hypothesis, { collarSec: 0, regions }).files[0]!;
      expect(score.hypothesisSpeakers).toBe(4);
      expect(score.confusionSec / score.totalSec).toBeLessThan(0.02);
    } finally {
      await diarizer.close();
    }
  }, 900_000);
});
