import { readFileSync } from 'node:fs';
import { cepstralWindows } from '../audio/cepstral-windows.ts';
import type { Kernel } from '../kernel.ts';
import { clusterWindows } from './cluster-windows.ts';
import type { ClusterRequest, ClusterResult } from './cluster-windows.ts';

export type ClusterInput = Omit<ClusterRequest, 'sound' | 'model'> & {
  /** `cepstra.f32` of the recording, see `voice-cepstra`. */
  cepstraPath: string;
};
export type ClusterOutput = ClusterResult;

/** Clustering of voice windows on a worker thread. */
export const clusterVoices: Kernel<ClusterInput, ClusterOutput> = async (context, input) => {
  const sound = cepstralWindows(readBlocks(input.cepstraPath), input.startSec, input.endSec);
  return { output: clusterWindows({ ...input, sound }, () => context.checkCancelled()) };
};

function readBlocks(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
