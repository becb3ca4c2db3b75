import type { Kernel } from '../kernel.ts';
import { avDiarizationClusters } from './av-diarization-clusters.ts';
import { densityClusters } from './density-clusters.ts';
import { kmeans } from './kmeans.ts';
import { spectral3dSpeaker } from './spectral-3d-speaker.ts';
import { vbxClusters } from './vbx-clusters.ts';
import type { ClusterResult } from './cluster-windows.ts';
import type { VbxOptions } from './vbx.ts';
import { centroids, unitRows, vectors } from './vectors.ts';
import type { Vectors } from './vectors.ts';

export interface PublishedClusterInput {
  /** Unit length, one window after another in order of time. */
  embeddings: Float32Array;
  size: number;
  startSec: Float64Array;
  endSec: Float64Array;
  speakers: { min: number; max: number };
  method:
    | { kind: 'vbx'; options: VbxOptions }
    | { kind: '3d-speaker' }
    | { kind: 'umap-hdbscan' }
    | { kind: 'av-diarization' }
    | { kind: 'k-means' };
}

/** Clustering as other systems publish it, on a worker thread. */
export const publishedClusters: Kernel<PublishedClusterInput, ClusterResult> = async (context, input) => {
  const rows = vectors(input.embeddings, input.size);
  const { labels, count } = clustered(rows, input, () => context.checkCancelled());
  const voices = unitRows(centroids(rows, labels, count)).data;
  return { output: { speakerCount: rows.count === 0 ? 0 : count, labels, voices } };
};

function clustered(
  rows: Vectors,
  input: PublishedClusterInput,
  pause: () => void,
): { labels: Int32Array; count: number } {
  const { method, speakers } = input;
  switch (method.kind) {
    case 'vbx':
      return vbxClusters({ ...input, rows }, method.options, speakers, pause);
    case '3d-speaker':
      return spectral3dSpeaker(rows, speakers, pause);
    case 'umap-hdbscan':
      return densityClusters(rows, speakers, pause);
    case 'av-diarization':
      return avDiarizationClusters(rows, speakers, pause);
    case 'k-means':
      return kmeans(rows, speakers.max);
  }
}
