import type { Kernel } from '../kernel.ts';
import { spectral3dSpeaker } from './spectral-3d-speaker.ts';
import { vbxClusters } from './vbx-clusters.ts';
import type { ClusterResult } from './cluster-windows.ts';
import type { VbxOptions } from './vbx.ts';
import { centroids, unitRows, vectors } from './vectors.ts';

export interface PublishedClusterInput {
  /** Unit length, one window after another in order of time. */
  embeddings: Float32Array;
  size: number;
  startSec: Float64Array;
  endSec: Float64Array;
  speakers: { min: number; max: number };
  method: { kind: 'vbx'; options: VbxOptions } | { kind: '3d-speaker' };
}

/** Clustering as other systems publish it, on a worker thread. */
export const publishedClusters: Kernel<PublishedClusterInput, ClusterResult> = async (context, input) => {
  const rows = vectors(input.embeddings, input.size);
  const pause = (): void => context.checkCancelled();
  const { labels, count } =
    input.method.kind === 'vbx'
      ? vbxClusters({ ...input, rows }, input.method.options, input.speakers, pause)
      : spectral3dSpeaker(rows, input.speakers, pause);
  const voices = unitRows(centroids(rows, labels, count)).data;
  return { output: { speakerCount: rows.count === 0 ? 0 : count, labels, voices } };
};
