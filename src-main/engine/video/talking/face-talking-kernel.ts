import type { Kernel } from '../../kernel.ts';
import type { TrackIndex } from '../tracking/track-file.ts';
import { lipLogistic, lipTalkModel, logOddsOf } from './calibration.ts';
import { lipFeatures, soundSeries } from './lip-evidence.ts';
import { lipSeries } from './lip-series.ts';
import { talkProbabilities } from './talk-states.ts';

export interface FaceTalkingInput {
  readonly tracks: TrackIndex['tracks'];
  /** All of `lips.f32`. */
  readonly lips: Float32Array;
  /** By frame of the picture, see `speechLevel`. */
  readonly level: Float32Array;
  /** Probability of speech, by frame. */
  readonly speech: Float32Array;
  /** Frames the sound comes later than the picture. */
  readonly offsetFrames: number;
}

/** `talking.f32`: the probability of each row that its face is heard; NaN where nothing is known of it. */
export const faceTalking: Kernel<FaceTalkingInput, Float32Array> = async (context, input) => {
  const sound = soundSeries(input.level, input.speech);
  const rowCount = input.tracks.reduce((most, track) => Math.max(most, track.firstRow + track.frameCount), 0);
  const out = new Float32Array(rowCount).fill(NaN);
  const byShot = Map.groupBy(input.tracks, ({ shot }) => shot);
  for (const tracks of byShot.values()) {
    const faces = tracks.map(({ firstFrame, firstRow, frameCount }) => {
      context.checkCancelled();
      const lips = lipSeries(input.lips, firstRow, frameCount, input.offsetFrames);
      const values = lipFeatures(lips, sound, firstFrame);
      return { firstFrame, logOdds: logOddsOf(lipLogistic, values, frameCount) };
    });
    const found = talkProbabilities(faces, input.speech, lipTalkModel, () => context.checkCancelled());
    tracks.forEach(({ firstRow, frameCount }, face) => {
      for (let k = 0; k < frameCount; k++) {
        if (!Number.isNaN(faces[face]!.logOdds[k]!)) out[firstRow + k] = found[face]![k]!;
      }
    });
  }
  return { output: out, transfer: [out.buffer] };
};
