import type { Kernel } from '../../kernel.ts';
import type { TrackIndex } from '../tracking/track-file.ts';
import {
  lipScore,
  lipScoreAgain,
  logOddsOf,
  talkModel,
  talkModelAgain,
  typicalMovement,
  typicalNet,
  withNet,
  withNetAgain,
} from './calibration.ts';
import { FIRST_MOVEMENT, LIP_FEATURES, lipFeatures, soundSeries } from './lip-evidence.ts';
import { lipSeries } from './lip-series.ts';
import { onOwnScale } from './own-scale.ts';
import { talkProbabilities, type TalkFace } from './talk-states.ts';

export interface FaceTalkingInput {
  readonly tracks: TrackIndex['tracks'];
  /** All of `lips.f32`. */
  readonly lips: Float32Array;
  /** By frame of the picture, see `speechLevel`. */
  readonly level: Float32Array;
  /** Probability of speech, by frame. */
  readonly speech: Float32Array;
  /** Log odds of two voices at once, by frame; null = no net says so. */
  readonly overlap: Float32Array | null;
  /** Frames the sound comes later than the picture. */
  readonly offsetFrames: number;
  /** Log odds of active-speaker nets by row, NaN where none looked; null without a net. */
  readonly netLogOdds: Float32Array | null;
}

/** One face in a shot. */
interface Seen {
  readonly firstFrame: number;
  readonly rows: number;
  /** See `lipFeatures`. */
  readonly features: Float32Array;
  /** NaN where none looked. */
  readonly net: Float32Array | null;
}

/**
 * `talking.f32`: the probability of each row that its face is heard; NaN where nothing is known of it. The faces of a shot
 * are judged twice: at the first look all alike, at the second each by what is movement for it.
 */
export const faceTalking: Kernel<FaceTalkingInput, Float32Array> = async (context, input) => {
  const heard = {
    speech: movedBy(input.speech, input.offsetFrames),
    overlap: input.overlap && movedBy(input.overlap, input.offsetFrames),
  };
  const sound = soundSeries(movedBy(input.level, input.offsetFrames), heard.speech);
  const rowCount = input.tracks.reduce((most, track) => Math.max(most, track.firstRow + track.frameCount), 0);
  const out = new Float32Array(rowCount).fill(NaN);
  const byShot = Map.groupBy(input.tracks, ({ shot }) => shot);
  const checkCancelled = (): void => context.checkCancelled();
  for (const tracks of byShot.values()) {
    const faces = tracks.map(({ firstFrame, firstRow, frameCount: rows }): Seen => {
      context.checkCancelled();
      const features = lipFeatures(lipSeries(input.lips, firstRow, rows), sound, firstFrame);
      return { firstFrame, rows, features, net: input.netLogOdds?.subarray(firstRow, firstRow + rows) ?? null };
    });
    const first = talkProbabilities(faces.map(firstLook), heard, talkModel, checkCancelled);
    const again = faces.map((face, at) => secondLook(face, first[at]!));
    const found = talkProbabilities(again, heard, talkModelAgain, checkCancelled);
    tracks.forEach(({ firstRow, frameCount }, face) => {
      for (let k = 0; k < frameCount; k++) {
        if (!Number.isNaN(again[face]!.scores[k]!)) out[firstRow + k] = found[face]![k]!;
      }
    });
  }
  return { output: out, transfer: [out.buffer] };
};

function firstLook({ firstFrame, rows, features, net }: Seen): TalkFace {
  const scores = logOddsOf(lipScore, features, rows);
  return { firstFrame, scores: net ? beside(scores, net, net, withNet) : scores };
}

/** @param talks what the first look found */
function secondLook({ firstFrame, rows, features, net }: Seen, talks: Float32Array): TalkFace {
  const own = features.slice();
  typicalMovement.forEach((typical, at) => {
    const place = FIRST_MOVEMENT + at;
    const column = Float32Array.from({ length: rows }, (_, k) => features[k * LIP_FEATURES + place]!);
    onOwnScale(column, talks, typical).forEach((value, k) => (own[k * LIP_FEATURES + place] = value));
  });
  const scores = logOddsOf(lipScoreAgain, own, rows);
  return { firstFrame, scores: net ? beside(scores, net, onOwnScale(net, talks, typicalNet), withNetAgain) : scores };
}

/** Scores of lips and net together where a net looked; with `scaled` where the lips are known, with `net` where not. */
function beside(
  lips: Float32Array,
  net: Float32Array,
  scaled: ArrayLike<number>,
  together: (lips: number, net: number) => number,
): Float32Array {
  return lips.map((score, k) =>
    Number.isNaN(net[k]!) ? score : together(score, Number.isNaN(score) ? net[k]! : scaled[k]!),
  );
}

/** What is heard `frames` later, as if it were heard now; the ends hold. */
function movedBy(values: Float32Array, frames: number): Float32Array {
  if (frames === 0 || values.length === 0) return values;
  return values.map((_, at) => values[Math.max(0, Math.min(values.length - 1, at + frames))]!);
}
