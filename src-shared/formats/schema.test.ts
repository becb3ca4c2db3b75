import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeLabels } from './index.ts';
import { speakerName, turn } from './testing/arbitraries.ts';
import { eafProblems } from './testing/eaf-schema.ts';
import { textGridProblems } from './testing/textgrid-schema.ts';
import { emptyLabels, type LabelSet } from './turn.ts';

const options = { stem: 'talk', appVersion: '0.1.0', createdMs: Date.UTC(2026, 1, 3) };
const labels: fc.Arbitrary<LabelSet> = fc.record({
  turns: fc.array(
    fc
      .tuple(turn(speakerName, fc.constant('talk')), fc.constantFrom('', 'hello', '"a" < b & ]]>', 'two\nlines'))
      .map(([one, text]) => ({ ...one, text })),
    { maxLength: 12 },
  ),
  regions: fc.constant([]),
  boxes: fc.constant([]),
  media: fc.constantFrom(
    [],
    [{ fileId: 'talk', name: 'my talk & "more".mp4', hasVideo: true }],
    [{ fileId: 'talk', name: 'talk.wav', hasVideo: false }],
  ),
});

describe('files for ELAN', () => {
  it('keep the rules of the published schema, whatever is in them', () => {
    fc.assert(
      fc.property(labels, (set) => {
        expect(eafProblems(writeLabels(set, 'eaf', options).text)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('the check finds what is wrong', () => {
    const turns = [1, 2].map((at) => ({ ...emptyTurn, startSec: at, endSec: at + 0.5 }));
    const { text } = writeLabels({ ...emptyLabels(), turns }, 'eaf', options);
    const broken = (from: string | RegExp, to: string): string => {
      const changed = text.replace(from, to);
      expect(changed).not.toBe(text);
      return eafProblems(changed).join();
    };
    expect(broken(' VERSION="3.0"', '')).toBe('<ANNOTATION_DOCUMENT> has no VERSION');
    expect(broken('TIME_SLOT_REF2="ts2"', 'TIME_SLOT_REF2="ts9"')).toContain('a slot that is not there');
    expect(broken('TIME_SLOT_ID="ts2"', 'TIME_SLOT_ID="ts1"')).toContain('"ts1" is there twice');
    expect(broken('LINGUISTIC_TYPE_REF="default-lt"', 'LINGUISTIC_TYPE_REF="x"')).toContain('of no known type');
    expect(broken('TIME_VALUE="1000"', 'TIME_VALUE="1600"')).toContain('lies before the one in front of it');
    expect(broken(/ {4}<TIME_ORDER>[\s\S]*<\/TIME_ORDER>\n([\s\S]*<\/TIER>\n)/, '$1    <TIME_ORDER/>\n')).toContain(
      'comes too late',
    );
    expect(broken('DATE="2026', 'DATE="26')).toContain('no xsd:dateTime');
  });
});
const emptyTurn = { fileId: 'talk', channel: '1', speaker: 'A', confidence: null };

describe('files for Praat', () => {
  it('are whole TextGrids, whatever is in them', () => {
    fc.assert(
      fc.property(labels, (set) => {
        fc.pre(set.turns.length > 0);
        expect(textGridProblems(writeLabels(set, 'textgrid', options).text)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('the check finds what is wrong', () => {
    const turns = [1, 2].map((at) => ({ ...emptyTurn, startSec: at, endSec: at + 0.5 }));
    const { text } = writeLabels({ ...emptyLabels(), turns }, 'textgrid', options);
    expect(textGridProblems(text)).toEqual([]);
    expect(textGridProblems(text.replace('xmin = 1.5', 'xmin = 1.6')).join()).toContain('begins at 1.6, not at 1.5');
    expect(textGridProblems(text.replace('intervals: size = 4', 'intervals: size = 3'))).not.toEqual([]);
    expect(textGridProblems(text.replace('size = 1', 'size = 2'))).not.toEqual([]);
  });
});
