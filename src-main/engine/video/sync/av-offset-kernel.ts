import type { Kernel } from '../../kernel.ts';
import { soundSeries } from '../talking/lip-evidence.ts';
import { lipSeries } from '../talking/lip-series.ts';
import type { TrackIndex } from '../tracking/track-file.ts';
import { offsetCurve, type OffsetCurve, type SyncTrack } from './offset-curve.ts';

export interface AvOffsetInput {
  readonly tracks: TrackIndex['tracks'];
  readonly lips: Float32Array;
  readonly level: Float32Array;
  /** 1 where speech is on, by frame. */
  readonly speech: Float32Array;
  /** Stretches of frames [from, to) to make a curve of. */
  readonly shots: readonly { readonly firstFrame: number; readonly endFrame: number }[];
  /** Also one of each track by itself. */
  readonly byTrack: boolean;
}

export interface AvOffsetOutput {
  /** In the order of `shots`; see `offsetCurve`. */
  readonly shotCurves: readonly OffsetCurve[];
  /** In the order of `tracks`; empty unless asked for. */
  readonly trackCurves: readonly OffsetCurve[];
}

/** Agreement of lips and sound by offset, by shot and by track. */
export const avOffset: Kernel<AvOffsetInput, AvOffsetOutput> = async (context, input) => {
  const sound = soundSeries(input.level, input.speech);
  const check = (): void => context.checkCancelled();
  const seriesOf = ({ firstFrame, firstRow, frameCount }: TrackIndex['tracks'][number]): SyncTrack => ({
    firstFrame,
    lips: lipSeries(input.lips, firstRow, frameCount),
  });
  const shotCurves = input.shots.map(({ firstFrame, endFrame }) => {
    const inside = input.tracks.filter(
      (track) => track.firstFrame < endFrame && track.firstFrame + track.frameCount > firstFrame,
    );
    return offsetCurve(inside.map(seriesOf), sound, firstFrame, endFrame, check);
  });
  const trackCurves = (input.byTrack ? input.tracks : []).map((track) =>
    offsetCurve([seriesOf(track)], sound, track.firstFrame, track.firstFrame + track.frameCount, check),
  );
  return { output: { shotCurves, trackCurves } };
};
