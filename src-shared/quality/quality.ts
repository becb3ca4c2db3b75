import { z } from 'zod';
import type { QualitySeconds } from './quality-seconds.ts';

// Apart from what is checked here, because worker threads count and never check.
export { QualitySeconds, secondColumns, secondValues } from './quality-seconds.ts';
export type { SecondColumn } from './quality-seconds.ts';

/** Names of the artifacts of the quality stage. */
export const qualityArtifacts = { file: 'quality', seconds: 'qualitySeconds' } as const;

/** What is measured, in the order shown. `unit` is a key for words of the interface; null = a bare number. */
export const qualityMetrics = [
  { id: 'snr', unit: 'dB' },
  { id: 'clipping', unit: 'share' },
  { id: 'music', unit: 'share' },
  { id: 'noise', unit: 'share' },
  { id: 'dnsmosSig', unit: 'mos' },
  { id: 'dnsmosBak', unit: 'mos' },
  { id: 'dnsmosOvr', unit: 'mos' },
  { id: 'brightness', unit: 'share' },
  { id: 'blur', unit: null },
  { id: 'blockiness', unit: null },
  { id: 'faceSize', unit: 'px' },
  { id: 'faceSharpness', unit: null },
  { id: 'faceBrightness', unit: 'share' },
  { id: 'mdVqa', unit: 'mos' },
] as const;
export type QualityMetric = (typeof qualityMetrics)[number]['id'];

/** A measured value, or why there is none: never both, never neither. */
export const qualityValueSchema = z.union([
  z.object({ value: z.number(), reason: z.null() }),
  z.object({ value: z.null(), reason: z.string().min(1) }),
]);
export type QualityValue = z.infer<typeof qualityValueSchema>;

export const measured = (value: number): QualityValue => ({ value, reason: null });
export const notMeasured = (reason: string): QualityValue => ({ value: null, reason });

export const qualityMetricSchema = z.enum(qualityMetrics.map(({ id }) => id) as [QualityMetric, ...QualityMetric[]]);

export const fileQualitySchema = z.object({
  /** Where the first row of the seconds lies, seconds from t = 0. */
  startSec: z.number(),
  values: z.record(qualityMetricSchema, qualityValueSchema),
  /** Where DNSMOS listened, with its three values. */
  dnsmos: z.array(
    z.object({ startSec: z.number(), endSec: z.number(), sig: z.number(), bak: z.number(), ovr: z.number() }),
  ),
});
export type FileQuality = z.infer<typeof fileQualitySchema>;

/** Above it the noise is that of the numbers themselves. */
const MAX_SNR_DB = 90;
/** Fewer samples than so tell nothing of a level: a tenth of a second at 16 kHz. */
const MIN_SAMPLES = 1600;

/**
 * Speech over noise, dB: mean power while there is speech, less that of the noise, over the power while there is none.
 * Null where one of them was not heard for a tenth of a second.
 */
export function snrDb(
  speech: { energy: number; samples: number },
  noise: { energy: number; samples: number },
): number | null {
  if (speech.samples < MIN_SAMPLES || noise.samples < MIN_SAMPLES) return null;
  // Half a step of 16 bits: silence made by numbers is no better than that.
  const noisePower = Math.max(noise.energy / noise.samples, 1 / 12 / 32_768 ** 2);
  const speechPower = Math.max(speech.energy / speech.samples - noisePower, noisePower / 1000);
  return Math.min(MAX_SNR_DB, 10 * Math.log10(speechPower / noisePower));
}

/** Noise around a segment is heard within so many seconds on either side. */
const NOISE_REACH_SEC = 15;

/** Values of a stretch of the file; null where nothing was measured in it. Times are seconds from t = 0. */
export function spanQuality(
  file: FileQuality,
  seconds: QualitySeconds,
  span: { startSec: number; endSec: number },
): Partial<Record<QualityMetric, number | null>> {
  const from = Math.floor(span.startSec - file.startSec);
  const to = Math.max(from + 1, Math.ceil(span.endSec - file.startSec));
  const [nearFrom, nearTo] = [from - NOISE_REACH_SEC, to + NOISE_REACH_SEC];
  const speech = { energy: seconds.sum('speechEnergy', from, to), samples: seconds.sum('speechSamples', from, to) };
  const noise = {
    energy: seconds.sum('noiseEnergy', nearFrom, nearTo),
    samples: seconds.sum('noiseSamples', nearFrom, nearTo),
  };
  const samples = seconds.sum('samples', from, to);
  const heard = file.dnsmos.filter(({ startSec, endSec }) => {
    const sharedSec = Math.min(endSec, span.endSec) - Math.max(startSec, span.startSec);
    return sharedSec >= Math.min(2, (span.endSec - span.startSec) / 2);
  });
  const mos = (of: 'sig' | 'bak' | 'ovr'): number | null =>
    heard.length === 0 ? null : heard.reduce((sum, window) => sum + window[of], 0) / heard.length;
  return {
    snr: snrDb(speech, noise),
    clipping: samples > 0 ? seconds.sum('clipped', from, to) / samples : null,
    music: seconds.mean('music', from, to),
    noise: seconds.mean('noise', from, to),
    dnsmosSig: mos('sig'),
    dnsmosBak: mos('bak'),
    dnsmosOvr: mos('ovr'),
    faceSize: seconds.mean('faceHeight', from, to),
    faceSharpness: seconds.mean('faceSharpness', from, to),
    faceBrightness: seconds.mean('faceBrightness', from, to),
  };
}
