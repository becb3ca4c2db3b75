import type { Kernel } from '../../kernel.ts';
import type { TrackIndex } from '../tracking/track-file.ts';
import { lipScore, logOddsOf, talkModel, withNet } from './calibration.ts';
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
  /** Log odds of active-speaker nets by row, NaN where none looked; null without a net. */
  readonly netLogOdds: Float32Array | null;
}

/** `talking.f32`: the probability of each row that its face is heard; NaN where nothing is known of it. */
export const faceTalking: Kernel<FaceTalkingInput, Float32Array> = async (context, input) => {
  const speech = movedBy(input.speech, input.offsetFrames);
  const sound = soundSeries(movedBy(input.level, input.offsetFrames), speech);
  const rowCount = input.tracks.reduce((most, track) => Math.max(most, track.firstRow + track.frameCount), 0);
  const out = new Float32Array(rowCount).fill(NaN);
  const byShot = Map.groupBy(input.tracks, ({ shot }) => shot);
  for (const tracks of byShot.values()) {
    const faces = tracks.map(({ firstFrame, firstRow, frameCount }) => {
      context.checkCancelled();
      const lips = lipSeries(input.lips, firstRow, frameCount);
      const values = lipFeatures(lips, sound, firstFrame);
      const scores = logOddsOf(lipScore, values, frameCount);
      if (input.netLogOdds) addNet(scores, input.netLogOdds, firstRow);
      return { firstFrame, scores };
    });
    const found = talkProbabilities(faces, speech, talkModel, () => context.checkCancelled());
    tracks.forEach(({ firstRow, frameCount }, face) => {
      for (let k = 0; k < frameCount; k++) {
        if (!Number.isNaN(faces[face]!.scores[k]!)) out[firstRow + k] = found[face]![k]!;
      }
    });
  }
  return { output: out, transfer: [out.buffer] };
};

/** Scores of the lips become those of lips and net, or of the net where the mouth is not known. */
function addNet(scores: Float32Array, ofNet: Float32Array, firstRow: number): void {
  for (let k = 0; k < scores.length; k++) {
    const value = ofNet[firstRow + k]!;
    if (!Number.isNaN(value)) scores[k] = withNet(scores[k]!, value);
  }
}

/** What is heard `frames` later, as if it were heard now; the ends hold. */
function movedBy(values: Float32Array, frames: number): Float32Array {
  if (frames === 0 || values.length === 0) return values;
  return values.map((_, at) => values[Math.max(0, Math.min(values.length - 1, at + frames))]!);
}
