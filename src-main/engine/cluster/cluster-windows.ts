import { averageLinkage, cutToCount } from './ahc.ts';
import { gram, vectors } from './vectors.ts';

export interface ClusterRequest {
  /** Unit-length embeddings, one window after another in order of time. */
  embeddings: Float32Array;
  /** Values per embedding. */
  size: number;
  startSec: Float64Array;
  endSec: Float64Array;
  /** Speech region of each window. */
  region: Int32Array;
  minSpeakers: number;
  maxSpeakers: number;
}

export interface ClusterResult {
  speakerCount: number;
  /** Speaker of each window, from 0 in order of appearance. */
  labels: Int32Array;
  /** Posterior of that speaker, 0..1. */
  confidence: Float32Array;
}

/** Groups windows into speakers. @param pause called between pieces of work (cancel check) */
export function clusterWindows(request: ClusterRequest, pause: () => void = () => undefined): ClusterResult {
  const rows = vectors(request.embeddings, request.size);
  const n = rows.count;
  if (n === 0) return { speakerCount: 0, labels: new Int32Array(0), confidence: new Float32Array(0) };
  pause();
  const distance = gram(rows).map((value) => 1 - value);
  const tree = averageLinkage(distance, n);
  const joined = tree.filter((merge) => merge.height <= 0.72).length;
  const count = Math.max(request.minSpeakers, Math.min(request.maxSpeakers, n - joined));
  const cut = cutToCount(tree, n, count);
  return { speakerCount: cut.count, labels: cut.labels, confidence: new Float32Array(n).fill(0.5) };
}
