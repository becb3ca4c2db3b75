import type { StageContext } from '../../stage.ts';
import { pcmSampleCount, SAMPLE_RATE_HZ } from '../pcm-reader.ts';
import type { SpeechRegion } from '../vad-timestamps.ts';

/** Writes `speech.json` from regions of node `pcm`, cut at the end of the sound; warns when there is no speech. */
export async function writeSpeech(context: StageContext<unknown>, found: readonly SpeechRegion[]): Promise<void> {
  const durationSec = pcmSampleCount(context.input('pcm').path('pcm.s16')) / SAMPLE_RATE_HZ;
  const regions = found
    .map(({ startSec, endSec }) => ({ startSec: Math.max(0, startSec), endSec: Math.min(durationSec, endSec) }))
    .filter(({ startSec, endSec }) => endSec > startSec);
  if (regions.length === 0) {
    context.warn(durationSec > 0 ? 'No speech was found in this recording.' : 'This recording holds no sound at all.');
  }
  await context.writeJson('speech.json', { durationSec, regions });
}
