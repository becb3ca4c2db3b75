import type { Kernel } from '../kernel.ts';
import { clusterWindows } from './cluster-windows.ts';
import type { ClusterRequest, ClusterResult } from './cluster-windows.ts';

export type ClusterInput = ClusterRequest;
export type ClusterOutput = ClusterResult;

/** Clustering of voice windows on a worker thread. */
export const clusterVoices: Kernel<ClusterInput, ClusterOutput> = async (context, input) => ({
  output: clusterWindows(input, () => context.checkCancelled()),
});
