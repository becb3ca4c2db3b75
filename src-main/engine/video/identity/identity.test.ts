import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TRACK_ROW_VALUES } from '../tracking/track-file.ts';
import { BLOCK_FRAMES } from '../views/view-plan.ts';
import { LIP, LIP_VALUES } from '../lips/lip-file.ts';
import { worthComparing } from './identities-stage.ts';
import { identityConfidence } from './identity-confidence.ts';
import { decodeLooks, encodeLooks } from './look-file.ts';
import { planLooks } from './look-plan.ts';
import { lookQuality } from './look-quality.ts';
import { matchIdentities } from './match-identities.ts';
import {
  groupByAverage,
  groupByMedian,
  medianDistance,
  median,
  seenTogether,
  type LookedTrack,
} from './track-groups.ts';

/** A vector of length 1 at an angle: 1 − cos of the difference is the distance of two. */
const at = (degrees: number): Float32Array =>
  Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));
const track = (...degrees: number[]): LookedTrack => ({ vectors: degrees.map(at) });

const anyTracks = fc.array(
  fc.array(fc.integer({ min: 0, max: 359 }), { minLength: 1, maxLength: 4 }).map((angles) => track(...angles)),
  { minLength: 1, maxLength: 14 },
);
const anyPairs = (count: number): fc.Arbitrary<[number, number][]> =>
  fc
    .array(fc.tuple(fc.nat(Math.max(0, count - 1)), fc.nat(Math.max(0, count - 1))), { maxLength: 10 })
    .map((pairs) => pairs.filter(([a, b]) => a !== b));
const anyProblem = anyTracks.chain((tracks) =>
  fc.tuple(fc.constant(tracks), anyPairs(tracks.length), fc.double({ min: 0.01, max: 1, noNaN: true })),
);

describe.each([
  ['the median rule', groupByMedian],
  ['average linkage', groupByAverage],
])('people by %s', (_name, group) => {
  it('never are two tracks that are seen together', () => {
    fc.assert(
      fc.property(anyProblem, ([tracks, cannotLink, maxDistance]) => {
        const labels = group(tracks, { maxDistance, cannotLink });
        for (const [a, b] of cannotLink) expect(labels[a]).not.toBe(labels[b]);
      }),
    );
  });

  it('are numbered by appearance, without gaps', () => {
    fc.assert(
      fc.property(anyProblem, ([tracks, cannotLink, maxDistance]) => {
        let next = 0;
        for (const label of group(tracks, { maxDistance, cannotLink })) {
          expect(label).toBeLessThanOrEqual(next);
          if (label === next) next++;
        }
      }),
    );
  });

  it('are all one where everything may be joined, all apart where nothing may', () => {
    const tracks = [track(0, 5), track(40), track(80), track(3)];
    expect([...group(tracks, { maxDistance: 2, cannotLink: [] })]).toEqual([0, 0, 0, 0]);
    expect([...group(tracks, { maxDistance: -1, cannotLink: [] })]).toEqual([0, 1, 2, 3]);
    expect([...group([], { maxDistance: 1, cannotLink: [] })]).toEqual([]);
  });

  it('are those whose faces are alike', () => {
    const tracks = [track(0, 4, 8), track(90, 94), track(2), track(97), track(180)];
    expect([...group(tracks, { maxDistance: 0.1, cannotLink: [] })]).toEqual([0, 1, 0, 1, 2]);
  });

  it('are two where two alike are seen together, and a third joins the nearer', () => {
    const tracks = [track(0), track(8), track(7)];
    expect([...group(tracks, { maxDistance: 0.2, cannotLink: [[0, 1]] })]).toEqual([0, 1, 1]);
  });
});

describe('the median rule', () => {
  it('is the plain rule of the paper', () => {
    fc.assert(
      fc.property(anyProblem, ([tracks, cannotLink, maxDistance]) => {
        const groups: number[][] = [];
        tracks.forEach((one, number) => {
          const open = groups.filter(
            (members) =>
              !cannotLink.some(([a, b]) => [a, b].includes(number) && members.some((m) => m === a || m === b)),
          );
          const ranked = open
            .map((members) => ({
              members,
              distance: medianDistance(one, { vectors: members.flatMap((member) => tracks[member]!.vectors) }),
            }))
            .sort((a, b) => a.distance - b.distance);
          if (ranked[0] && ranked[0].distance <= maxDistance) ranked[0].members.push(number);
          else groups.push([number]);
        });
        const labels = groupByMedian(tracks, { maxDistance, cannotLink });
        expect(groups.every((members) => new Set(members.map((member) => labels[member])).size === 1)).toBe(true);
        expect(new Set(labels).size).toBe(groups.length);
      }),
    );
  });
});

describe('average linkage', () => {
  it('gives the same people in any order of the tracks', () => {
    fc.assert(
      fc.property(anyTracks, fc.double({ min: 0.01, max: 1, noNaN: true }), fc.nat(), (tracks, maxDistance, seed) => {
        const order = tracks.map((_, index) => index).sort((a, b) => ((a * 7 + seed) % 13) - ((b * 7 + seed) % 13));
        // Equal distances may be joined in either order.
        const jittered = tracks.map(({ vectors }, index) => ({
          vectors: vectors.map((vector) =>
            at((Math.atan2(vector[1]!, vector[0]!) * 180) / Math.PI + 0.013 * index ** 1.3),
          ),
        }));
        const labels = groupByAverage(jittered, { maxDistance, cannotLink: [] });
        const moved = groupByAverage(
          order.map((index) => jittered[index]!),
          { maxDistance, cannotLink: [] },
        );
        for (let a = 0; a < order.length; a++) {
          for (let b = 0; b < a; b++) {
            expect(moved[a] === moved[b]).toBe(labels[order[a]!] === labels[order[b]!]);
          }
        }
      }),
    );
  });

  it('takes many tracks in parts, with the people they have in common', () => {
    const tracks = Array.from({ length: 1300 }, (_, index) => track(120 * (index % 3) + (index % 5)));
    const labels = groupByAverage(tracks, { maxDistance: 0.3, cannotLink: [[0, 1200]] });
    expect(labels[0]).not.toBe(labels[1200]);
    expect(new Set([...labels].filter((_, index) => index % 3 === 1)).size).toBe(1);
    expect(new Set(labels).size).toBe(4);
  }, 30_000);
});

describe('tracks seen together', () => {
  const anySpans = fc.array(fc.record({ firstFrame: fc.nat(60), frameCount: fc.integer({ min: 1, max: 40 }) }), {
    maxLength: 12,
  });
  it('share so many frames', () => {
    fc.assert(
      fc.property(anySpans, fc.integer({ min: 1, max: 15 }), (tracks, minFrames) => {
        const pairs = new Set(seenTogether(tracks, minFrames).map(([a, b]) => `${a} ${b}`));
        tracks.forEach((one, a) =>
          tracks.slice(a + 1).forEach((other, after) => {
            const shared =
              Math.min(one.firstFrame + one.frameCount, other.firstFrame + other.frameCount) -
              Math.max(one.firstFrame, other.firstFrame);
            expect(pairs.has(`${a} ${a + 1 + after}`)).toBe(shared >= minFrames);
          }),
        );
      }),
    );
  });
});

describe('how sure an identity is', () => {
  const options = { maxDistance: 0.1, distanceScale: 0.02 };
  it('is more the nearer the person’s other tracks and the farther the other people', () => {
    const [near, , doubtful] = identityConfidence([track(0), track(1), track(24)], [0, 0, 0], options);
    expect(near).toBeGreaterThan(0.5);
    expect(doubtful!).toBeLessThan(near!);
    const [alone] = identityConfidence([track(0), track(90)], [0, 1], options);
    expect(alone).toBeGreaterThan(0.99);
    const [closeCall] = identityConfidence([track(0), track(27)], [0, 1], options);
    expect(closeCall).toBeGreaterThan(0.5);
    expect(closeCall).toBeLessThan(0.7);
  });
  it('lies in 0..1, also for one track and for none', () => {
    expect(identityConfidence([], [], options)).toEqual([]);
    expect(identityConfidence([track(5)], [0], options)).toEqual([1]);
    fc.assert(
      fc.property(anyProblem, ([tracks, cannotLink, maxDistance]) => {
        const labels = groupByAverage(tracks, { maxDistance, cannotLink });
        for (const value of identityConfidence(tracks, labels, { maxDistance, distanceScale: 0.05 })) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('people across files', () => {
  const file = (...people: LookedTrack[]) => ({ identities: people.map(({ vectors }, id) => ({ id, vectors })) });
  it('are those whose faces are alike', () => {
    const files = [file(track(0, 3), track(90)), file(track(92, 95)), file(track(200), track(5))];
    expect(matchIdentities(files, 0.1)).toEqual([[0, 1], [1], [2, 0]]);
  });
  it('are never two of one file', () => {
    fc.assert(
      fc.property(fc.array(anyTracks, { maxLength: 4 }), fc.double({ min: 0, max: 2, noNaN: true }), (files, most) => {
        const people = matchIdentities(
          files.map((tracks) => file(...tracks)),
          most,
        );
        people.forEach((named, index) => {
          expect(named).toHaveLength(files[index]!.length);
          expect(new Set(named).size).toBe(named.length);
        });
      }),
      { numRuns: 60 },
    );
  });
  it('keep those apart who have no face to compare', () => {
    expect(matchIdentities([file(track()), file(track())], 2)).toEqual([[0], [1]]);
    expect(matchIdentities([], 1)).toEqual([]);
  });
});

describe('the median', () => {
  it('is the middle, or the mean of the two', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe('faces taken of a track', () => {
  const tracks = [
    { id: 7, firstRow: 0, firstFrame: 700, frameCount: 1000 },
    { id: 8, firstRow: 1000, firstFrame: 0, frameCount: 30 },
  ];
  const rows = new Float32Array(1030 * TRACK_ROW_VALUES);
  for (let row = 0; row < 1030; row++) {
    // The face of frames whose number ends in 3 is larger; that of those that end in 8 looks aside.
    const side = row % 10 === 3 ? 0.2 : 0.1;
    const nose = row % 10 === 8 ? 0.09 : 0.05;
    rows.set([0.1, 0.1, 0.1 + side, 0.1 + side, 1, 0.02, 0, 0.08, 0, nose, 0], row * TRACK_ROW_VALUES);
  }
  const options = { frameRateHz: 25, looksPerSec: 1, maxLooks: 12, aspect: 16 / 9 };
  const plan = planLooks(tracks, rows, [[{ from: 700, to: 1700 }], [{ from: 10, to: 30 }]], options);

  it('are one a second, at most twelve, spread over it', () => {
    expect(plan.map(({ trackId }) => trackId)).toEqual([...Array<number>(12).fill(7), 8]);
    plan.slice(0, 12).forEach(({ rows: candidates }, window) => {
      for (const row of candidates) {
        expect(row).toBeGreaterThanOrEqual(Math.floor((window * 1000) / 12));
        expect(row).toBeLessThan(Math.floor(((window + 1) * 1000) / 12));
      }
    });
  });
  it('are the ones that promise most, some frames apart, in one block', () => {
    for (const { rows: candidates, trackId } of plan) {
      expect(candidates.length).toBeGreaterThan(0);
      expect(candidates[0]! % 10).toBe(3);
      expect(candidates.every((row) => row % 10 !== 8)).toBe(true);
      const { firstFrame, firstRow } = tracks.find(({ id }) => id === trackId)!;
      const frames = candidates.map((row) => row - firstRow + firstFrame);
      expect(new Set(frames.map((frame) => Math.floor(frame / BLOCK_FRAMES))).size).toBe(1);
      frames.forEach((frame, index) =>
        frames.slice(0, index).forEach((other) => expect(Math.abs(other - frame)).toBeGreaterThanOrEqual(4)),
      );
    }
  });
  it('are none where nothing is looked at', () => {
    expect(planLooks(tracks, rows, [[], []], options)).toEqual([]);
  });
});

describe('quality', () => {
  const row = (patch: Partial<Record<keyof typeof LIP, number>> = {}): Float32Array => {
    const values = new Float32Array(LIP_VALUES);
    for (const [name, value] of Object.entries({
      ...{ meshProbability: 1, yawDeg: 0, sharpness: 8, brightness: 0.5 },
      ...patch,
    })) {
      values[LIP[name as keyof typeof LIP]] = value;
    }
    return values;
  };
  it('passes the gate for a good face and not for a small, turned, blurred or dark one', () => {
    expect(lookQuality(row(), 120)).toBeGreaterThan(0.9);
    for (const bad of [row({ yawDeg: 50 }), row({ sharpness: 1 }), row({ brightness: 0.05 })]) {
      expect(lookQuality(bad, 120)).toBeLessThan(0.7);
    }
    expect(lookQuality(row(), 24)).toBeLessThan(0.7);
    expect(lookQuality(row({ meshProbability: 0.1, yawDeg: NaN }), 120)).toBeLessThan(0.2);
  });
  it('decides which faces are compared', () => {
    const look = (trackId: number, quality: number, vector = at(0)) => ({ trackId, frame: 0, quality, vector });
    const looks = [look(1, 0.9), look(1, 0.3), look(2, 0.2), look(2, 0.4), look(3, 0.9, Float32Array.of(0, 0))];
    const found = worthComparing(looks, 0.7);
    expect([...found].map(([id, kept]) => [id, kept.map(({ quality }) => quality)])).toEqual([
      [1, [0.9]],
      [2, [0.4, 0.2]],
    ]);
  });
});

describe('the file of looks', () => {
  it('gives back what went in', () => {
    const looks = [0, 1].map((trackId) => ({ trackId, frame: 4_000_001 + trackId, quality: 0.5, vector: at(30) }));
    expect(decodeLooks(encodeLooks(looks, 2), 2)).toEqual(looks);
    expect(decodeLooks(new Float32Array(0), 2)).toEqual([]);
  });
});
