import { adaptMeans, trainGmm } from '../statistics/diagonal-gmm.ts';
import type { DiagonalGmm } from '../statistics/diagonal-gmm.ts';
import { pickFrames } from '../statistics/frames.ts';
import type { Frames, Stretch } from '../statistics/frames.ts';
import { relabel } from '../vectors.ts';
import { framesByLabel } from './bic-clustering.ts';
import { ilpClusters } from '#shared/math/ilp-clusters.ts';

/** Published threshold and relevance; the world model is of the recording itself, as no trained one comes with Diarist. */
export const CLR_THRESHOLD = 1.7;
const RELEVANCE = 15;
const ADAPTATION_ROUNDS = 5;
const WORLD = { components: 64, maxRounds: 10, minGain: 0.01, varianceFloor: 0.01 } as const;
/** Frames that a mean log-likelihood is taken over at most, evenly spread: two minutes tell enough of a voice. */
const MAX_FRAMES = 12_000;

/** `clr`: against the world model; `ce`: against each cluster's own model; `ilp`: CLR, all at once. */
export type ClrMethod = 'clr' | 'ce' | 'ilp';

interface Voice {
  frames: Frames;
  model: DiagonalGmm;
  /** Mean ln p of its frames under the world or, for cross entropy, under its own model. */
  reference: number;
}

/**
 * Clusters of one speaker joined by cross log-likelihood ratio (Reynolds et al. 1998) of mixtures adapted from a world
 * model of all speech: CLR(i, j) = L(Xⱼ|W) − L(Xⱼ|Mᵢ) + L(Xᵢ|W) − L(Xᵢ|Mⱼ), means per frame; the smallest first, while
 * below the threshold.
 * @returns new cluster of each old one, by first appearance
 */
export function clrClusters(
  frames: Frames,
  segments: readonly Stretch[],
  clusterCount: number,
  rules: { method: ClrMethod; threshold: number; speakers: { min: number; max: number } },
  pause: () => void = () => undefined,
): { labels: Int32Array; count: number } {
  if (clusterCount < 2) return { labels: new Int32Array(clusterCount), count: clusterCount };
  const { method, threshold, speakers } = rules;
  const world = trainGmm(frames, WORLD, pause);
  const members = framesByLabel(segments, frames.count, clusterCount);
  const voiceOf = (indices: readonly number[]): Voice => {
    const own = pickFrames(frames, indices.length > MAX_FRAMES ? spread(indices, MAX_FRAMES) : indices);
    const model = adaptMeans(world, own, RELEVANCE, ADAPTATION_ROUNDS, pause);
    return { frames: own, model, reference: (method === 'ce' ? model : world).meanLogLikelihood(own) };
  };
  const between = (a: Voice, b: Voice): number => {
    pause();
    return a.reference - b.model.meanLogLikelihood(a.frames) + b.reference - a.model.meanLogLikelihood(b.frames);
  };
  const voices: (Voice | null)[] = members.map(voiceOf);
  const distance = new Float64Array(clusterCount ** 2);
  for (let i = 0; i < clusterCount; i++) {
    for (let j = i + 1; j < clusterCount; j++) {
      distance[i * clusterCount + j] = distance[j * clusterCount + i] = between(voices[i]!, voices[j]!);
    }
  }
  if (method === 'ilp') {
    const found = ilpClusters(distance, clusterCount, threshold);
    if (found.count >= speakers.min && found.count <= speakers.max) return found;
  }
  const label = Int32Array.from({ length: clusterCount }, (_, c) => c);
  for (let left = clusterCount; left > Math.max(1, speakers.min); left--) {
    let best = { value: Infinity, a: -1, b: -1 };
    for (let a = 0; a < clusterCount; a++) {
      for (let b = a + 1; voices[a] && b < clusterCount; b++) {
        const value = distance[a * clusterCount + b]!;
        if (voices[b] && value < best.value) best = { value, a, b };
      }
    }
    if (best.a < 0 || (best.value >= threshold && left <= speakers.max)) break;
    members[best.a]!.push(...members[best.b]!);
    voices[best.b] = null;
    voices[best.a] = voiceOf(members[best.a]!);
    for (let c = 0; c < clusterCount; c++) {
      if (label[c] === best.b) label[c] = best.a;
      const other = voices[c];
      if (!other || c === best.a) continue;
      const value = between(voices[best.a]!, other);
      distance[best.a * clusterCount + c] = distance[c * clusterCount + best.a] = value;
    }
  }
  return relabel(label);
}

const spread = (indices: readonly number[], count: number): number[] =>
  Array.from({ length: count }, (_, k) => indices[Math.floor((k * indices.length) / count)]!);
