import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { FusionResult } from './av-fusion.ts';
import { logOdds } from './face-evidence.ts';
import type { SpeechFrames } from './speech-frames.ts';

/** Voice activity hears the end of speech so much too late at most, seconds. */
const MOST_LATE_SEC = 0.2;
/** A mouth has stopped when its face talks with less than this probability. */
const STOPPED = logOdds(0.2);
/** Times of turns are whole milliseconds. */
const keyOf = (sec: number): number => Math.round(sec * 1000);

/**
 * Turns that end with a speech region end with the mouth of their speaker instead, where it is seen to have talked shortly before: voice
 * activity ends a little after the voice does. A face that has not talked within {@link MOST_LATE_SEC} of the end says nothing: then somebody
 * else is heard, or the mouth was not seen.
 * Measured on composed recordings: docs/adr/0140.
 * @param speakerOf speaker of each label
 * @param soundStartSec where the decoded sound starts in the file's own time, in which the turns are
 */
export function endWithMouths(
  segments: readonly HypothesisSegment[],
  speakerOf: ReadonlyMap<string, number>,
  steps: SpeechFrames,
  fused: Pick<FusionResult, 'evidence' | 'speakerOfLane'>,
  soundStartSec: number,
): HypothesisSegment[] {
  const lastSteps = new Map<number, number>();
  for (let t = 0; t < steps.count; t++) {
    if (steps.region[t + 1] !== steps.region[t]) lastSteps.set(keyOf(soundStartSec + steps.endSec[t]!), t);
  }
  return segments.map((segment) => {
    const last = lastSteps.get(keyOf(segment.endSec));
    const speaker = speakerOf.get(segment.speaker);
    if (last === undefined || speaker === undefined) return segment;
    for (let t = last; t >= 0 && steps.region[t] === steps.region[last]; t--) {
      const endSec = keyOf(soundStartSec + steps.endSec[t]!) / 1000;
      if (endSec <= segment.startSec || steps.endSec[last]! - steps.endSec[t]! > MOST_LATE_SEC) break;
      const talks = talkOdds(t, speaker, fused);
      if (talks === null) break;
      if (talks >= STOPPED) return t === last ? segment : { ...segment, endSec };
    }
    return segment;
  });
}

/** Log-odds that a face of the speaker talks at a step; null where none is seen. */
function talkOdds(
  t: number,
  speaker: number,
  { evidence, speakerOfLane }: Pick<FusionResult, 'evidence' | 'speakerOfLane'>,
): number | null {
  let most: number | null = null;
  for (let e = evidence.offsets[t]!; e < evidence.offsets[t + 1]!; e++) {
    if (speakerOfLane[evidence.lane[e]!] === speaker) most = Math.max(most ?? -Infinity, evidence.logit[e]!);
  }
  return most;
}
