import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import { faceEvidence } from './face-evidence.ts';
import { speechFrames } from './speech-frames.ts';
import { endWithMouths } from './turn-ends.ts';

const SOUND_START_SEC = 0.5;
const steps = speechFrames([{ startSec: 0, endSec: 2 }], SOUND_START_SEC);
const turn: HypothesisSegment = { startSec: 0.5, endSec: 2.5, speaker: 'spk00', confidence: 0.9 };

/** The turn of a speaker whose face talks as given, a value per frame of the picture from 0.5 s on; NaN = not seen. */
function ended(probabilities: readonly number[], segment = turn, speaker = 0): HypothesisSegment {
  const track = { id: 1, firstFrame: 12, frameCount: probabilities.length, firstRow: 0, identity: 3 };
  const evidence = faceEvidence(steps, [track], Float32Array.from(probabilities));
  const fused = { evidence, speakerOfLane: Int32Array.of(0) };
  return endWithMouths([segment], new Map([['spk00', speaker]]), steps, fused, SOUND_START_SEC)[0]!;
}

/** Talks for so many of the 51 frames, and is still for the rest. */
const talksFor = (frames: number): number[] => Array.from({ length: 51 }, (_, k) => (k < frames ? 0.95 : 0.05));

describe('turns that end with the mouth', () => {
  it('leave out what voice activity hears after it', () => {
    // Frame 12 begins at 0.48 s: 48 frames of talk end at 2.40 s.
    expect(ended(talksFor(48))).toEqual({ ...turn, endSec: 2.4 });
    expect(ended(talksFor(46)).endSec).toBe(2.32);
  });
  it('stay as they are where the mouth says nothing of their end', () => {
    expect(ended(talksFor(51))).toEqual(turn);
    // Still for half a second: somebody else is heard.
    expect(ended(talksFor(38))).toEqual(turn);
    // Out of the picture at the end.
    expect(ended([...talksFor(48).slice(0, 48), NaN, NaN, NaN])).toEqual(turn);
    // Another one's face.
    expect(ended(talksFor(48), turn, 1)).toEqual(turn);
    // The turn of somebody else follows without a pause.
    expect(ended(talksFor(30), { ...turn, endSec: 1.78 })).toEqual({ ...turn, endSec: 1.78 });
  });
  it('only ever become shorter, by a fifth of a second at most', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(NaN), fc.double({ min: 0, max: 1, noNaN: true })), {
          minLength: 51,
          maxLength: 51,
        }),
        fc.integer({ min: 0, max: 49 }),
        (probabilities, startFrame) => {
          const segment = { ...turn, startSec: 0.5 + startFrame / 25 };
          const { startSec, endSec } = ended(probabilities, segment);
          expect(startSec).toBe(segment.startSec);
          expect(endSec).toBeGreaterThan(startSec);
          expect(endSec).toBeLessThanOrEqual(turn.endSec);
          expect(endSec).toBeGreaterThan(turn.endSec - 0.21);
        },
      ),
    );
  });
});
