import { cutToCount } from './ahc.ts';
import { longRecordingSeeds } from './long-recording.ts';
import { nmeSpectral } from './nme-sc.ts';
import { seedGroups, windowTree } from './seed-groups.ts';
import { joinToSpeakers } from './speaker-search.ts';
import type { SpeakerSearch } from './speaker-search.ts';
import { centroids, unitRows, vectors } from './vectors.ts';
import { VoiceGroups } from './voice-groups.ts';
import type { TimedVectors } from './voice-windows.ts';

export const clusterMethods = ['likeness', 'nme-sc'] as const;
export type ClusterMethod = (typeof clusterMethods)[number];

export interface ClusterRequest {
  /** Unit-length embeddings, one window after another in order of time. */
  embeddings: Float32Array;
  /** Values per embedding. */
  size: number;
  startSec: Float64Array;
  endSec: Float64Array;
  minSpeakers: number;
  maxSpeakers: number;
  /** How the speakers are found: `likeness` (ours) or `nme-sc` (spectral, eigengap). */
  method: ClusterMethod;
  /** `likeness` only: likeness from which two groups of windows are one voice, see `SAME_VOICE`. */
  sameVoice: number;
}

export interface ClusterResult {
  speakerCount: number;
  /** Speaker of each window, from 0 in order of appearance. */
  labels: Int32Array;
  /** Unit-length mean voice of each speaker, count × size. */
  voices: Float32Array;
}

/** Windows up to which a full matrix of distances is made; about 12 minutes of speech, 4 MB. */
const DENSE_WINDOWS = 1000;
/** A voice must be heard in this many windows to be looked for by itself. */
const MIN_WINDOWS = 2;
/** Groups to start from: at most so many per speaker that may be found, and so few that each holds some seconds. */
const SEEDS_PER_SPEAKER = 2;
const WINDOWS_PER_SEED = 6;
const MIN_SEEDS = 10;

/**
 * Groups voice windows into speakers. `likeness`: a division finer than the speakers by average-linkage clustering, then joining by
 * noise-corrected likeness (`VoiceGroups.pairs`) until no two groups can be one voice, or the wanted number is reached.
 * @param pause called between pieces of work (cancel check)
 * @returns as many speakers as wanted, or fewer when there are not enough windows
 */
export function clusterWindows(request: ClusterRequest, pause: () => void = () => undefined): ClusterResult {
  const rows = vectors(request.embeddings, request.size);
  const windows: TimedVectors = { rows, startSec: request.startSec, endSec: request.endSec };
  if (rows.count === 0) return { speakerCount: 0, labels: new Int32Array(0), voices: new Float32Array(0) };
  const find = { likeness: speakersByLikeness, 'nme-sc': speakersBySpectrum }[request.method];
  const { labels, count } = find(windows, request, pause);
  return { speakerCount: count, labels, voices: unitRows(centroids(rows, labels, count)).data };
}

function speakersByLikeness(windows: TimedVectors, request: ClusterRequest, pause: () => void): SpeakerSearch {
  const { rows } = windows;
  const min = Math.max(1, Math.min(request.minSpeakers, rows.count));
  const max = Math.max(min, request.maxSpeakers);
  const fewEnough = Math.min(SEEDS_PER_SPEAKER * max, Math.round(rows.count / WINDOWS_PER_SEED));
  const maxSeeds = Math.max(MIN_SEEDS, min, fewEnough);
  const join = (seeds: SpeakerSearch): SpeakerSearch =>
    joinToSpeakers(new VoiceGroups(windows, seeds.labels, seeds.count), min, max, request.sameVoice, pause);

  if (rows.count > DENSE_WINDOWS) return join(longRecordingSeeds(windows, maxSeeds, pause));
  pause();
  const tree = windowTree(rows);
  const seeds = seedGroups(tree, rows.count, MIN_WINDOWS, maxSeeds);
  if (seeds.count >= min && seeds.count > 0) {
    const found = join(seeds);
    if (found.count >= min) return found;
  }
  // Too little speech for groups of several windows: what was asked for is cut from the tree itself.
  return cutToCount(tree, rows.count, min);
}

function speakersBySpectrum(windows: TimedVectors, request: ClusterRequest, pause: () => void): SpeakerSearch {
  return nmeSpectral(windows.rows, request.minSpeakers, request.maxSpeakers, pause);
}
