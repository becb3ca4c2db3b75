import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { talkModel, talkModelAgain, type TalkModel } from './calibration.ts';
import { talkProbabilities, type HeardTalk, type TalkFace } from './talk-states.ts';

const heard = (speech: readonly number[]): HeardTalk => ({ speech, overlap: null });

const face = (firstFrame: number, scores: readonly number[]): TalkFace => ({
  firstFrame,
  scores: Float32Array.from(scores),
});

/** Every sequence of states weighed one by one: what the recursion must come to. */
function byEnumeration(
  faces: readonly TalkFace[],
  speech: readonly number[],
  overlap: readonly number[] | null,
  model: TalkModel,
): number[][] {
  const thereAt = (frame: number): number[] =>
    faces.flatMap(({ firstFrame, scores }, at) =>
      frame >= firstFrame && frame < firstFrame + scores.length ? [at] : [],
    );
  const statesAt = (frame: number): number[][] => {
    const there = thereAt(frame);
    return [[], ...there.map((a) => [a]), ...there.flatMap((a, k) => there.slice(k + 1).map((b) => [a, b]))];
  };
  const seen = (who: readonly number[], frame: number): number => {
    const heard = speech[frame]!;
    if (who.length === 0) return Math.exp(model.unseenScore * 2 * Math.max(0, heard - 0.5));
    const odds = Math.max(-4, Math.min(4, Math.log((heard + 0.02) / (1.02 - heard))));
    let sum =
      model.speechWeight * odds +
      (who.length === 2 ? model.pairScore + model.overlapWeight * (overlap?.[frame] ?? 0) : 0);
    for (const at of who) {
      const value = faces[at]!.scores[frame - faces[at]!.firstFrame]!;
      sum += Number.isNaN(value) ? model.unknownScore : Math.max(-model.mostScore, Math.min(model.mostScore, value));
    }
    return Math.exp(sum);
  };
  const key = (who: readonly number[]): string => who.join();
  const change = (from: number[], to: number[], frame: number): number => {
    const there = thereAt(frame);
    if (key(thereAt(frame - 1)) !== key(there)) {
      const states = statesAt(frame);
      const left = from.filter((one) => there.includes(one));
      return 0.3 / states.length + (key(left) === key(to) ? 0.7 : 0);
    }
    const rates = speech[frame]! < 0.5 ? model.pause : model.speech;
    const others = there.length - 1;
    const kept = from.filter((one) => to.includes(one)).length;
    if (key(from) === key(to)) return 1;
    if (from.length === 0) return to.length === 1 ? rates.start / there.length : 0;
    if (to.length === 0) return from.length === 1 ? rates.stop : 0;
    if (from.length === 1 && to.length === 1) return rates.handOver / others;
    if (kept === 0) return 0;
    return from.length === 1 ? model.join / others : model.leave / 2;
  };
  const out = faces.map(({ scores }) => Array.from(scores, () => 0));
  let total = 0;
  const walk = (frame: number, path: number[][], weight: number): void => {
    if (frame === speech.length) {
      total += weight;
      path.forEach((who, at) => who.forEach((one) => (out[one]![at - faces[one]!.firstFrame]! += weight)));
      return;
    }
    const before = path.at(-1);
    statesAt(frame).forEach((who) => {
      const came = before ? change(before, who, frame) : 1;
      if (came > 0) walk(frame + 1, [...path, who], weight * seen(who, frame) * came);
    });
  };
  walk(0, [], 1);
  return out.map((values) => values.map((value) => value / total));
}

const score = fc.oneof(fc.double({ min: -3, max: 3, noNaN: true }), fc.constant(NaN));

describe('who talks among the faces of a shot', () => {
  it('is what weighing every sequence of states one by one comes to, also where faces come and go', () => {
    fc.assert(
      fc.property(
        fc.array(score, { minLength: 5, maxLength: 5 }),
        fc.array(score, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 1 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }),
        fc.option(fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 5, maxLength: 5 })),
        (first, second, start, speech, overlap) => {
          const faces = [face(0, first), face(start, second)];
          // Five frames are too few to know who speaks alone.
          const model = { ...talkModelAgain, leastAloneFrames: 0 };
          const wanted = byEnumeration(faces, speech, overlap, model);
          talkProbabilities(faces, { speech, overlap }, model).forEach((values, at) => {
            values.forEach((value, k) => expect(value).toBeCloseTo(wanted[at]![k]!, 4));
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  /** What frames say for a face that speaks, and for one that does not. */
  const [talks, rests] = [-0.1, -1.3];
  const frames = (...parts: readonly (readonly [count: number, value: number])[]): number[] =>
    parts.flatMap(([count, value]) => Array<number>(count).fill(value));

  it('gathers the frames of a turn: a short doubt inside it changes nothing', () => {
    const mine = frames([40, talks], [5, -0.8], [40, talks]);
    const other = frames([40, rests], [5, -0.7], [40, rests]);
    const [a, b] = talkProbabilities([face(0, mine), face(0, other)], heard(frames([85, 1])), talkModel);
    for (let k = 5; k < 80; k++) expect(a![k]! > b![k]!, `frame ${k}`).toBe(true);
  });

  it('lets a turn begin half a second before the one before it ends', () => {
    const first = frames([60, talks], [53, rests]);
    const second = frames([47, rests], [66, talks]);
    const third = frames([113, rests]);
    const faces = [first, second, third].map((scores) => face(0, scores));
    const [a, b, c] = talkProbabilities(faces, heard(frames([113, 1])), talkModel);
    for (let k = 49; k < 58; k++) expect(Math.min(a![k]!, b![k]!), `frame ${k}`).toBeGreaterThan(0.5);
    for (const k of [20, 35, 75, 100]) expect(Math.min(a![k]!, b![k]!), `frame ${k}`).toBeLessThan(0.2);
    expect(Math.max(...c!)).toBeLessThan(0.2);
  });

  it('makes no second speaker of a face that is never heard alone', () => {
    const speaker = frames([200, talks]);
    // As like the sound as a speaker for four seconds, while another one speaks.
    const silent = frames([50, -0.7], [100, talks], [50, -0.7]);
    const faces = [speaker, silent].map((scores) => face(0, scores));
    const [a, b] = talkProbabilities(faces, heard(frames([200, 1])), talkModel);
    for (let k = 5; k < 195; k++) expect(a![k]! - b![k]!, `frame ${k}`).toBeGreaterThan(0.5);
  });

  it('hands over without an overlap where the next begins as the one before ends', () => {
    const faces = [frames([60, talks], [60, rests]), frames([60, rests], [60, talks])].map((scores) => face(0, scores));
    const [a, b] = talkProbabilities(faces, heard(frames([120, 1])), talkModel);
    for (let k = 0; k < 120; k++) {
      if (Math.abs(k - 60) > 3) expect(Math.min(a![k]!, b![k]!), `frame ${k}`).toBeLessThan(0.2);
    }
  });

  it('says nobody in the picture where speech fits no face, and in silence', () => {
    const [unseen] = talkProbabilities([face(0, frames([60, rests]))], heard(frames([60, 1])), talkModel);
    expect(unseen![30]).toBeLessThan(0.1);
    const [silent] = talkProbabilities([face(0, frames([60, talks]))], heard(frames([60, 0])), talkModel);
    expect(silent![30]).toBeLessThan(0.1);
  });

  it('takes a doubtful change of speakers for two at once where two voices are heard, for none where one is', () => {
    const doubt = -0.75;
    const first = frames([60, talks], [12, doubt], [60, rests]);
    const second = frames([60, rests], [12, doubt], [60, talks]);
    const faces = [first, second].map((scores) => face(0, scores));
    const both = (odds: number): number => {
      const overlap = frames([60, -3], [12, odds], [60, -3]);
      const [a, b] = talkProbabilities(faces, { speech: frames([132, 1]), overlap }, talkModelAgain);
      return Math.min(a![66]!, b![66]!);
    };
    expect(both(3)).toBeGreaterThan(0.7);
    expect(both(-3)).toBeLessThan(0.5);
  });

  it('makes no second speaker of a resting face because two voices are heard', () => {
    const faces = [frames([100, talks]), frames([100, rests])].map((scores) => face(0, scores));
    const overlap = frames([40, -3], [20, 3], [40, -3]);
    const [, b] = talkProbabilities(faces, { speech: frames([100, 1]), overlap }, talkModelAgain);
    expect(Math.max(...b!)).toBeLessThan(0.3);
  });

  it('holds 18 faces', () => {
    const faces = Array.from({ length: 18 }, (_, at) => face(at, frames([100, at === 7 ? talks : rests])));
    const found = talkProbabilities(faces, heard(frames([120, 1])), talkModel);
    expect(found[7]![50]).toBeGreaterThan(0.9);
    found.forEach((values, at) => {
      if (at !== 7) expect(values[50]).toBeLessThan(0.1);
    });
  });

  it('has nothing to say of no face', () => {
    expect(talkProbabilities([], heard([1, 1]), talkModel)).toEqual([]);
  });
});
