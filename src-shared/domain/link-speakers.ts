import { ilpClusters } from '../math/ilp-clusters.ts';
import { voiceLikeness } from './voice-likeness.ts';

/** What a speaker of a recording sounds like. */
export interface RecordedVoice {
  /** Which recording. */
  file: string;
  /** The label there. */
  speaker: string;
  /** Unit length. */
  vector: readonly number[];
  /** Speech it was made from. */
  speechSec: number;
}

/** Label of each speaker across recordings. */
export interface LinkedVoice {
  file: string;
  speaker: string;
  /** `S0000`, as LIUM calls them, in the order of the list. */
  label: string;
}

/**
 * Speakers of several recordings under one name each: LIUM's cross-show clustering by integer linear program on distances
 * 1 − likeness. Two speakers of one recording are never one: the one farther from the centre of their cluster stays alone.
 * @param leastLikeness `voiceLikeness` from which two voices may be one
 */
export function linkSpeakers(voices: readonly RecordedVoice[], leastLikeness: number): LinkedVoice[] {
  const n = voices.length;
  const distance = Float64Array.from({ length: n * n }, (_, at) => {
    const [a, b] = [voices[Math.floor(at / n)]!, voices[at % n]!];
    if (a === b) return 0;
    if (a.file === b.file) return Infinity;
    const cosine = a.vector.reduce((sum, value, d) => sum + value * (b.vector[d] ?? 0), 0);
    return 1 - voiceLikeness(cosine, a.speechSec, b.speechSec);
  });
  const { labels } = ilpClusters(distance, n, Math.max(1e-6, 1 - leastLikeness));
  const cluster = separated(voices, labels, distance);
  const names = new Map<number, string>();
  return voices.map(({ file, speaker }, i) => {
    let label = names.get(cluster[i]!);
    if (label === undefined) names.set(cluster[i]!, (label = `S${String(names.size).padStart(4, '0')}`));
    return { file, speaker, label };
  });
}

/** Clusters in which each recording has one speaker: the one most like the others. */
function separated(voices: readonly RecordedVoice[], labels: Int32Array, distance: Float64Array): number[] {
  const n = voices.length;
  const apart = (i: number): number => {
    let sum = 0;
    let count = 0;
    for (let j = 0; j < n; j++) {
      if (labels[j] !== labels[i] || voices[j]!.file === voices[i]!.file) continue;
      sum += distance[i * n + j]!;
      count++;
    }
    return count > 0 ? sum / count : Infinity;
  };
  const best = new Map<string, number>();
  voices.forEach(({ file }, i) => {
    const key = `${labels[i]} ${file}`;
    const now = best.get(key);
    if (now === undefined || apart(i) < apart(now)) best.set(key, i);
  });
  return voices.map(({ file }, i) => (best.get(`${labels[i]} ${file}`) === i ? labels[i]! : n + i));
}
