import type { FaceEvidence } from './face-evidence.ts';
import type { Decoded } from './joint-decoder.ts';

/** Steps with and without speech of a voice that a face must be seen in, for the two to be tied: a second. */
const MIN_STEPS = 25;
/** By how much (log-odds) a face must look more like talking when a voice speaks than when it does not. */
const MIN_GAIN = 1;

/**
 * Ties faces that belong to nobody yet to voices: a face whose scores are low everywhere (small, turned away) still scores
 * higher while its own voice speaks. Best pairs first; a voice takes no face that was seen together with one it has.
 * @param speakerOfLane filled in place
 */
export function faceSpeakers(
  evidence: FaceEvidence,
  decoded: Decoded,
  speakerOfLane: Int32Array,
  speakerCount: number,
  seenTogether: ReadonlySet<number>,
): void {
  const lanes = evidence.lanes.length;
  const sums = Array.from({ length: lanes }, () => ({ sum: 0, count: 0 }));
  const byVoice = Array.from({ length: lanes * speakerCount }, () => ({ sum: 0, count: 0 }));
  for (let t = 0; t < decoded.first.length; t++) {
    for (let e = evidence.offsets[t]!; e < evidence.offsets[t + 1]!; e++) {
      const lane = evidence.lane[e]!;
      if (speakerOfLane[lane]! >= 0) continue;
      sums[lane]!.sum += evidence.logit[e]!;
      sums[lane]!.count++;
      const cell = byVoice[lane * speakerCount + decoded.first[t]!]!;
      cell.sum += evidence.logit[e]!;
      cell.count++;
    }
  }
  const ties: { lane: number; speaker: number; gain: number }[] = [];
  sums.forEach((all, lane) => {
    for (let speaker = 0; speaker < speakerCount; speaker++) {
      const own = byVoice[lane * speakerCount + speaker]!;
      if (own.count < MIN_STEPS || all.count - own.count < MIN_STEPS) continue;
      const gain = own.sum / own.count - (all.sum - own.sum) / (all.count - own.count);
      if (gain >= MIN_GAIN) ties.push({ lane, speaker, gain });
    }
  });
  for (const { lane, speaker } of ties.sort((a, b) => b.gain - a.gain)) {
    if (speakerOfLane[lane]! >= 0) continue;
    const clash = speakerOfLane.some(
      (other, k) => other === speaker && seenTogether.has(Math.min(k, lane) * lanes + Math.max(k, lane)),
    );
    if (!clash) speakerOfLane[lane] = speaker;
  }
}
