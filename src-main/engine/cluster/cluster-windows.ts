import { cutToCount } from './ahc.ts';
import { fusedCues } from './fused-cues.ts';
import { longRecordingSeeds } from './long-recording.ts';
import { nmeSpectral } from './nme-sc.ts';
import { repeatedSound } from './repeated-sound.ts';
import { CEPSTRAL_MODEL, SAME_VOICE_MODEL } from './same-voice-model.ts';
import { seedGroups, windowTree } from './seed-groups.ts';
import type { SameVoiceModel } from './speaker-path.ts';
import { joinToSpeakers } from './speaker-search.ts';
import type { SpeakerSearch } from './speaker-search.ts';
import { centroids, rowSize, unitRows, vectors } from './vectors.ts';
import type { Vectors } from './vectors.ts';
import { chooseSpeakers, DENSE_WINDOWS, MIN_WINDOWS, voiceDivisions, withOpinion } from './voice-divisions.ts';
import type { CountProbability, VoiceDivisions } from './voice-divisions.ts';
import { VoiceGroups } from './voice-groups.ts';
import type { TimedVectors } from './voice-windows.ts';

export const clusterMethods = ['evidence', 'likeness', 'nme-sc'] as const;
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
  /** How the speakers are found: `evidence` and `likeness` (ours) or `nme-sc` (spectral, eigengap). */
  method: ClusterMethod;
  /** `likeness` only: likeness from which two groups of windows are one voice, see `SAME_VOICE`. */
  sameVoice: number;
  /** `evidence` only: unit-length cepstral statistics of the same windows; null = not measured. */
  sound: Float32Array | null;
  /** `evidence` only: log-odds added to two groups being two voices. */
  splitMore: number;
  /** `evidence` only; default: the weights fitted to the shipped embedding. */
  model?: SameVoiceModel;
  /** `evidence` only: the divisions to choose from, from `divideWindows`; null = made here. */
  divisions?: VoiceDivisions | null;
}

export interface ClusterResult {
  speakerCount: number;
  /** Speaker of each window, from 0 in order of appearance. */
  labels: Int32Array;
  /** Unit-length mean voice of each speaker, count × size. */
  voices: Float32Array;
  /** How probable each number of speakers is, in order of count, sum 1; absent when the method gives none. */
  counts?: CountProbability[];
}

/** Groups to start from: at most so many per speaker that may be found, and so few that each holds some seconds. */
const SEEDS_PER_SPEAKER = 2;
const WINDOWS_PER_SEED = 6;
const MIN_SEEDS = 10;

/**
 * Groups voice windows into speakers. `evidence`: from a division finer than the speakers down to one group, always joining
 * what is most probably one voice by embedding and cepstra, then the division with the least expected error. `likeness`: a
 * division finer than the speakers by average-linkage clustering, then joining by noise-corrected likeness (`VoiceGroups.pairs`) until no two groups can be one voice, or the wanted number is reached.
 * @param pause called between pieces of work (cancel check)
 * @returns as many speakers as wanted, or fewer when there are not enough windows
 */
export function clusterWindows(request: ClusterRequest, pause: () => void = () => undefined): ClusterResult {
  const rows = vectors(request.embeddings, request.size);
  const { startSec, endSec } = request;
  if (rows.count === 0) return { speakerCount: 0, labels: new Int32Array(0), voices: new Float32Array(0) };
  if (request.divisions) {
    const found = speakersByEvidence({ rows, startSec, endSec }, request, pause);
    return withVoices(rows, found);
  }
  const first = repeatedSound({ rows, startSec, endSec }, pause);
  const kept = Array.from(first.keys()).filter((i) => first[i] === i);
  const find: Record<ClusterMethod, typeof speakersByEvidence> = {
    evidence: speakersByEvidence,
    likeness: speakersByLikeness,
    'nme-sc': speakersBySpectrum,
  };
  // Too little that is new for as many speakers as are asked for: then the repetitions count.
  const all = kept.length === rows.count || kept.length < Math.max(2, request.minSpeakers);
  const part = all ? request : { ...request, ...pick(request, kept) };
  const windows: TimedVectors = {
    rows: vectors(part.embeddings, request.size),
    startSec: part.startSec,
    endSec: part.endSec,
  };
  const found = find[request.method](windows, part, pause);
  const labels = all ? found.labels : spread(found.labels, kept, first);
  return withVoices(rows, { ...found, labels });
}

function withVoices(rows: Vectors, { labels, count, counts }: Found): ClusterResult {
  const voices = unitRows(centroids(rows, labels, count)).data;
  return { speakerCount: count, labels, voices, ...(counts && { counts }) };
}

/** The divisions of a recording that `evidence` chooses from, whatever number of speakers is wanted. */
export function divideWindows(
  request: Pick<ClusterRequest, 'embeddings' | 'size' | 'sound' | 'startSec' | 'endSec' | 'model'>,
  maxSpeakers: number,
  pause: () => void = () => undefined,
): VoiceDivisions {
  const rows = vectors(request.embeddings, request.size);
  const first = repeatedSound({ ...request, rows }, pause);
  const kept = Array.from(first.keys()).filter((i) => first[i] === i);
  const all = kept.length === rows.count || kept.length < 2;
  const part = all ? request : pick(request, kept);
  const voice = vectors(part.embeddings, request.size);
  const fused = part.sound ? fusedCues(voice, vectors(part.sound, rowSize(part.sound, voice.count))) : voice;
  const windows = { rows: fused, startSec: part.startSec, endSec: part.endSec };
  const { maxSeeds } = bounds(windows.rows.count, { minSpeakers: 1, maxSpeakers });
  const byVoice = voiceDivisions(windows, part.sound, request.model ?? SAME_VOICE_MODEL, maxSeeds, pause);
  const found = part.sound
    ? withOpinion(byVoice, bySound({ ...windows, sound: part.sound }, maxSeeds, pause))
    : byVoice;
  if (all) return found;
  const labels = new Int32Array(found.counts.length * rows.count);
  found.counts.forEach((_, k) => {
    const some = found.labels.subarray(k * kept.length, (k + 1) * kept.length);
    labels.set(spread(some, kept, first), k * rows.count);
  });
  return { ...found, labels };
}

type Found = SpeakerSearch & { counts?: CountProbability[] };

/** Divisions by the cepstra alone. */
function bySound(
  { startSec, endSec, sound }: Pick<TimedVectors, 'startSec' | 'endSec'> & { sound: Float32Array },
  maxSeeds: number,
  pause: () => void,
): VoiceDivisions {
  const rows = vectors(sound, rowSize(sound, startSec.length));
  return voiceDivisions({ rows, startSec, endSec }, null, CEPSTRAL_MODEL, maxSeeds, pause);
}

/** The windows of a request with these indices. */
function pick(
  request: Pick<ClusterRequest, 'embeddings' | 'size' | 'sound' | 'startSec' | 'endSec'>,
  indices: readonly number[],
): Pick<ClusterRequest, 'embeddings' | 'sound' | 'startSec' | 'endSec'> {
  const rowsOf = (data: Float32Array, size: number): Float32Array => {
    const out = new Float32Array(indices.length * size);
    indices.forEach((i, k) => out.set(data.subarray(i * size, (i + 1) * size), k * size));
    return out;
  };
  const { embeddings, size, sound, startSec, endSec } = request;
  return {
    embeddings: rowsOf(embeddings, size),
    sound: sound && rowsOf(sound, sound.length / startSec.length),
    startSec: Float64Array.from(indices, (i) => startSec[i]!),
    endSec: Float64Array.from(indices, (i) => endSec[i]!),
  };
}

/** Labels of all windows from those of the kept ones: a repetition has the speaker of what it repeats. */
function spread(labels: Int32Array, kept: readonly number[], first: Int32Array): Int32Array {
  const known = new Int32Array(first.length);
  kept.forEach((i, k) => (known[i] = labels[k]!));
  return first.map((i) => known[i]!);
}

/** The fewest and most speakers looked for, and the most groups to start from. */
function bounds(
  rowCount: number,
  request: Pick<ClusterRequest, 'minSpeakers' | 'maxSpeakers'>,
): { min: number; max: number; maxSeeds: number } {
  const min = Math.max(1, Math.min(request.minSpeakers, rowCount));
  const max = Math.max(min, request.maxSpeakers);
  const fewEnough = Math.min(SEEDS_PER_SPEAKER * max, Math.round(rowCount / WINDOWS_PER_SEED));
  return { min, max, maxSeeds: Math.max(MIN_SEEDS, min, fewEnough) };
}

function speakersByEvidence(windows: TimedVectors, request: ClusterRequest, pause: () => void): Found {
  const { rows } = windows;
  const { min, max, maxSeeds } = bounds(rows.count, request);
  const known = request.divisions && chooseSpeakers(request.divisions, { min, max }, request.splitMore);
  if (known) return known;
  const divisions = voiceDivisions(windows, request.sound, request.model ?? SAME_VOICE_MODEL, maxSeeds, pause);
  const found = chooseSpeakers(divisions, { min, max }, request.splitMore);
  if (found) return found;
  // Too little speech for groups of several windows: what was asked for is cut from the tree itself, or of a long recording
  // the finest division is the answer.
  if (rows.count <= DENSE_WINDOWS) return cutToCount(windowTree(rows), rows.count, min);
  return { labels: divisions.labels.slice(0, rows.count), count: divisions.counts[0]! };
}

function speakersByLikeness(windows: TimedVectors, request: ClusterRequest, pause: () => void): SpeakerSearch {
  const { rows } = windows;
  const { min, max, maxSeeds } = bounds(rows.count, request);
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
