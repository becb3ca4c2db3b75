import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { talkModel, type TalkModel } from './calibration.ts';
import { talkProbabilities, type TalkFace } from './talk-states.ts';

const face = (firstFrame: number, logOdds: readonly number[]): TalkFace => ({
  firstFrame,
  logOdds: Float32Array.from(logOdds),
});

/** Every sequence of states weighed one by one: what the recursion must come to. */
function byEnumeration(faces: readonly TalkFace[], speech: readonly number[], model: TalkModel): number[][] {
  const statesAt = (frame: number): number[][] => {
    const there = faces.flatMap(({ firstFrame, logOdds }, at) =>
      frame >= firstFrame && frame < firstFrame + logOdds.length ? [at] : [],
    );
    return [[], ...there.map((a) => [a]), ...there.flatMap((a, k) => there.slice(k + 1).map((b) => [a, b]))];
  };
  const priorOf = (states: number[][]): number[] => {
    const ones = states.filter(({ length }) => length === 1).length;
    const twos = states.filter(({ length }) => length === 2).length;
    const shares = states.map(({ length }) =>
      length === 0 ? 1 : length === 1 ? model.oneShare / ones : model.pairShare / twos,
    );
    const sum = shares.reduce((a, b) => a + b, 0);
    return shares.map((share) => share / sum);
  };
  const seen = (who: readonly number[], frame: number): number => {
    const heard = speech[frame]!;
    if (who.length === 0) return Math.exp(-model.unseenCost * 2 * Math.max(0, heard - 0.5));
    const odds = Math.max(-4, Math.min(4, Math.log((heard + 0.02) / (1.02 - heard))));
    let sum = model.speechWeight * odds + (who.length === 2 ? model.pairScore : 0);
    for (const at of who) {
      const value = faces[at]!.logOdds[frame - faces[at]!.firstFrame]!;
      const known = Number.isNaN(value) ? model.unknownLogOdds : value;
      sum += model.evidenceWeight * Math.max(-model.mostLogOdds, Math.min(model.mostLogOdds, known));
    }
    return Math.exp(sum);
  };
  const key = (who: readonly number[]): string => who.join();
  const out = faces.map(({ logOdds }) => Array.from(logOdds, () => 0));
  let total = 0;
  const walk = (frame: number, path: number[][], weight: number): void => {
    if (frame === speech.length) {
      total += weight;
      path.forEach((who, at) => who.forEach((one) => (out[one]![at - faces[one]!.firstFrame]! += weight)));
      return;
    }
    const states = statesAt(frame);
    const prior = priorOf(states);
    const change = speech[frame]! < 0.5 ? model.changeInPause : model.changeInSpeech;
    const before = path.at(-1);
    const stays = before && states.some((who) => key(who) === key(before));
    states.forEach((who, at) => {
      const stay = !before ? prior[at]! : stays ? (key(before) === key(who) ? 1 : 0) : prior[at]!;
      walk(frame + 1, [...path, who], weight * seen(who, frame) * ((1 - change) * stay + change * prior[at]!));
    });
  };
  walk(0, [], 1);
  return out.map((values) => values.map((value) => value / total));
}

const odds = fc.oneof(fc.double({ min: -9, max: 9, noNaN: true }), fc.constant(NaN));

describe('who talks among the faces of a shot', () => {
  it('is what weighing every sequence of states one by one comes to, also where faces come and go', () => {
    fc.assert(
      fc.property(
        fc.array(odds, { minLength: 5, maxLength: 5 }),
        fc.array(odds, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 1 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }),
        (first, second, start, speech) => {
          const faces = [face(0, first), face(start, second)];
          const wanted = byEnumeration(faces, speech, talkModel);
          talkProbabilities(faces, speech, talkModel).forEach((values, at) => {
            values.forEach((value, k) => expect(value).toBeCloseTo(wanted[at]![k]!, 4));
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gathers the frames of a turn: a short doubt inside it changes nothing', () => {
    const mine = [...Array<number>(40).fill(3), ...Array<number>(5).fill(-2), ...Array<number>(40).fill(3)];
    const other = mine.map((value) => -value);
    const [a, b] = talkProbabilities([face(0, mine), face(0, other)], Array<number>(85).fill(1), talkModel);
    for (let k = 5; k < 80; k++) expect(a![k]! > b![k]!, `frame ${k}`).toBe(true);
  });

  it('says nobody in the picture where speech fits no face, and in silence', () => {
    const quiet = Array<number>(60).fill(-7);
    const [unseen] = talkProbabilities([face(0, quiet)], Array<number>(60).fill(1), talkModel);
    expect(unseen![30]).toBeLessThan(0.1);
    const [silent] = talkProbabilities([face(0, Array<number>(60).fill(0))], Array<number>(60).fill(0), talkModel);
    expect(silent![30]).toBeLessThan(0.1);
  });

  it('holds 18 faces', () => {
    const faces = Array.from({ length: 18 }, (_, at) => face(at, Array<number>(100).fill(at === 7 ? 4 : -3)));
    const found = talkProbabilities(faces, Array<number>(120).fill(1), talkModel);
    expect(found[7]![50]).toBeGreaterThan(0.9);
    found.forEach((values, at) => {
      if (at !== 7) expect(values[50]).toBeLessThan(0.1);
    });
  });

  it('has nothing to say of no face', () => {
    expect(talkProbabilities([], [1, 1], talkModel)).toEqual([]);
  });
});
