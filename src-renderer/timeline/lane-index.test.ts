import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aSegment, aSpeaker } from '../testing/builders.ts';
import { buildIndex, doubtOf } from './lane-index.ts';

const speakers = [aSpeaker('a', { order: 2 }), aSpeaker('b', { order: 1 }), aSpeaker('c', { order: 3 })];

describe('index', () => {
  it('puts lanes in the speakers’ order and segments in their lanes', () => {
    const segments = [aSegment('1', 'a', 0, 1), aSegment('2', 'b', 0.5, 2), aSegment('3', 'a', 3, 4)];
    const index = buildIndex(speakers, segments, 0.5);
    expect(index.lanes.map((lane) => lane.speaker.id)).toEqual(['b', 'a', 'c']);
    expect(index.placeOf('3')).toEqual({ lane: 1, index: 1 });
    expect([...index.edgesSec]).toEqual([0, 0.5, 1, 2, 3, 4]);
  });

  it('finds overlap of different speakers and only that', () => {
    const times = fc.array(
      fc.record({ who: fc.constantFrom('a', 'b', 'c'), start: fc.nat(60), length: fc.integer({ min: 1, max: 20 }) }),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(times, (raw) => {
        const segments = raw
          .map(({ who, start, length }, i) => aSegment(String(i), who, start, start + length))
          .sort((x, y) => x.startSec - y.startSec);
        const { overlap } = buildIndex(speakers, segments, 0.5);
        for (let sec = 0.5; sec < 85; sec++) {
          const talking = new Set(
            segments.filter((one) => one.startSec < sec && one.endSec > sec).map((one) => one.speakerId),
          );
          const inside = [...overlap.startsSec].some((from, i) => from < sec && overlap.endsSec[i]! > sec);
          expect(inside).toBe(talking.size >= 2);
        }
      }),
    );
  });

  it('leaves out segments whose speaker is gone', () => {
    expect(buildIndex(speakers, [aSegment('1', 'nobody', 0, 1)], 0.5).placeOf('1')).toBeUndefined();
  });

  it('after an edit is the same as made from nothing, and keeps the lanes that did not change', () => {
    const anySegment = fc.record({ id: fc.nat(30), who: fc.constantFrom('a', 'b', 'c'), start: fc.nat(60) });
    fc.assert(
      fc.property(fc.array(anySegment, { maxLength: 30 }), anySegment, fc.boolean(), (raw, change, isRemoval) => {
        const byId = new Map(raw.map(({ id, who, start }) => [id, aSegment(`${id}`, who, start, start + 7)]));
        const sorted = () => [...byId.values()].sort((x, y) => x.startSec - y.startSec || (x.id < y.id ? -1 : 1));
        const before = buildIndex(speakers, sorted(), 0.5);
        const old = byId.get(change.id);
        if (isRemoval) byId.delete(change.id);
        else byId.set(change.id, aSegment(`${change.id}`, change.who, change.start, change.start + 9));
        const after = buildIndex(speakers, sorted(), 0.5, before);
        const fresh = buildIndex(speakers, sorted(), 0.5);
        expect(after.lanes).toEqual(fresh.lanes);
        expect(after.overlap).toEqual(fresh.overlap);
        expect(after.edgesSec).toEqual(fresh.edgesSec);
        for (const id of byId.keys()) expect(after.placeOf(`${id}`)).toEqual(fresh.placeOf(`${id}`));
        const touched = new Set([old?.speakerId, isRemoval ? undefined : change.who]);
        for (const [lane, { speaker }] of after.lanes.entries()) {
          if (!touched.has(speaker.id)) expect(after.lanes[lane]).toBe(before.lanes[lane]);
        }
      }),
    );
  });

  it('is made anew with another limit of doubt', () => {
    const segments = [aSegment('1', 'a', 0, 1, { confidence: 0.6 })];
    const before = buildIndex(speakers, segments, 0.5);
    expect(buildIndex(speakers, segments, 0.7, before).lanes[1]!.doubt[0]).toBeCloseTo(0.4);
  });
});

describe('doubt', () => {
  it('is 1 − confidence below the limit, nothing above it or once accepted', () => {
    expect(doubtOf(aSegment('1', 'a', 0, 1, { confidence: 0.3 }), 0.5)).toBeCloseTo(0.7);
    expect(doubtOf(aSegment('1', 'a', 0, 1, { confidence: 0.6 }), 0.5)).toBe(0);
    expect(doubtOf(aSegment('1', 'a', 0, 1, { confidence: 0.3, review: 'accepted' }), 0.5)).toBe(0);
  });

  it('is there where a person says so, with or without a confidence', () => {
    expect(doubtOf(aSegment('1', 'a', 0, 1, { confidence: null, review: 'doubtful' }), 0.5)).toBe(0.5);
    expect(doubtOf(aSegment('1', 'a', 0, 1, { confidence: 0.99, review: 'doubtful' }), 0.5)).toBeGreaterThan(0);
  });
});
