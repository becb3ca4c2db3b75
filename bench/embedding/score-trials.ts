import type { ScoredTrials } from '#shared/metrics/equal-error-rate.ts';
import { voiceLikeness } from '#shared/domain/voice-likeness.ts';
import type { Embedder } from './embedders.ts';
import { setOf, type TrialCondition, type TrialSegment } from './trials.ts';

/** Cosines of all trials of a condition, or likenesses. @param clips by `file`, 16 kHz in [−1, 1] */
export async function scoreTrials(
  embedder: Embedder,
  condition: TrialCondition,
  clips: ReadonlyMap<string, Float32Array>,
): Promise<ScoredTrials> {
  const vectors: Float64Array[] = [];
  for (const { file, startSec, endSec } of condition.segments) {
    vectors.push(Float64Array.from(await embedder.embed({ clip: clips.get(file)!, startSec, endSec })));
  }
  if (embedder.standardised) {
    // Within a recording by that recording alone, as Diarist would; single clips have nobody to be compared with in them.
    const group = ({ file }: TrialSegment): string => (setOf(condition) === 'talk' ? file : '');
    for (const name of new Set(condition.segments.map(group))) {
      standardise(vectors.filter((_, k) => group(condition.segments[k]!) === name));
    }
  }
  for (const vector of vectors) {
    const norm = Math.hypot(...vector) || 1;
    vector.forEach((value, d) => (vector[d] = value / norm));
  }
  const seconds = (k: number): number => condition.segments[k]!.endSec - condition.segments[k]!.startSec;
  const scores = Float64Array.from(condition.trials, ({ first, second }) => {
    const cosine = vectors[first]!.reduce((sum, value, d) => sum + value * vectors[second]![d]!, 0);
    return embedder.lengthsCount ? voiceLikeness(cosine, seconds(first), seconds(second)) : cosine;
  });
  return { scores, same: Uint8Array.from(condition.trials, (trial) => (trial.same ? 1 : 0)) };
}

function standardise(vectors: readonly Float64Array[]): void {
  for (let d = 0; d < vectors[0]!.length; d++) {
    const mean = vectors.reduce((sum, vector) => sum + vector[d]!, 0) / vectors.length;
    const variance = vectors.reduce((sum, vector) => sum + (vector[d]! - mean) ** 2, 0) / vectors.length;
    for (const vector of vectors) vector[d] = variance > 1e-12 ? (vector[d]! - mean) / Math.sqrt(variance) : 0;
  }
}
