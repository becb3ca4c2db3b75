import { QualitySeconds, secondValues } from '#shared/quality/quality-seconds.ts';
import { PcmReader, SAMPLE_RATE_HZ } from '../audio/pcm-reader.ts';
import { VAD_STEP_SAMPLES } from '../audio/silero-kernel.ts';
import type { Kernel } from '../kernel.ts';

export interface SoundLevelsInput {
  pcmPath: string;
  /** Probability of speech per 512 samples. */
  speech: Float32Array;
}

/** Steps at least so probably speech count as speech, at most so as noise; what lies between is neither. */
const SPEECH_FROM = 0.6;
const NOISE_UP_TO = 0.1;
/** Noise keeps so many steps away from speech: the ends of words are no noise. */
const GUARD_STEPS = 2;
/** Full scale, but for what a resampling filter shaves off. */
const CLIP_LEVEL = 32_700;
/** One sample at full scale is a peak; so many in a row are cut. */
const CLIP_RUN = 3;

/** Levels with and without speech and samples cut at full scale, by the second: rows of `secondColumns`. */
export const soundLevels: Kernel<SoundLevelsInput, Float32Array> = (context, { pcmPath, speech }) => {
  const pcm = new PcmReader(pcmPath);
  try {
    const count = Math.ceil(pcm.totalSamples / SAMPLE_RATE_HZ);
    const seconds = new QualitySeconds(new Float32Array(count * secondValues).fill(NaN));
    const samples = new Int16Array(SAMPLE_RATE_HZ);
    const kinds = stepKinds(speech);
    let run = 0;
    for (let second = 0; second < count; second++) {
      context.checkCancelled();
      const first = second * SAMPLE_RATE_HZ;
      const length = Math.min(SAMPLE_RATE_HZ, pcm.totalSamples - first);
      pcm.readInt16(first, samples);
      const sums = { speechEnergy: 0, speechSamples: 0, noiseEnergy: 0, noiseSamples: 0, samples: length, clipped: 0 };
      for (let i = 0; i < length; i++) {
        const sample = samples[i]!;
        const kind = kinds[Math.floor((first + i) / VAD_STEP_SAMPLES)] ?? NEITHER;
        const energy = (sample / 32_768) ** 2;
        if (kind === SPEECH) {
          sums.speechEnergy += energy;
          sums.speechSamples += 1;
        } else if (kind === NOISE) {
          sums.noiseEnergy += energy;
          sums.noiseSamples += 1;
        }
        run = Math.abs(sample) >= CLIP_LEVEL ? run + 1 : 0;
        // The run counts whole as soon as it is one.
        if (run === CLIP_RUN) sums.clipped += CLIP_RUN;
        else if (run > CLIP_RUN) sums.clipped += 1;
      }
      for (const [column, value] of Object.entries(sums)) seconds.set(second, column as keyof typeof sums, value);
    }
    return Promise.resolve({ output: seconds.rows, transfer: [seconds.rows.buffer as ArrayBuffer] });
  } finally {
    pcm.close();
  }
};

const NEITHER = 0;
const SPEECH = 1;
const NOISE = 2;

function stepKinds(speech: Float32Array): Uint8Array {
  const kinds = new Uint8Array(speech.length);
  for (let step = 0; step < speech.length; step++) {
    if (speech[step]! >= SPEECH_FROM) {
      kinds[step] = SPEECH;
      continue;
    }
    const near = speech.subarray(Math.max(0, step - GUARD_STEPS), step + GUARD_STEPS + 1);
    kinds[step] = near.every((probability) => probability <= NOISE_UP_TO) ? NOISE : NEITHER;
  }
  return kinds;
}
