/**
 *   npm run bench -- recluster [hours]
 *
 * How long it takes to find the speakers again when a person gives their number: `diarist-audio` on a long recording whose
 * stages up to the embeddings are in the cache. The recording is a looped reference clip with a little noise, different in
 * each round, so that no window is an exact repetition. Limit: 1 s for an hour, from the request to the answer.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Diarizer } from '#jobs/diarize-files.ts';
import { writeLoopedWav } from './looped-wav.ts';

const clip = path.resolve(import.meta.dirname, '../../shared/data/composed/libri_conv/dev/dev_5spk_reverb.flac');
const LIMIT_SEC = 1;
/** Steps of a 16-bit sample: about 15 dB below the speech. */
const NOISE = 300;

export async function run(args: string[]): Promise<number> {
  const hours = Number(args[0] ?? 1);
  if (!(hours > 0 && hours <= 10) || !existsSync(clip)) {
    console.error(existsSync(clip) ? 'Usage: npm run bench -- recluster [hours]' : `${clip} is not there.`);
    return 2;
  }
  const dir = await mkdtemp(path.join(tmpdir(), 'diarist-recluster-'));
  const diarizer = await Diarizer.open({ cacheDir: path.join(dir, 'cache') });
  let slowest = 0;
  try {
    const file = path.join(dir, 'long.wav');
    await writeLoopedWav(clip, file, hours * 3600, NOISE);
    console.log(`${hours} h; a first run fills the cache`);
    await diarizer.diarize(file, { systemId: 'diarist-audio' });
    for (const count of [4, 5, 6, 7]) {
      const start = performance.now();
      const { result } = await diarizer.diarize(file, {
        systemId: 'diarist-audio',
        speakers: { min: count, max: count },
      });
      const sec = (performance.now() - start) / 1000;
      slowest = Math.max(slowest, sec);
      const computed = result.provenance.stages.filter((stage) => !stage.fromCache).map((stage) => stage.id);
      const work = result.provenance.stages.reduce((sum, stage) => sum + (stage.fromCache ? 0 : stage.wallSec), 0);
      console.log(
        `${count} speakers: ${sec.toFixed(2)} s, of which stages ${work.toFixed(2)} s (${computed.join(', ')}); ${result.segments.length} turns`,
      );
    }
  } finally {
    await diarizer.close();
    await rm(dir, { recursive: true });
  }
  console.log(`slowest ${slowest.toFixed(2)} s (limit for an hour: ${LIMIT_SEC} s)`);
  return slowest <= LIMIT_SEC * Math.max(1, hours) ? 0 : 1;
}
