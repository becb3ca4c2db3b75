import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conflicts, stepsOfWindows } from './consistency.ts';
import { faceEvidence, lanesSeenTogether } from './face-evidence.ts';
import { decodeJointly } from './joint-decoder.ts';
import { fitScores, plainScores } from './score-model.ts';
import { secondFaces } from './second-faces.ts';
import { speechBlocks, speechFrames } from './speech-frames.ts';
import { smoothTurns } from './av-fusion.ts';

const regions = fc
  .array(fc.tuple(fc.double({ min: 0.05, max: 3, noNaN: true }), fc.double({ min: 0.05, max: 3, noNaN: true })), {
    maxLength: 6,
  })
  .map((parts) => {
    let at = 0;
    return parts.map(([pause, length]) => {
      const startSec = at + pause;
      at = startSec + length;
      return { startSec, endSec: at };
    });
  });

describe('steps of speech', () => {
  it('cover every region exactly, in order, each within one frame of the picture', () => {
    fc.assert(
      fc.property(regions, fc.double({ min: 0, max: 100, noNaN: true }), (spans, soundStartSec) => {
        const steps = speechFrames(spans, soundStartSec);
        spans.forEach(({ startSec, endSec }, region) => {
          const mine = Array.from(steps.region).flatMap((one, t) => (one === region ? [t] : []));
          expect(steps.startSec[mine[0]!]).toBeCloseTo(startSec, 5);
          expect(steps.endSec[mine.at(-1)!]).toBeCloseTo(endSec, 5);
          mine.slice(1).forEach((t) => expect(steps.startSec[t]).toBeCloseTo(steps.endSec[t - 1]!, 9));
          for (const t of mine) {
            const middle = (steps.startSec[t]! + steps.endSec[t]!) / 2 + soundStartSec;
            expect(Math.floor(middle * 25 + 1e-6)).toBe(steps.pictureFrame[t]);
          }
        });
      }),
    );
  });

  it('fall into blocks at long pauses', () => {
    const steps = speechFrames(
      [
        { startSec: 0, endSec: 1 },
        { startSec: 2, endSec: 3 },
        { startSec: 9, endSec: 10 },
      ],
      0,
    );
    expect(speechBlocks(steps, 3)).toEqual([
      { from: 0, to: 50 },
      { from: 50, to: 75 },
    ]);
  });
});

const steps = speechFrames([{ startSec: 0, endSec: 4 }], 0);

describe('evidence of faces', () => {
  it('joins the tracks of a person, leaves out what was not measured and bounds what one frame says', () => {
    const tracks = [
      { id: 3, firstFrame: 0, frameCount: 50, firstRow: 0, identity: 1 },
      { id: 4, firstFrame: 40, frameCount: 60, firstRow: 50, identity: 1 },
      { id: 5, firstFrame: 90, frameCount: 10, firstRow: 110, identity: null },
    ];
    const talking = new Float32Array(120).fill(1);
    talking.fill(NaN, 0, 20);
    const evidence = faceEvidence(steps, tracks, talking);
    expect(evidence.lanes).toEqual([
      { identity: 1, trackIds: [3, 4] },
      { identity: null, trackIds: [5] },
    ]);
    expect(evidence.offsets[20]).toBe(0);
    // One entry a lane and step, although two tracks of it are there.
    expect(evidence.offsets[46]! - evidence.offsets[45]!).toBe(1);
    expect(Math.max(...evidence.logit)).toBe(4);
    expect([...lanesSeenTogether(tracks, evidence)]).toEqual([1]);
  });

  it('learns that a mouth that always moves says little', () => {
    const track = { id: 0, firstFrame: 0, frameCount: 100, firstRow: 0, identity: 0 };
    const moving = faceEvidence(steps, [track], new Float32Array(100).fill(0.8));
    const model = fitScores(moving, new Float32Array(100));
    expect(model.centre[0]).toBeGreaterThan(0.3);
    const honest = faceEvidence(
      steps,
      [track],
      Float32Array.from({ length: 100 }, (_, f) => (f < 50 ? 0.95 : 0.05)),
    );
    const talks = Float32Array.from({ length: 100 }, (_, f) => (f < 50 ? 1 : 0));
    expect(fitScores(honest, talks).slope[0]).toBeGreaterThan(model.slope[0]!);
  });
});

describe('the joint decoder', () => {
  it('finds the best of all sequences', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true })), {
          minLength: 1,
          maxLength: 9,
        }),
        fc.double({ min: 0.5, max: 0.99, noNaN: true }),
        (scores, stay) => {
          const n = scores.length;
          const few = speechFrames([{ startSec: 0, endSec: n / 25 }], 0);
          const none = faceEvidence(few, [], new Float32Array(0));
          const decoded = decodeJointly({
            steps: few,
            evidence: none,
            speakerOfLane: [],
            ratios: new Float32Array(0),
            speakerCount: 2,
            addVoice: (t, out) => {
              out[0]! += scores[t]![0];
              out[1]! += scores[t]![1];
            },
            stay,
          });
          const worth = (path: readonly number[]): number =>
            path.reduce((sum, s, t) => {
              const move = t === 0 ? 0.5 : path[t - 1] === s ? stay + (1 - stay) / 2 : (1 - stay) / 2;
              return sum + Math.log(move) + scores[t]![s]!;
            }, 0);
          const all = Array.from({ length: 2 ** n }, (_, code) =>
            Array.from({ length: n }, (__, t) => (code >> t) & 1),
          );
          expect(worth([...decoded.first])).toBeCloseTo(Math.max(...all.map(worth)), 4);
          // Posteriors by counting all sequences.
          const total = all.reduce((sum, path) => sum + Math.exp(worth(path)), 0);
          decoded.first.forEach((s, t) => {
            const mass = all.filter((path) => path[t] === s).reduce((sum, path) => sum + Math.exp(worth(path)), 0);
            expect(decoded.certainty[t]).toBeCloseTo(mass / total, 3);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('takes back changes that are too short to be turns', () => {
    const first = new Int32Array(steps.count);
    const second = new Int32Array(steps.count).fill(-1);
    first.fill(1, 20, 23);
    first.fill(1, 60, 80);
    second.fill(1, 5, 8);
    second.fill(1, 30, 45);
    smoothTurns(steps, first, second);
    expect(first[21]).toBe(0);
    expect(first[70]).toBe(1);
    expect(second[6]).toBe(-1);
    expect(second[40]).toBe(1);
  });
});

describe('the consistency rule', () => {
  it('asks for a look where sound alone and picture alone agree against the joint answer', () => {
    const joint = new Int32Array(steps.count);
    joint.fill(1, 50, 100);
    // Labels of the branches are their own: 7 and 8 for sound, 4 and 5 for picture.
    const audio = Int32Array.from(joint, (one) => (one === 0 ? 7 : 8));
    const visual = Int32Array.from(joint, (one) => (one === 0 ? 4 : 5));
    expect(conflicts(steps, { audio, visual, joint })).toEqual([]);
    audio.fill(8, 20, 35);
    expect(conflicts(steps, { audio, visual, joint })).toEqual([]);
    visual.fill(5, 20, 35);
    expect(conflicts(steps, { audio, visual, joint })).toEqual([{ startSec: 0.8, endSec: 1.4, joint: 0, agreed: 1 }]);
  });

  it('gives each step the window whose part of the speech it lies in', () => {
    const windows = [
      { startSec: 0, endSec: 1.5, region: 0 },
      { startSec: 0.75, endSec: 2.25, region: 0 },
    ];
    const labels = stepsOfWindows(steps, windows, [3, 4]);
    expect(labels[0]).toBe(3);
    expect(labels[27]).toBe(3);
    expect(labels[29]).toBe(4);
    expect(labels[99]).toBe(4);
  });
});

describe('smoothing of two at once', () => {
  const alone = (t: number): boolean => t < 40 || t >= 52;

  it('keeps a change of turns in which the first becomes the second', () => {
    // Steps 40–51 are shared; the first hands over in their middle, so that each half is short.
    const first = Int32Array.from({ length: 100 }, (_, t) => (t < 46 ? 0 : 1));
    const second = Int32Array.from({ length: 100 }, (_, t) => (alone(t) ? -1 : t < 46 ? 1 : 0));
    const before = second.slice();
    smoothTurns(steps, first, second);
    expect(second).toEqual(before);
    const short = Int32Array.from({ length: 100 }, (_, t) => (t < 44 || t >= 48 ? -1 : t < 46 ? 1 : 0));
    smoothTurns(steps, first, short);
    expect(short.every((speaker) => speaker === -1)).toBe(true);
  });

  it('lets nobody be second beside himself', () => {
    const first = new Int32Array(100);
    const second = Int32Array.from({ length: 100 }, (_, t) => (alone(t) ? -1 : t < 46 ? 0 : 1));
    smoothTurns(steps, first, second);
    second.forEach((speaker, t) => expect(speaker, `step ${t}`).toBe(t >= 46 && t < 52 ? 1 : -1));
  });
});

describe('second speakers', () => {
  const tracks = [0, 1].map((id) => ({ id, firstFrame: 0, frameCount: 100, firstRow: 100 * id, identity: id }));
  const rules = { overlapFrom: 0.5 };
  const count = (a: number, b: number, options: { firstSeen?: boolean } = {}): number => {
    const talking = new Float32Array(200).fill(a, 0, 100).fill(b, 100);
    const evidence = faceEvidence(steps, tracks, talking);
    // The first speaker is that of the first face, or somebody who is not seen.
    const first = new Int32Array(steps.count).fill(options.firstSeen === false ? 2 : 0);
    const second = secondFaces({ evidence, rules }, first, [0, 1], plainScores(2));
    return second.filter((speaker) => speaker === 1).length / steps.count;
  };

  it('are faces that talk while that of the first speaker talks too', () => {
    expect(count(0.95, 0.9)).toBe(1);
    expect(count(0.95, 0.3)).toBe(0);
  });

  it('are not those of whom one talks, but it is not sure which', () => {
    expect(count(0.5, 0.55)).toBe(0);
    expect(count(0.1, 0.95)).toBe(0);
  });

  it('are not faces that move while somebody speaks who is not seen', () => {
    expect(count(0.1, 0.95, { firstSeen: false })).toBe(0);
  });
});
