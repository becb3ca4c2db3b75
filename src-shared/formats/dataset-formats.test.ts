import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../api/errors.ts';
import { datasetFormats, tellingFormats } from './dataset-formats.ts';
import { convertLabels, encodeLabels, readLabels, writeLabels } from './index.ts';
import { passesSyncGate } from './m3sd.ts';
import { damaged } from './testing/arbitraries.ts';
import { compareTurns, emptyLabels, type FaceBox, type LabelSet, type Turn } from './turn.ts';

const options = { stem: 'talk', appVersion: '0.1.0', createdMs: 0 };
const turn = (speaker: string, startSec: number, endSec: number, more: Partial<Turn> = {}): Turn => {
  return { fileId: 'talk', channel: '1', startSec, endSec, speaker, confidence: null, ...more };
};
const turnsOf = (text: string | Uint8Array, name: string) =>
  readLabels(text, name).labels.turns.map((one) => [one.speaker, one.startSec, one.endSec]);
const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** A file of each format, as other tools write them. */
const samples: Record<string, { name: string; text: string }> = {
  ctm: {
    name: 'a.ctm',
    text: ';; words\ntalk 1 0.50 0.25 hello 0.9 lex Anna\ntalk 1 0.80 0.20 there 0.7 lex Anna\ntalk 1 3.00 0.5 hi\n',
  },
  npy: { name: 'a.npy', text: npy('|u1', '(4, 2)', '\x01\x00\x01\x00\x00\x01\x00\x01') },
  ava: {
    name: 'val.csv',
    text: [
      'v1,1.00,0.1,0.2,0.3,0.5,NOT_SPEAKING,v1_0:1',
      'v1,1.04,0.1,0.2,0.3,0.5,SPEAKING_AUDIBLE,v1_0:1',
      'v1,1.08,0.1,0.2,0.3,0.5,SPEAKING_AUDIBLE,v1_0:1',
      'v1,1.12,0.1,0.2,0.3,0.5,SPEAKING_NOT_AUDIBLE,v1_0:1\n',
    ].join('\n'),
  },
  'm3sd-roi': {
    name: 'scene.json',
    text: '{"0":[{"id":"3","x1":10,"y1":20,"x2":30.5,"y2":60,"lip":[1,2,3,4]}],"1":[],"5":[{"id":2,"x1":0,"y1":0,"x2":1,"y2":1,"lip":[]}]}',
  },
  'm3sd-offsets': {
    name: 'offsets.csv',
    text: 'video_filename,AV_offset,Min_dist,Confidence\na, b.avi,-3,7.5,4.2\nc.avi,9,8,0.5\n',
  },
  voxblink2: {
    name: '00001.txt',
    text: 'Identity  : \tid00017\nReference : \t5a_xyz\nOffset    : \t0\nFV Conf   : \t1\nASD Conf  : \t2\n\nFRAME \tX \tY \tW \tH\n000010\t5\t6\t70\t80\n000012\t5\t6\t71\t80\n000035\t6\t6\t70\t80\n',
  },
  'label-studio': {
    name: 'export.json',
    text: JSON.stringify([
      {
        id: 1,
        data: { audio: '/data/upload/1/0a1b2c3d-talk.wav' },
        annotations: [
          { was_cancelled: true, result: [] },
          {
            result: [
              { id: 'x', type: 'labels', value: { start: 0.5, end: 2, labels: ['Anna', 'Ben'], channel: 0 } },
              { id: 'x', type: 'textarea', value: { start: 0.5, end: 2, text: ['hello'] } },
              { id: 'y', type: 'choices', value: { choices: ['noisy'] } },
              {
                id: 'z',
                type: 'videorectangle',
                value: {
                  labels: ['Face'],
                  sequence: [{ frame: 1, time: 0.04, x: 10, y: 20, width: 5, height: 50, enabled: true }],
                },
              },
            ],
          },
        ],
      },
    ]),
  },
  cvat: {
    name: 'annotations.xml',
    text: [
      '<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version>',
      '<meta><task><source>talk.mp4</source></task></meta>',
      '<track id="0" label="face">',
      ...[0, 1, 2, 3].map(
        (frame) =>
          `<box frame="${frame}" outside="${frame === 3 ? 1 : 0}" xtl="1.5" ytl="2" xbr="11.5" ybr="22"><attribute name="speaker">Anna</attribute><attribute name="speaking">${frame > 0}</attribute></box>`,
      ),
      '</track><track id="4" label="face"><box frame="7" outside="0" xtl="0" ytl="0" xbr="1" ybr="1"/></track></annotations>',
    ].join('\n'),
  },
};

function npy(descr: string, shape: string, data: string, order = 'False'): string {
  const head = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`.padEnd(117) + '\n';
  return `\x93NUMPY\x01\x00${String.fromCharCode(head.length)}\x00${head}${data}`;
}

describe.each([...tellingFormats, ...datasetFormats].map((format) => [format.id, format] as const))(
  '%s',
  (id, format) => {
    const { name, text } = samples[id]!;
    const content = format.binary ? bytes(text) : text;

    it('is told by its content and written back to the byte', () => {
      const file = readLabels(content, name);
      expect(file.formatId).toBe(id);
      const { boxes, turns, sync } = file.labels;
      expect(boxes.length + turns.length + (sync?.length ?? 0)).toBeGreaterThan(0);
      expect(convertLabels(file, id, options).bytes).toEqual(bytes(text));
    });

    it('reads or refuses damaged files, all or nothing', () => {
      fc.assert(
        fc.property(damaged(text), (broken) => {
          try {
            const { labels } = readLabels(format.binary ? bytes(broken) : broken, name, id);
            for (const one of labels.turns) {
              expect(one.endSec).toBeGreaterThan(one.startSec);
              expect(one.startSec).toBeGreaterThanOrEqual(0);
              expect(one.endSec).toBeLessThanOrEqual(360_000);
              expect(one.speaker).not.toBe('');
            }
            for (const box of labels.boxes) {
              expect(Number.isFinite(box.xPx + box.yPx + box.timeSec)).toBe(true);
              expect(Math.min(box.widthPx, box.heightPx, box.timeSec)).toBeGreaterThanOrEqual(0);
            }
          } catch (error) {
            if (!(error instanceof AppError)) throw error;
            expect(error.data.code).toBe('bad-input');
          }
        }),
        { numRuns: 400 },
      );
    });

    if (format.serialise) {
      it('what it wrote it reads again to the same labels', () => {
        const { labels } = readLabels(content, name);
        const written = writeLabels(labels, id, options);
        const back = readLabels(encodeLabels(written.text, id), name, id);
        expect(back.labels).toEqual(labels);
      });
    }
  },
);

describe('CTM', () => {
  it('words of one speaker make a turn until a pause', () => {
    const { labels, warnings } = readLabels(samples.ctm!.text, 'a.ctm');
    expect(labels.turns).toEqual([
      turn('Anna', 0.5, 1, { text: 'hello there', confidence: 0.8 }),
      turn('unknown', 3, 3.5, { text: 'hi' }),
    ]);
    expect(warnings).toEqual(['1 word(s) without a speaker are of "unknown".']);
  });

  it('gives back turns with pauses between them, words and confidences', () => {
    const list = fc.array(
      fc.record({
        gap: fc.integer({ min: 500, max: 5000 }),
        length: fc.integer({ min: 1, max: 9000 }),
        text: fc.constantFrom(undefined, 'hello', 'one two', 'a b c d e f g'),
        confidence: fc.option(fc.integer({ min: 0, max: 10_000 }).map((n) => n / 10_000)),
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('Anna', 'Zoë', '7'), list), (speakers) => {
        const turns = Object.entries(speakers).flatMap(([speaker, own]) => {
          let ms = 0;
          return own.map(({ gap, length, text, confidence }) => {
            const startMs = ms + gap;
            ms = startMs + length;
            return turn(speaker, startMs / 1000, ms / 1000, { confidence, ...(text === undefined ? {} : { text }) });
          });
        });
        const { text } = writeLabels({ ...emptyLabels(), turns }, 'ctm', options);
        expect(readLabels(text, 'talk.ctm', 'ctm').labels.turns).toEqual(turns.sort(compareTurns));
      }),
    );
  });

  it('says that words were spread and turns joined', () => {
    const turns = [turn('A', 0, 2, { text: 'a b' }), turn('A', 2.1, 3)];
    expect(writeLabels({ ...emptyLabels(), turns }, 'ctm', options).warnings).toEqual([
      'Times of words are not known: inside 1 turn(s) they were spread evenly.',
      "1 turn(s) begin within 0.5 s of the same speaker's last: CTM, which knows words only, makes one turn of them.",
    ]);
  });

  it.each([
    ['f 1 0 1', 'line 1, column 8: the line has 4 fields'],
    ['f 1 0 1 w 0.5 lex A extra', 'column 21: the line has 9 fields'],
    ['f 1 0 -1 w', 'line 1, column 7: the duration -1 is negative'],
    ['f 1 359999 2 w', 'beyond 360000 s'],
  ])('refuses %s', (text, message) => {
    expect(() => readLabels(text, 'a.ctm')).toThrow(message);
  });
});

describe('NumPy matrices', () => {
  it('a column is a speaker, a row 10 ms or what was asked for', () => {
    const content = bytes(samples.npy!.text);
    expect(turnsOf(content, 'a.npy')).toEqual([
      ['spk00', 0, 0.02],
      ['spk01', 0.02, 0.04],
    ]);
    const slow = readLabels(content, 'a.npy', undefined, { fps: 2 });
    expect(slow.labels.turns.map((one) => one.endSec)).toEqual([1, 2]);
    expect(slow.warnings).toEqual(['Speakers have no names in a matrix: columns are called spk00, spk01, ….']);
  });

  it('reads posteriors of any width, byte order and layout', () => {
    const float = (value: number, little: boolean) => {
      const view = new DataView(new ArrayBuffer(4));
      view.setFloat32(0, value, little);
      return String.fromCharCode(...new Uint8Array(view.buffer));
    };
    const rows = [0.75, 0.25, 0.75, 0.25, 0.25, 1];
    const little = npy('<f4', '(3, 2)', rows.map((value) => float(value, true)).join(''));
    const byColumn = [0.75, 0.75, 0.25, 0.25, 0.25, 1];
    const big = npy('>f4', '(3, 2)', byColumn.map((value) => float(value, false)).join(''), 'True');
    const half = npy('<f2', '(3,)', '\x00\x3a\x00\x3a\x00\x34');
    for (const text of [little, big]) {
      const { turns } = readLabels(bytes(text), 'a.npy').labels;
      expect(turns.map((one) => [one.speaker, one.startSec, one.endSec, one.confidence])).toEqual([
        ['spk00', 0, 0.02, 0.75],
        ['spk01', 0.02, 0.03, null],
      ]);
    }
    expect(readLabels(bytes(half), 'a.npy').labels.turns).toHaveLength(1);
  });

  it('gives back turns on the grid that do not touch, under numbers', () => {
    const own = fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(fc.array(own, { minLength: 1, maxLength: 5 }), (speakers) => {
        const turns = speakers.flatMap((list, at) => {
          let frame = 0;
          return list.map(([gap, length]) => {
            const start = frame + gap;
            frame = start + length;
            return turn(`spk0${at}`, start / 100, frame / 100);
          });
        });
        // A speaker who says nothing has no column, and those behind it move up: only whole lists are compared.
        fc.pre(speakers.every((list) => list.length > 0));
        const { text } = writeLabels({ ...emptyLabels(), turns }, 'npy', options);
        const back = readLabels(encodeLabels(text, 'npy'), 'talk.npy').labels.turns;
        expect([...back].sort(compareTurns)).toEqual(turns.sort(compareTurns));
      }),
    );
  });

  it('says what it cannot hold', () => {
    const turns = [turn('Anna', 0, 1), turn('Anna', 1, 2), turn('Ben', 3, 3.001), turn('Ben', 4.004, 5)];
    const { warnings } = writeLabels({ ...emptyLabels(), turns }, 'npy', options);
    expect(warnings).toEqual([
      'NumPy matrix cannot hold names of speakers (2); left out.',
      'A matrix does not say how long a frame is: it has 100 frames a second.',
      'Columns of the matrix, in order: "Anna", "Ben".',
      'Times of 2 turn(s) were rounded to whole frames.',
      '1 turn(s) shorter than a frame were left out.',
      '1 turn(s) that touch or overlap another of the same speaker became one with it.',
    ]);
  });

  it.each([
    [npy('|u1', '(4, 2)', 'x'), '1 bytes of numbers where 4 × 2 × 1 are due'],
    [npy('|O', '(1, 1)', 'x'), 'numbers of type "|O"'],
    [npy('|u1', '(1, 1, 1)', 'x'), '3 dimensions where a matrix has two'],
    [npy('|u1', '(1, 2000)', 'x'.repeat(2000)), '2000 columns'],
    [npy('|u1', '(999999999999, 0)', ''), 'more than 360000 s'],
    [npy('<f4', '(1, 1)', '\x00\x00\xc0\x7f'), 'the value of frame 0, speaker 0 is not a finite number'],
    ['\x93NUMPY\x01\x00\xff\xff', 'the header is cut off'],
    ['\x93NUM', 'does not begin with its mark'],
  ])('refuses a broken one %#', (text, message) => {
    expect(() => readLabels(bytes(text), 'a.npy')).toThrow(message);
  });
});

describe('faces', () => {
  it('AVA: turns are runs of frames on which a face speaks and is heard', () => {
    const { labels, warnings } = readLabels(samples.ava!.text, 'val.csv');
    expect(labels.turns).toEqual([turn('v1_0:1', 1.04, 1.12, { fileId: 'v1' })]);
    expect(labels.boxes[0]).toEqual({
      fileId: 'v1', timeSec: 1, xPx: 0.1, yPx: 0.2, widthPx: 0.2, heightPx: 0.3, speaker: 'v1_0:1', relative: true,
    }); // prettier-ignore
    expect(warnings).toEqual(['1 frame(s) of speech that is not heard are no turns.']);
  });

  const place = { xPx: 1, yPx: 2, widthPx: 30, heightPx: 40 };
  const pixels: FaceBox = { fileId: 'talk', timeSec: 0.2, ...place, speaker: 'Anna' };
  const shares: FaceBox = { ...pixels, xPx: 0.1, yPx: 0.1, widthPx: 0.2, heightPx: 0.2, relative: true };
  const labels: LabelSet = { turns: [turn('Anna', 0, 1)], regions: [], boxes: [pixels, shares], media: [] };

  it.each([
    ['m3sd-roi', 'M3SD regions of interest cannot hold speaker turns (1); left out.'],
    ['m3sd-roi', 'M3SD regions of interest cannot hold face boxes as shares of the picture (1); left out.'],
    ['via3', 'VIA 3 project cannot hold face boxes as shares of the picture (1); left out.'],
    ['ava', 'AVA-ActiveSpeaker cannot hold face boxes in pixels (1); left out.'],
    ['voxblink2', 'VoxBlink2 holds one turn, from the first to the last box: 1 turn(s) were left out.'],
    ['m3sd-offsets', 'M3SD offsets.csv cannot hold face boxes (2); left out.'],
    ['rttm', 'RTTM cannot hold face boxes (2); left out.'],
  ])('%s warns: %s', (id, warning) => {
    expect(writeLabels(labels, id, options).warnings).toContain(warning);
  });

  it('AVA: turns without a face of that name are said to be lost', () => {
    const far = { ...labels, turns: [turn('Anna', 5, 6), turn('Ben', 0, 1)] };
    expect(writeLabels(far, 'ava', options).warnings.join()).toContain('2 turn(s) have no face of that name');
  });

  it('M3SD: boxes come back on their frames, whatever they hold', () => {
    const boxes = fc.array(
      fc.record({
        frame: fc.nat(100_000),
        x: fc.integer({ min: -50, max: 2000 }),
        y: fc.nat(2000),
        w: fc.nat(500),
        speaker: fc.constantFrom('1', 'Zoë', '__proto__'),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(boxes, (list) => {
        const held = list.map(({ frame, x, y, w, speaker }): FaceBox => {
          return { fileId: 'talk', timeSec: frame / 25, xPx: x, yPx: y, widthPx: w, heightPx: 2 * w, speaker };
        });
        const { text } = writeLabels({ ...emptyLabels(), boxes: held }, 'm3sd-roi', options);
        const back = readLabels(text, 'talk.roi.json').labels.boxes;
        expect(back).toEqual([...held].sort((a, b) => a.timeSec - b.timeSec));
      }),
    );
  });

  it('offsets.csv: the gate of M3SD, and what other formats cannot hold of it', () => {
    const file = readLabels(samples['m3sd-offsets']!.text, 'offsets.csv');
    expect(file.labels.sync!.map((one) => [one.track, passesSyncGate(one)])).toEqual([
      ['a, b.avi', true],
      ['c.avi', false],
    ]);
    expect(convertLabels(file, 'rttm', options).warnings).toContain(
      'RTTM cannot hold offsets between sound and picture (2); left out.',
    );
  });

  it('VoxBlink: five header lines, or a header that says nothing', () => {
    const lines = '10\t1\t2\t3\t4\n60\t1\t2\t3\t4\n';
    const { labels: read, warnings } = readLabels(`a\nb\nc\nd\ne\n${lines}`, '00002.txt', 'voxblink2', { fps: 25 });
    expect(read.turns).toEqual([turn('unknown', 0.4, 2.4, { fileId: '00002' })]);
    expect(warnings).toEqual(['The header names no identity: the speaker is "unknown".']);
    expect(() => readLabels(`${lines}${lines}`, 'x.txt', 'voxblink2')).toThrow(
      'line 3, column 1: the frames are not in order',
    );
  });

  it('Label Studio: turns with their words, boxes as shares, what it passes over', () => {
    const { labels: read, warnings } = readLabels(samples['label-studio']!.text, 'export.json');
    expect(read.turns).toEqual(['Anna', 'Ben'].map((speaker) => turn(speaker, 0.5, 2, { text: 'hello' })));
    expect(read.boxes).toEqual([
      {
        fileId: 'talk',
        timeSec: 0.04,
        xPx: 0.1,
        yPx: 0.2,
        widthPx: 0.05,
        heightPx: 0.5,
        speaker: 'Face',
        relative: true,
      },
    ]);
    expect(warnings[0]).toBe('1 region(s) that are no stretch of time were passed over.');
    const min = '[{"audio":"x/talk.wav","id":5,"label":[{"start":1,"end":2.5,"channel":1,"labels":["A"]}]}]';
    const small = readLabels(min, 'min.json');
    expect([small.formatId, small.labels.turns]).toEqual(['label-studio', [turn('A', 1, 2.5, { channel: '2' })]]);
  });

  it('CVAT: names and speech from attributes', () => {
    const { labels: read } = readLabels(samples.cvat!.text, 'annotations.xml');
    expect(read.turns).toEqual([turn('Anna', 0.04, 0.12)]);
    expect(read.boxes.map((box) => [box.speaker, box.timeSec])).toEqual([
      ['Anna', 0],
      ['Anna', 0.04],
      ['Anna', 0.08],
      ['face 4', 0.28],
    ]);
    expect(() => readLabels('<annotations><image id="0"/></annotations>', 'a.xml')).toThrow(
      'CVAT for images has no times',
    );
  });

  it.each([
    ['val.csv', 'v,1,0,0,1,1,SPEAKING,a', 'line 1, column 13: the label is none of', 'ava'],
    ['val.csv', 'v,-1,0,0,1,1,NOT_SPEAKING,a', 'line 1, column 3: the time -1 is negative', 'ava'],
    ['val.csv', 'v,1,0,0,1,NaN,NOT_SPEAKING,a', 'line 1, column 5: the box is not four numbers', 'ava'],
    ['val.csv', 'v,1,0,0', 'line 1, column 1: the line has 4 cells', 'ava'],
    ['a.json', '{"x":[]}', 'line 1, column 6: "x" is no frame number', 'm3sd-roi'],
    ['a.json', '{"1":[{"id":1,"x1":5,"y1":0,"x2":1,"y2":1}]}', 'a face box ends before it begins', 'm3sd-roi'],
    ['offsets.csv', 'video_filename,AV_offset,Min_dist,Confidence\na,1,x,2\n', 'line 2, column 3', 'm3sd-offsets'],
    ['a.xml', '<annotations><track><box frame="1.5"/></track></annotations>', 'no whole number', 'cvat'],
    [
      'a.json',
      '[{"annotations":[{"result":[{"value":{"start":2,"end":1}}]}]}]',
      'ends before it begins',
      'label-studio',
    ],
  ])('%s refuses %s', (name, text, message, id) => {
    expect(() => readLabels(text, name, id)).toThrow(message);
  });
});
