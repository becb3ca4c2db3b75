import { open } from 'node:fs/promises';
import type { SyncOffset } from '#shared/formats/turn.ts';
import type { StageContext } from '../../stage.ts';
import type { Shots } from '../shots/shots-stage.ts';
import type { TrackIndex } from '../tracking/track-file.ts';
import { syncNetFile, syncNetIndexFile, syncNetIndexSchema } from './syncnet-file.ts';
import { SYNC_SHIFTS, syncResult, type SyncMetric, type SyncNetResult } from './syncnet-scores.ts';

/** Confidence from which an offset is told: M3SD's gate, and av-diarization's lower level for its cosine distances. */
const LEAST_CONFIDENCE: Readonly<Record<SyncMetric, number>> = { euclidean: 1, cosine: 0.5 };

export interface SyncNetVerdict {
  /** Frames the sound comes later than the picture; null = unsure. */
  readonly offsetFrames: number | null;
  readonly confidence: number;
}

export interface SyncNetOffsets {
  readonly file: SyncNetVerdict;
  readonly shots: readonly SyncNetVerdict[];
  /** Rows of `offsets.csv`, in SyncNet's own counting. */
  readonly tracks: readonly SyncOffset[];
}

/** What SyncNet says of the file, its shots and its tracks, from the distances of `face-views`; null without the net. */
export async function syncNetOffsets(
  context: StageContext<unknown>,
  tracks: TrackIndex['tracks'],
  shots: Shots['shots'],
): Promise<SyncNetOffsets | null> {
  const views = context.input('face-views');
  const { metric } = await views.readJson(syncNetIndexFile, syncNetIndexSchema);
  if (!metric) return null;
  const byTrack: (SyncNetResult | null)[] = [];
  const handle = await open(views.path(syncNetFile), 'r');
  try {
    for (const { firstRow, frameCount } of tracks) {
      const distances = new Float32Array(frameCount * SYNC_SHIFTS);
      const bytes = new Uint8Array(distances.buffer);
      await handle.read(bytes, 0, bytes.length, firstRow * SYNC_SHIFTS * 4);
      byTrack.push(syncResult(distances));
    }
  } finally {
    await handle.close();
  }
  /** Of several tracks the one that is surest: the others may be silent. */
  const verdict = (results: readonly (SyncNetResult | null)[]): SyncNetVerdict => {
    const best = results.reduce<SyncNetResult | null>(
      (most, one) => (one && one.confidence > (most?.confidence ?? -Infinity) ? one : most),
      null,
    );
    if (!best) return { offsetFrames: null, confidence: 0 };
    const isSure = best.confidence >= LEAST_CONFIDENCE[metric];
    return { offsetFrames: isSure ? -best.offsetFrames + 0 : null, confidence: best.confidence };
  };
  return {
    file: verdict(byTrack),
    shots: shots.map((_, shot) => verdict(byTrack.filter((_one, at) => tracks[at]!.shot === shot))),
    tracks: byTrack.map((one, at) => ({
      track: `track-${tracks[at]!.id}`,
      offsetFrames: one?.offsetFrames ?? 0,
      minDistance: one?.minDistance ?? 0,
      confidence: one?.confidence ?? 0,
    })),
  };
}
