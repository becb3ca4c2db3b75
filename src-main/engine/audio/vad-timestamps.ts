/** A stretch of speech, seconds. */
export interface SpeechRegion {
  startSec: number;
  endSec: number;
}

/** Thresholds of Silero's own `get_speech_timestamps`. */
export interface VadRules {
  /** Speech starts at or above this probability. */
  onset: number;
  /** Speech may end below this probability. */
  offset: number;
  /** Only longer stretches are kept. */
  minSpeechSec: number;
  /** Only a silence at least this long ends a stretch. */
  minSilenceSec: number;
  /** Added on each side; neighbours closer than twice this meet in the middle. */
  padSec: number;
}

/**
 * Speech regions from step probabilities, by the state machine published with Silero VAD
 * (https://github.com/snakers4/silero-vad, utils_vad.py, MIT): hysteresis, shortest silence, shortest speech, padding.
 * @param stepSec duration of one step
 * @param durationSec end of the recording; regions never pass it
 * @returns sorted, without overlap, inside [0, durationSec]
 */
export function speechRegions(
  probabilities: ArrayLike<number>,
  stepSec: number,
  durationSec: number,
  rules: VadRules,
): SpeechRegion[] {
  const regions = rawRegions(probabilities, stepSec, durationSec, rules);
  return padded(regions, durationSec, rules.padSec);
}

function rawRegions(
  probabilities: ArrayLike<number>,
  stepSec: number,
  durationSec: number,
  rules: VadRules,
): SpeechRegion[] {
  const regions: SpeechRegion[] = [];
  let startStep = -1;
  let quietSince = -1;
  for (let step = 0; step < probabilities.length; step++) {
    const probability = probabilities[step]!;
    if (probability >= rules.onset) {
      quietSince = -1;
      if (startStep < 0) startStep = step;
      continue;
    }
    if (startStep < 0 || probability >= rules.offset) continue;
    if (quietSince < 0) quietSince = step;
    if ((step - quietSince) * stepSec < rules.minSilenceSec) continue;
    if ((quietSince - startStep) * stepSec > rules.minSpeechSec) {
      regions.push({ startSec: startStep * stepSec, endSec: Math.min(durationSec, quietSince * stepSec) });
    }
    startStep = -1;
    quietSince = -1;
  }
  if (startStep >= 0 && durationSec - startStep * stepSec > rules.minSpeechSec) {
    regions.push({ startSec: startStep * stepSec, endSec: durationSec });
  }
  return regions;
}

function padded(regions: readonly SpeechRegion[], durationSec: number, padSec: number): SpeechRegion[] {
  const out = regions.map((region) => ({ ...region }));
  for (let i = 0; i < out.length; i++) {
    const region = out[i]!;
    const next = out[i + 1];
    if (i === 0) region.startSec = Math.max(0, region.startSec - padSec);
    if (!next) {
      region.endSec = Math.min(durationSec, region.endSec + padSec);
      continue;
    }
    const gap = next.startSec - region.endSec;
    const share = gap < 2 * padSec ? gap / 2 : padSec;
    region.endSec += share;
    next.startSec -= share;
  }
  return out;
}
