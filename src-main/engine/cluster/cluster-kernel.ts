import { readFileSync } from 'node:fs';
import { cepstralWindows } from '../audio/cepstral-windows.ts';
import type { Kernel } from '../kernel.ts';
import { clusterWindows, divideWindows } from './cluster-windows.ts';
import type { ClusterRequest, ClusterResult } from './cluster-windows.ts';
import type { VoiceDivisions } from './voice-divisions.ts';

export type ClusterInput = Omit<ClusterRequest, 'sound' | 'model'>;
export type ClusterOutput = ClusterResult;

/** Clustering of voice windows on a worker thread. */
export const clusterVoices: Kernel<ClusterInput, ClusterOutput> = async (context, input) => ({
  output: clusterWindows({ ...input, sound: null }, () => context.checkCancelled()),
});

export type DivideInput = Pick<ClusterRequest, 'embeddings' | 'size' | 'startSec' | 'endSec'> & {
  /** `cepstra.f32` of the recording, see `voice-cepstra`. */
  cepstraPath: string;
  /** Most speakers the automatic count may find. */
  maxSpeakers: number;
};

/** Divisions of voice windows into ever fewer groups, on a worker thread. */
export const divideVoices: Kernel<DivideInput, VoiceDivisions> = async (context, input) => {
  const sound = cepstralWindows(readBlocks(input.cepstraPath), input.startSec, input.endSec);
  return { output: divideWindows({ ...input, sound }, input.maxSpeakers, () => context.checkCancelled()) };
};

function readBlocks(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
