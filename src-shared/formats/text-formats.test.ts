import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { itShared, sharedPath } from '../../src-main/testing/shared-data.ts';
import { AppError } from '../api/errors.ts';
import { datasetFormats } from './dataset-formats.ts';
import { parseEaf, serialiseEaf } from './eaf.ts';
import { convertLabels, labelFormats, readLabels, writeLabels, type LabelFormat } from './index.ts';
import { decodeText } from './text/decode.ts';
import { damaged, speakerName, turn } from './testing/arbitraries.ts';
import { parseTextGrid, serialiseTextGrid, textGridTurns } from './textgrid.ts';
import { compareTurns, emptyLabels, type Turn } from './turn.ts';
import { childrenNamed, parseXml, type XmlElement } from './xml/parse.ts';

// Hundreds of files and thousands of random ones; the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

const options = { stem: 'talk', appVersion: '0.1.0', createdMs: 0 };
/** Formats that hold a list of turns as it is; those of data sets are in dataset-formats.test.ts. */
const turnFormats = labelFormats.filter(
  (format) => format.can.turns && format.serialise && !datasetFormats.includes(format),
);
const words = fc.constantFrom(undefined, 'hello', 'què és “això”?', 'a < b & c', '=1+1', 'one two', '<v Bob>');
/** Names every format holds as they are. */
const plainName = fc.constantFrom(
  'Anna',
  'spk00',
  'ID_0/3',
  'Zoë🎤',
  '__proto__',
  'constructor',
  '7',
  "O'Neil",
  'MEE071',
);

/** A turn as a format can hold it. */
function held(one: Turn, format: LabelFormat): Turn {
  const { fileId, channel, startSec, endSec, speaker, confidence, text } = one;
  const base = { fileId, channel, startSec, endSec, speaker, confidence: format.can.confidence ? confidence : null };
  return format.can.text && text ? { ...base, text } : base;
}

const labelled = (startStep: number) =>
  fc.array(
    fc.tuple(turn(plainName, fc.constant('talk')), words).map(([one, text]) => {
      const snap = (sec: number) => Math.round(Math.round(sec / startStep) * startStep * 1000) / 1000;
      const startSec = snap(one.startSec);
      const plain = {
        ...one,
        startSec,
        endSec: Math.max(snap(one.endSec), Math.round((startSec + startStep) * 1000) / 1000),
      };
      return text === undefined ? plain : { ...plain, text };
    }),
    { minLength: 1, maxLength: 12 },
  );

describe.each(turnFormats.map((format) => [format.id, format] as const))('%s', (id, format) => {
  const name = `talk${format.extensions[0]}`;

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(labelled(id === 'lium' ? 0.01 : 0.001), (turns) => {
        const { text } = writeLabels({ ...emptyLabels(), turns }, id, options);
        const back = readLabels(text, name);
        expect(back.formatId).toBe(id);
        expect([...back.labels.turns].sort(compareTurns)).toEqual(
          [...turns]
            .sort(compareTurns)
            .map((one) => held(one, format))
            .sort(compareTurns),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('takes any name: speakers stay as many as they are, and what is changed is said', () => {
    fc.assert(
      fc.property(fc.array(turn(speakerName, fc.constant('talk')), { minLength: 1, maxLength: 8 }), (turns) => {
        const long = turns.map((one) => ({ ...one, endSec: one.endSec + 1 }));
        const { text, warnings } = writeLabels({ ...emptyLabels(), turns: long }, id, options);
        const back = readLabels(text, name, id).labels.turns;
        const names = (list: readonly Turn[]) => new Set(list.map((one) => one.speaker));
        expect(names(back).size).toBe(names(long).size);
        const changed = [...names(long)].filter((one) => !names(back).has(one));
        const said = warnings.filter((warning) => warning.includes('is written as'));
        expect(said).toHaveLength(changed.length);
      }),
      { numRuns: 60 },
    );
  });

  it('reads or refuses damaged files', () => {
    const turns: Turn[] = [
      { fileId: 'talk', channel: '1', startSec: 0.5, endSec: 2, speaker: 'Anna', confidence: 0.5, text: 'hi "there"' },
      { fileId: 'talk', channel: '1', startSec: 1, endSec: 3.25, speaker: 'Ben', confidence: null },
    ];
    const { text } = writeLabels({ ...emptyLabels(), turns }, id, options);
    fc.assert(
      fc.property(damaged(text), (broken) => {
        try {
          const { labels } = readLabels(broken, name, id);
          for (const one of labels.turns) {
            expect(one.startSec).toBeGreaterThanOrEqual(0);
            expect(one.endSec).toBeGreaterThan(one.startSec);
            expect(one.endSec).toBeLessThanOrEqual(360_000);
            expect(one.speaker).not.toBe('');
          }
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          expect(error.data.code).toBe('bad-input');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('writes and reads no turns at all', () => {
    const { text } = writeLabels(emptyLabels(), id, options);
    expect(readLabels(text, name, id).labels.turns).toEqual([]);
  });
});

describe('what people bring', () => {
  const turnsOf = (text: string, name: string) =>
    readLabels(text, name).labels.turns.map((one) => [one.speaker, one.startSec, one.endSec, one.text]);

  it.each([
    [
      'a.vtt',
      'WEBVTT - talk\n\nNOTE by hand\n\nid 1\n00:00.500 --> 00:02.000 align:start\n<v.loud Anna>Hello</v> <v Ben>Hi &amp; bye\n',
      [
        ['Anna', 0.5, 2, 'Hello'],
        ['Ben', 0.5, 2, 'Hi & bye'],
      ],
    ],
    ['a.vtt', 'WEBVTT\n\n00:00.000 --> 00:02.000\n[SPEAKER_01]: Hola\n', [['SPEAKER_01', 0, 2, 'Hola']]],
    [
      'a.srt',
      '1\r\n00:00:01,000 --> 00:01:02,500\r\nANNA: one\r\ntwo\r\n\r\n2\r\n00:01:03,000 --> 00:01:04,000\r\nBEN: three\r\n',
      [
        ['ANNA', 1, 62.5, 'one\ntwo'],
        ['BEN', 63, 64, 'three'],
      ],
    ],
    [
      'a.srt',
      '1\n00:00:01,000 --> 00:00:02,000\nWait: what?\n\n2\n00:00:03,000 --> 00:00:04,000\nNothing\n',
      [
        ['unknown', 1, 2, 'Wait: what?'],
        ['unknown', 3, 4, 'Nothing'],
      ],
    ],
    ['a.csv', 'Speaker;Start Time;Duration\r\n"Ann; ""A""";0.1;0.2\r\n', [['Ann; "A"', 0.1, 0.3, undefined]]],
    ['a.tsv', 'start\tend\tlabel\n1\t2\tAnna\n', [['Anna', 1, 2, undefined]]],
    ['a.json', '{"diarization":[{"start":0.1,"end":2,"speaker":"SPEAKER_00"}]}', [['SPEAKER_00', 0.1, 2, undefined]]],
    [
      'a.json',
      '{"text":" hi","segments":[{"id":1,"start":0.0,"end":2.0,"text":" hi","words":null,"speaker":"S1"}]}',
      [['S1', 0, 2, 'hi']],
    ],
    [
      'a.json',
      '[{"session_id":"r","start_time":"1","end_time":"2","speaker":"Bob","words":"x y"}]',
      [['Bob', 1, 2, 'x y']],
    ],
    [
      'cpp.json',
      '{"result":{"language":"en"},"transcription":[{"timestamps":{"from":"x","to":"y"},"offsets":{"from":40,"to":2500},"text":" Hello"}]}',
      [['unknown', 0.04, 2.5, 'Hello']],
    ],
    ['labels.txt', '0.000000\t1.500000\tAnna B\n\\\t100\t200\n2.0\t2.0\tmark\n', [['Anna B', 0, 1.5, undefined]]],
    ['a.lbl', '0.00 1.50 spk1\n', [['spk1', 0, 1.5, undefined]]],
    ['a.seg', ';; cluster S0\nshow 1 0 250 M S U S0\n', [['S0', 0, 2.5, undefined]]],
    ['a.stm', ';; x\nsample 1 Diane 6.68 7.16 Hello?\n', [['Diane', 6.68, 7.16, 'Hello?']]],
  ])('%s %#', (name, text, expected) => {
    expect(turnsOf(text, name)).toEqual(expected);
  });

  it.each([
    ['a.vtt', 'WEBVTT\n\n00:02.000 --> 00:01.000\nx', 'line 3, column 15: the cue ends before it begins'],
    ['a.vtt', 'WEBVTT\n\n00:61.000 --> 00:02.000\nx', 'line 3, column 1: "00:61.000" is no time'],
    ['a.csv', 'start,end\n1,2\n', 'has no column "speaker"'],
    ['a.csv', 'start,end,speaker\n1,2\n', 'line 2, column 1: the row has 2 cells, the header 3'],
    ['a.csv', 'start,end,speaker\n1,x,A\n', 'line 2, column 3: the end time "x" is not a number'],
    ['a.csv', 'start,end,speaker\n1,2,"A', 'line 2, column 5: a cell in quotes is not closed'],
    [
      'a.json',
      '{"diarization":[{"start":2,"end":1,"speaker":"x"}]}',
      'line 1, column 17: a segment ends before it begins',
    ],
    ['a.json', '{"diarization":[{"start":0,"end":1e999}]}', 'too large'],
    ['a.lbl', '1 1 x\n', 'line 1, column 3: the turn has no length'],
    ['a.seg', 'show 1 0 2.5 M S U S0\n', 'line 1, column 10: "2.5" is not a count of 10 ms frames'],
    ['a.stm', 'f 1 A 2 1 x\n', 'line 1, column 9: the end time is before the start time'],
    [
      'a.TextGrid',
      'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n-1\n',
      'line 5, column 1: the end time -1 is negative',
    ],
    [
      'a.TextGrid',
      'File type = "ooTextFile"\nObject class = "TextGrid"\n0 1 <exists> 1e9 ',
      'expected the number of tiers',
    ],
    [
      'a.TextGrid',
      'File type = "ooTextFile"\nObject class = "TextGrid"\n0 1 <exists> 1 "IntervalTier" "a" 0 1 1 0 1 "x',
      'a text in quotes is not closed',
    ],
    [
      'a.eaf',
      '<!DOCTYPE x [<!ENTITY a "b">]><ANNOTATION_DOCUMENT/>',
      'document types and entity definitions are not read',
    ],
    ['a.eaf', '<ANNOTATION_DOCUMENT>&lol;</ANNOTATION_DOCUMENT>', '"&lol;" is no known entity'],
    ['a.eaf', `<ANNOTATION_DOCUMENT>${'<x>'.repeat(10_000)}`, 'nested deeper than 200 levels'],
    ['a.eaf', '<ANNOTATION_DOCUMENT><TIER></ANNOTATION_DOCUMENT>', 'does not close <TIER>'],
    [
      'a.eaf',
      '<ANNOTATION_DOCUMENT><TIME_ORDER><TIME_SLOT TIME_SLOT_ID="t" TIME_VALUE="NaN"/></TIME_ORDER></ANNOTATION_DOCUMENT>',
      'column 34: the time "NaN"',
    ],
  ])('%s: refuses %j', (name, text, message) => {
    expect(() => readLabels(text, name)).toThrow(message);
  });

  it('a spreadsheet runs no cell as a formula', () => {
    const turns: Turn[] = ['=cmd()', "'=x", '@a', "plain 'quote"].map((speaker, at) => ({
      fileId: 't',
      channel: '1',
      startSec: at,
      endSec: at + 1,
      speaker,
      confidence: null,
    }));
    const { text } = writeLabels({ ...emptyLabels(), turns }, 'csv', options);
    expect(text).not.toMatch(/(^|,)[=@+-]/m);
    expect(readLabels(text, 't.csv').labels.turns.map((one) => one.speaker)).toEqual(turns.map((one) => one.speaker));
  });

  it('refuses labels of several recordings for a format of one', () => {
    const rttm = readLabels('SPEAKER a 1 0 1 <NA> <NA> x <NA>\nSPEAKER b 1 0 1 <NA> <NA> x <NA>\n', 'ab.rttm');
    expect(() => convertLabels(rttm, 'eaf', options)).toThrow(
      'One ELAN file holds one recording; the labels are of 2 (a, b, …)',
    );
  });

  it('takes a TextGrid whose single tier has repeating labels as labels of speakers', () => {
    const grid = (labels: string[]) => ({
      layout: 'long' as const,
      xmin: '0',
      xmax: '9',
      tiers: [
        {
          kind: 'interval' as const,
          name: 'who',
          xmin: '0',
          xmax: '9',
          items: labels.map((text, at) => ({ start: String(at), end: String(at + 1), text })),
        },
      ],
    });
    expect(textGridTurns(grid(['a', 'b', '', 'a', 'b'])).turns.map((one) => one.speaker)).toEqual(['a', 'b', 'a', 'b']);
    expect(textGridTurns(grid(['hello', 'there'])).turns.map((one) => [one.speaker, one.text])).toEqual([
      ['who', 'hello'],
      ['who', 'there'],
    ]);
  });

  it('puts overlapping turns of one speaker on a further ELAN tier of the same participant', () => {
    const turns: Turn[] = [0, 1].map((at) => ({
      fileId: 'talk',
      channel: '1',
      startSec: at,
      endSec: at + 5,
      speaker: 'Anna',
      confidence: null,
    }));
    const { text, warnings } = writeLabels({ ...emptyLabels(), turns }, 'eaf', options);
    const document = parseEaf(text, { file: 'talk.eaf' });
    expect(childrenNamed(document.root, 'TIER').map((tier) => tier.attributes.get('TIER_ID'))).toEqual([
      'Anna',
      'Anna (2)',
    ]);
    expect(document.turns).toEqual(turns);
    expect(warnings).toEqual(['1 further tier(s) hold turns of a speaker that overlap each other.']);
  });

  it('lies ELAN slots without time evenly between their neighbours', () => {
    const slot = (id: number, ms?: number) =>
      `<TIME_SLOT TIME_SLOT_ID="t${id}"${ms === undefined ? '' : ` TIME_VALUE="${ms}"`}/>`;
    const annotation = (from: number) =>
      `<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a${from}" TIME_SLOT_REF1="t${from}" TIME_SLOT_REF2="t${from + 1}"><ANNOTATION_VALUE>w</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>`;
    const text = `<ANNOTATION_DOCUMENT><TIME_ORDER>${slot(1, 1000)}${slot(2)}${slot(3)}${slot(4, 4000)}</TIME_ORDER><TIER TIER_ID="A">${annotation(1)}${annotation(2)}${annotation(3)}</TIER></ANNOTATION_DOCUMENT>`;
    expect(parseEaf(text).turns.map((one) => [one.startSec, one.endSec])).toEqual([
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
  });
});

describe('texts made to take for ever', () => {
  const many = 300_000;
  it.each([
    ['line feeds', '\n'.repeat(many)],
    ['comments', ';\n'.repeat(many)],
    ['carriage returns', 'SPEAKER f 1 0 1 <NA> <NA> x <NA>\r'.repeat(many / 10)],
    ['spaces', ' '.repeat(many)],
    ['tags that never end', `WEBVTT\n\n00:00.000 --> 00:01.000\n${'<v '.repeat(many)}`],
    ['spaces in a tag', `WEBVTT\n\n00:00.000 --> 00:01.000\n<v${' '.repeat(many)}`],
    ['quotes', `start,end,speaker\n1,2,"${'""'.repeat(many)}`],
    ['empty cells', `start,end,speaker\n${','.repeat(many)}`],
    ['strings of a TextGrid', `File type = "ooTextFile"\nObject class = "TextGrid"\n${'""'.repeat(many)}`],
    ['elements', `<ANNOTATION_DOCUMENT>${'<a/>'.repeat(many / 10)}</ANNOTATION_DOCUMENT>`],
    ['attributes', `<ANNOTATION_DOCUMENT ${Array.from({ length: many / 100 }, (_, at) => `a${at}=""`).join(' ')}/>`],
    ['an endless number', `{"segments":[{"start":${'1'.repeat(many)}`],
    ['empty objects', `{"segments":[${'{},'.repeat(many)}`],
    ['dots', `{"file":{"1":{"fname":"${'.'.repeat(many)}"}},"metadata":{},"attribute":{}}`],
  ])('%s are read or refused at once by every format', (_, text) => {
    for (const format of labelFormats) {
      format.sniff(text.slice(0, 16_384));
      try {
        format.parse(text, { file: 'x' });
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }
  });
});

describe('interop files', () => {
  const folders = [
    'childproject/tests/data',
    'pympi_elan',
    'praatio_textgrids/examples/files',
    'praatio_textgrids/tests/files',
    'primock57_textgrids/transcripts',
  ].map((folder) => `data/interop/${folder}`);
  const strip = (element: XmlElement): unknown => [
    element.name,
    [...element.attributes],
    element.children.map((child) => (typeof child === 'string' ? child : strip(child))),
  ];

  for (const folder of folders) {
    itShared(`${folder}: every EAF and TextGrid is the same document after writing and reading again`, () => {
      const names = readdirSync(sharedPath(folder)).filter((name) => /\.(eaf|TextGrid)$/.test(name));
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) {
        const { text } = decodeText(new Uint8Array(readFileSync(sharedPath(folder, name))), name);
        expect(readLabels(text, name).labels.turns.length, name).toBeGreaterThan(0);
        if (name.endsWith('.eaf')) {
          const document = parseEaf(text);
          // As text: comparing trees of 100,000 nodes one by one takes seconds.
          expect(JSON.stringify(strip(parseXml(serialiseEaf(document))))).toBe(JSON.stringify(strip(document.root)));
        } else {
          const document = parseTextGrid(text);
          expect(parseTextGrid(serialiseTextGrid(document))).toEqual(document);
          const other = { ...document, layout: document.layout === 'long' ? ('short' as const) : ('long' as const) };
          expect(parseTextGrid(serialiseTextGrid(other))).toEqual(other);
        }
      }
    });
  }

  itShared('subtitles and Whisper JSON of one recording say the same', () => {
    const folder = 'data/audio/softcatala_dosparlants/ref-medium-diarization';
    const [vtt, srt, json] = ['vtt', 'srt', 'json'].map((extension) => {
      const bytes = new Uint8Array(readFileSync(sharedPath(folder, `dosparlants.${extension}`)));
      return readLabels(bytes, `dosparlants.${extension}`).labels.turns;
    });
    expect(vtt).toEqual(srt);
    expect(json!.map((one) => [one.speaker, one.startSec, one.endSec])).toEqual(
      vtt!.map((one) => [one.speaker, one.startSec, one.endSec]),
    );
  });
});
