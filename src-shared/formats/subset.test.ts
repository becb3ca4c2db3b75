import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { CuratedDocument } from '../domain/document.ts';
import type { DocRecord, Segment } from '../domain/records.ts';
import { documentLabels, type LabelledMedia } from './document-labels.ts';
import { subtract, unionOf, type Span } from './spans.ts';
import { countSubset, selectTurns, type TurnChoice } from './subset.ts';

vi.setConfig({ testTimeout: 60_000 });

const media = (durationSec = 100, range: LabelledMedia['choice']['range'] = null): LabelledMedia => ({
  fileId: 'talk',
  name: 'talk.mp4',
  choice: { audioStream: null, channel: 'mix', range },
  probe: { container: 'mov', durationSec, timeZeroSec: 0, audio: [], video: [], attachedPictures: 0 },
});
let count = 0;
const segment = (
  speakerId: string,
  startSec: number,
  endSec: number,
  review: Segment['review'] = 'accepted',
): Segment => ({
  kind: 'segment',
  id: `s${(count += 1)}`,
  speakerId,
  startSec,
  endSec,
  confidence: null,
  review,
  origin: 'machine',
  hypothesisId: 'h1',
});
const documentOf = (segments: Segment[]): CuratedDocument => {
  const speakers = [...new Set(segments.map((one) => one.speakerId))].map((id, order): DocRecord => {
    return { kind: 'speaker', id, name: `Name ${id}`, colour: order, order, origin: 'machine' };
  });
  return { mediaId: 'm', revision: 1, records: [...speakers, ...segments], undoLabel: null, redoLabel: null };
};
const all: TurnChoice = { speakerIds: null, reviewedOnly: false, minTurnSec: 0, withOverlap: true };
const select = (segments: Segment[], choice: Partial<TurnChoice>, of = media()) => {
  const file = selectTurns(documentOf(segments), of, { ...all, ...choice });
  return {
    turns: file.turns.map((one) => [one.speaker, one.startSec, one.endSec]),
    regions: file.regions.map((one) => [one.startSec, one.endSec]),
  };
};

describe('selectTurns', () => {
  const talk = () => [
    segment('a', 10, 20),
    segment('b', 18, 30),
    segment('a', 40, 41, 'unreviewed'),
    segment('c', 50, 60),
  ];

  it('takes everything by default; the whole recording is scored', () => {
    expect(select(talk(), {})).toEqual({
      turns: [
        ['Name a', 10, 20],
        ['Name b', 18, 30],
        ['Name a', 40, 41],
        ['Name c', 50, 60],
      ],
      regions: [[0, 100]],
    });
  });

  it('leaves the speech of speakers not chosen unscored', () => {
    expect(select(talk(), { speakerIds: ['a'] })).toEqual({
      turns: [
        ['Name a', 10, 20],
        ['Name a', 40, 41],
      ],
      regions: [
        [0, 18],
        [30, 50],
        [60, 100],
      ],
    });
  });

  it('reviewed only: leaves out what nobody accepted and the pauses beside it', () => {
    expect(select(talk(), { reviewedOnly: true })).toEqual({
      turns: [
        ['Name a', 10, 20],
        ['Name b', 18, 30],
        ['Name c', 50, 60],
      ],
      regions: [
        [0, 30],
        [50, 100],
      ],
    });
  });

  it('scores nothing when nothing was reviewed', () => {
    expect(select([segment('a', 1, 2, 'doubtful')], { reviewedOnly: true })).toEqual({ turns: [], regions: [] });
  });

  it('without overlap: cuts turns down to one voice, also against speakers that were not chosen', () => {
    expect(
      select([segment('a', 0, 10), segment('b', 4, 6), segment('c', 9, 12)], {
        withOverlap: false,
        speakerIds: ['a', 'b'],
      }),
    ).toEqual({
      turns: [
        ['Name a', 0, 4],
        ['Name a', 6, 9],
      ],
      regions: [
        [0, 4],
        [6, 9],
        [12, 100],
      ],
    });
  });

  it('asks the minimum length of what is left after cutting', () => {
    expect(select([segment('a', 0, 10), segment('b', 4, 9.5)], { withOverlap: false, minTurnSec: 1 }).turns).toEqual([
      ['Name a', 0, 4],
    ]);
  });

  it('keeps to the worked-on part of the recording', () => {
    const part = media(100, { startSec: 15, endSec: 55 });
    expect(select(talk(), {}, part)).toEqual({
      turns: [
        ['Name a', 15, 20],
        ['Name b', 18, 30],
        ['Name a', 40, 41],
        ['Name c', 50, 55],
      ],
      regions: [[15, 55]],
    });
  });

  const segments = fc.array(
    fc
      .tuple(
        fc.constantFrom('a', 'b', 'c'),
        fc.nat(90_000),
        fc.integer({ min: 1, max: 9_000 }),
        fc.constantFrom('accepted', 'unreviewed', 'doubtful'),
      )
      .map(([who, start, length, review]) => segment(who, start / 1000, (start + length) / 1000, review)),
    { maxLength: 25 },
  );
  const choices = fc.record({
    speakerIds: fc.option(fc.subarray(['a', 'b', 'c'])),
    reviewedOnly: fc.boolean(),
    minTurnSec: fc.constantFrom(0, 0.5, 2),
    withOverlap: fc.boolean(),
  });

  it('inside the scored regions the turns are the whole truth', () => {
    fc.assert(
      fc.property(segments, choices, fc.nat(99_999), (list, choice, ms) => {
        const file = selectTurns(documentOf(list), media(), choice);
        const at = ms / 1000;
        const covers = (one: { startSec: number; endSec: number }) => one.startSec <= at && at < one.endSec;
        if (!file.regions.some(covers)) return;
        const truth = new Set(list.filter(covers).map((one) => one.speakerId));
        expect(new Set(file.turns.filter(covers).map((one) => one.speakerId))).toEqual(truth);
      }),
      { numRuns: 500 },
    );
  });

  it('holds what was asked for: length, review, speakers, one voice at a time', () => {
    fc.assert(
      fc.property(segments, choices, (list, choice) => {
        const { turns } = selectTurns(documentOf(list), media(), choice);
        for (const one of turns) {
          expect(one.endSec - one.startSec).toBeGreaterThan(choice.minTurnSec - 1e-9);
          if (choice.reviewedOnly) expect(one.review).toBe('accepted');
          if (choice.speakerIds) expect(choice.speakerIds).toContain(one.speakerId);
          if (choice.withOverlap) continue;
          const others = list.filter((other) => other.speakerId !== one.speakerId);
          expect(others.some((other) => other.startSec < one.endSec && other.endSec > one.startSec)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('countSubset', () => {
  it('counts files with speech, speakers per file, turns and speech of each speaker once', () => {
    const file = selectTurns(documentOf([segment('a', 0, 4), segment('a', 2, 6), segment('b', 5, 7)]), media(), all);
    expect(countSubset([file, { turns: [] }])).toEqual({ files: 1, speakers: 2, turns: 3, speechSec: 8 });
  });
});

describe('documentLabels', () => {
  it('names speakers and scores the whole recording, with a warning, until something is reviewed', () => {
    const { labels, warnings } = documentLabels(documentOf([segment('a', 1, 2, 'unreviewed')]), media(9.9999));
    expect(labels.turns).toEqual([
      { fileId: 'talk', channel: '1', startSec: 1, endSec: 2, speaker: 'Name a', confidence: null },
    ]);
    expect(labels.regions).toEqual([{ fileId: 'talk', channel: '1', startSec: 0, endSec: 9.999 }]);
    expect(warnings).toHaveLength(1);
    expect(labels.media).toEqual([{ fileId: 'talk', name: 'talk.mp4', hasVideo: false }]);
  });
});

describe('spans', () => {
  const spans = fc.array(
    fc.tuple(fc.nat(60), fc.nat(20)).map(([start, length]): Span => ({ start, end: start + length })),
    { maxLength: 12 },
  );
  const points = (list: readonly Span[]) => {
    const set = new Set<number>();
    for (const span of list) for (let at = span.start; at < span.end; at++) set.add(at);
    return set;
  };
  it('union and difference hold the same instants as sets do', () => {
    fc.assert(
      fc.property(spans, spans, (a, b) => {
        expect(points(unionOf(a))).toEqual(points(a));
        expect(points(subtract(a, b))).toEqual(new Set([...points(a)].filter((at) => !points(b).has(at))));
        for (const [at, span] of subtract(a, b).entries()) {
          expect(span.end).toBeGreaterThan(span.start);
          if (at > 0) expect(span.start).toBeGreaterThan(subtract(a, b)[at - 1]!.end);
        }
      }),
    );
  });
});
