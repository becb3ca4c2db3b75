import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../api/errors.ts';
import { damaged, speakerName, turn } from './testing/arbitraries.ts';
import { compareTurns, type Turn } from './turn.ts';
import { parseVia3, serialiseVia3 } from './via3.ts';
import { updateVia3, via3FromLabels } from './via3-write.ts';

vi.setConfig({ testTimeout: 60_000 });

/** The shape av-diarization writes: no version, free strings with empty options, off-screen runs `2_1`. */
const older = JSON.stringify({
  file: { '1': { fid: '1', fname: 'sample', type: 4, loc: 1, src: '/data/sample.avi' } },
  metadata: {
    '0': { vid: '1', flg: 0, z: [3.24, 5.32], xy: [], av: { '1': 'ID_0' } },
    '2_1': { vid: '1', flg: 0, z: [6, 7.5], xy: [], av: { '1': 'unknown' } },
  },
  attribute: {
    '1': { aname: 'Speaker', anchor_id: 'FILE1_Z2_XY0', type: 4, desc: '', options: {}, default_option_id: '' },
  },
  project: {
    pname: 'x',
    creator: 'y',
    created: 1,
    pid: '__VIA_PROJECT_ID__',
    rev: '__VIA_PROJECT_REV_ID__',
    vid_list: ['1'],
  },
  view: { '1': { fid_list: ['1'] } },
  config: { file: { loc_prefix: {} }, ui: { gtimeline_container_height: '45' } },
});

/** 3.1.1 with option ids, numeric ids in lists, a face box, a polygon, a second attribute and numbers with trailing zeros. */
const newer = `{
  "project": {"pid":"__VIA_PROJECT_ID__","rev":"7","pname":"p","creator":"c","created":1649082838493,"data_format_version":"3.1.1","vid_list":["b","a"]},
  "config": {"file":{"loc_prefix":{"1":"","2":"","3":"","4":""}},"ui":{"zz_unknown":[1,2.50,{"deep":null}]}},
  "attribute": {
    "9": {"aname":"Noise","anchor_id":"FILE1_Z2_XY0","type":1,"desc":"","options":{},"default_option_id":""},
    "1": {"aname":"Speaker","anchor_id":"FILE1_Z2_XY0","type":4,"desc":"","options":{"10":"Ben","2":"Anna"},"default_option_id":""},
    "4": {"aname":"Face","anchor_id":"FILE1_Z1_XY1","type":4,"desc":"","options":{"k":"Anna"},"default_option_id":""}
  },
  "file": {"7":{"fid":7,"fname":"C:\\\\clips\\\\two people.mp4","type":4,"loc":1,"src":"two people.mp4"}},
  "view": {"b":{"fid_list":[7]}},
  "metadata": {
    "b_zz": {"vid":"b","flg":0,"z":[10.500,12.000],"xy":[],"av":{"1":"10","9":"door"}},
    "b_aa": {"vid":"b","flg":0,"z":[1.0,2.25],"xy":[],"av":{"1":"2"},"note":"mine"},
    "b_fc": {"vid":"b","flg":0,"z":[1.04],"xy":[2,10.5,20,64,64],"av":{"4":"k"}},
    "b_pg": {"vid":"b","flg":0,"z":[1.04],"xy":[7,1,1,2,2,3,1],"av":{}}
  }
}`;

describe('parseVia3', () => {
  it('reads the older shape of av-diarization', () => {
    const document = parseVia3(older);
    expect(document.turns.map((one) => [one.fileId, one.startSec, one.endSec, one.speaker])).toEqual([
      ['sample', 3.24, 5.32, 'ID_0'],
      ['sample', 6, 7.5, 'unknown'],
    ]);
    expect(document.media).toEqual([{ fileId: 'sample', name: 'sample', hasVideo: true }]);
  });

  it('reads 3.1.1: option ids, the attribute that names speakers, face boxes', () => {
    const document = parseVia3(newer);
    expect(document.turns.map((one) => [one.fileId, one.startSec, one.endSec, one.speaker])).toEqual([
      ['two_people', 10.5, 12, 'Ben'],
      ['two_people', 1, 2.25, 'Anna'],
    ]);
    expect(document.boxes).toEqual([
      { fileId: 'two_people', timeSec: 1.04, xPx: 10.5, yPx: 20, widthPx: 64, heightPx: 64, speaker: 'Anna' },
    ]);
    expect(document.warnings).toEqual(['1 other annotation(s) of the VIA project are kept but not shown.']);
  });

  it('keeps the whole project: key order, unknown members and the text of numbers', () => {
    const written = serialiseVia3(parseVia3(newer));
    expect(JSON.parse(written)).toEqual(JSON.parse(newer));
    expect(written.replace(/\s/g, '')).toBe(newer.replace(/\s/g, ''));
    expect(serialiseVia3(parseVia3(older))).toBe(older);
  });

  it('takes several speakers of a check box as overlap', () => {
    const text = older
      .replace('"type":4,"desc"', '"type":2,"desc"')
      .replace('"options":{}', '"options":{"a":"Ann","b":"Bo"}')
      .replace('"ID_0"', '"a,b"');
    expect(
      parseVia3(text)
        .turns.slice(0, 2)
        .map((one) => one.speaker),
    ).toEqual(['Ann', 'Bo']);
  });

  it('says when a value is not among the options', () => {
    const document = parseVia3(newer.replace('"av":{"1":"2"}', '"av":{"1":"77"}'));
    expect(document.turns[1]!.speaker).toBe('77');
    expect(document.warnings[0]).toBe(
      '1 segment(s) carry a value that is not among the options; it is taken as a name.',
    );
  });

  it.each([
    ['a member twice', '{"a":1,"a":2}', 'line 1, column 8: not valid JSON: the member "a" appears twice'],
    ['truncated', older.slice(0, 200), 'not valid JSON'],
    ['no project', '{"file":{}}', 'it has no "metadata" object'],
    ['a list', '[]', 'a VIA project is a JSON object'],
    ['VIA 2', '{"_via_img_metadata":{}}', 'VIA 2 project'],
    ['zero length', older.replace('5.32', '3.24'), 'segment "0" ends before it begins or is empty'],
    ['reversed', older.replace('5.32', '1'), 'ends before it begins'],
    ['negative', older.replace('3.24', '-3.24'), 'the time -3.24 is negative'],
    ['far too late', older.replace('5.32', '1e300'), 'beyond 360000 s'],
    ['a number JSON cannot hold', older.replace('5.32', '1e999'), 'too large'],
    ['NaN', older.replace('5.32', 'NaN'), 'unexpected "N"'],
    ['text as time', older.replace('5.32', '"5.32"'), '"z" of metadata "0" is not a list of numbers'],
    ['a view that is not there', older.replace('"vid":"1"', '"vid":"3"'), 'names view "3", which does not exist'],
    ['a speaker that is an object', older.replace('"ID_0"', '{}'), 'the speaker of metadata "0" is not a text'],
    ['a long name', older.replace('ID_0', 'x'.repeat(201)), 'longer than 200 characters'],
  ])('refuses %s', (_, text, problem) => {
    expect(() => parseVia3(text)).toThrow(problem);
  });

  it('names the place of a wrong time', () => {
    const text = newer.replace('2.25', '0.5');
    expect(() => parseVia3(text, { file: 'p.json' })).toThrow('p.json, line 13, column 41: segment "b_aa"');
  });

  it('refuses nesting 10,000 deep without running out of stack', () => {
    const deep = `{"metadata":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    expect(() => parseVia3(deep)).toThrow('nested deeper than 200 levels');
  });

  it('treats __proto__ and constructor as keys like any other', () => {
    const text = older.replace('"0":{"vid"', '"__proto__":{"vid"').replace('"1":"ID_0"', '"constructor":{},"1":"ID_0"');
    const document = parseVia3(text);
    expect(document.turns).toHaveLength(2);
    expect(serialiseVia3(document)).toBe(text);
    expect(({} as Record<string, unknown>)['vid']).toBeUndefined();
  });

  it('reads or refuses anything, and reads again what it wrote', () => {
    fc.assert(
      fc.property(fc.oneof(damaged(older), damaged(newer), fc.string(), fc.json()), (text) => {
        try {
          const document = parseVia3(text);
          expect(parseVia3(serialiseVia3(document)).turns).toEqual(document.turns);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          expect(error.data.code).toBe('bad-input');
        }
      }),
      { numRuns: 400 },
    );
  });
});

const options = { projectName: 'talk', creator: 'Diarist 0.1.0', createdMs: 1_700_000_000_000 };

describe('via3FromLabels', () => {
  it('writes a project VIA 3.1.1 accepts: version, options, one view per file', () => {
    const turns: Turn[] = [
      { fileId: 'talk', channel: '1', startSec: 3.24, endSec: 5.32, speaker: 'Anna', confidence: null },
      { fileId: 'talk', channel: '1', startSec: 4, endSec: 6.1, speaker: 'Ben "B"', confidence: 0.5 },
    ];
    const text = serialiseVia3(
      via3FromLabels({ turns, media: [{ fileId: 'talk', name: 'talk.mp4', hasVideo: true }] }, options),
    );
    expect(JSON.parse(text)).toEqual({
      project: {
        pid: '__VIA_PROJECT_ID__',
        rev: '__VIA_PROJECT_REV_ID__',
        rev_timestamp: '__VIA_PROJECT_REV_TIMESTAMP__',
        pname: 'talk',
        creator: 'Diarist 0.1.0',
        created: 1_700_000_000_000,
        data_format_version: '3.1.1',
        vid_list: ['1'],
      },
      config: {
        file: { loc_prefix: { '1': '', '2': '', '3': '', '4': '' } },
        ui: {
          file_content_align: 'center',
          file_metadata_editor_visible: true,
          spatial_metadata_editor_visible: true,
          temporal_segment_metadata_editor_visible: true,
          spatial_region_label_attribute_id: '',
          gtimeline_visible_row_count: '2',
        },
      },
      attribute: {
        '1': {
          aname: 'Speaker',
          anchor_id: 'FILE1_Z2_XY0',
          type: 4,
          desc: 'Who speaks',
          options: { Anna: 'Anna', 'Ben "B"': 'Ben "B"' },
          default_option_id: '',
        },
        '3': {
          aname: 'Confidence',
          anchor_id: 'FILE1_Z2_XY0',
          type: 1,
          desc: '0 to 1, from evidence',
          options: {},
          default_option_id: '',
        },
      },
      file: { '1': { fid: '1', fname: 'talk.mp4', type: 4, loc: 1, src: 'talk.mp4' } },
      view: { '1': { fid_list: ['1'] } },
      metadata: {
        '1_00000001': { vid: '1', flg: 0, z: [3.24, 5.32], xy: [], av: { '1': 'Anna' } },
        '1_00000002': { vid: '1', flg: 0, z: [4, 6.1], xy: [], av: { '1': 'Ben "B"', '3': '0.5' } },
      },
    });
  });

  it('reads back what it wrote: turns, boxes and recordings', () => {
    const media = ['talk', 'trñ00'].map((fileId) => ({ fileId, name: `${fileId}.wav`, hasVideo: false }));
    const box = fc.record({
      fileId: fc.constantFrom('talk', 'trñ00'),
      timeSec: fc.integer({ min: 0, max: 1e6 }).map((n) => n / 1000),
      xPx: fc.nat(1920),
      yPx: fc.nat(1080),
      widthPx: fc.nat(500),
      heightPx: fc.nat(500),
      speaker: fc.option(speakerName),
    });
    fc.assert(
      fc.property(
        fc.array(turn(speakerName, fc.constantFrom('talk', 'trñ00'))),
        fc.array(box, { maxLength: 5 }),
        (turns, boxes) => {
          const back = parseVia3(serialiseVia3(via3FromLabels({ turns, boxes, media }, options)));
          expect([...back.turns].sort(compareTurns)).toEqual([...turns].sort(compareTurns));
          expect(back.boxes).toHaveLength(boxes.length);
          expect(new Set(back.boxes.map((one) => JSON.stringify(one)))).toEqual(
            new Set(boxes.map((one) => JSON.stringify(one))),
          );
          expect(back.media).toEqual(media);
        },
      ),
    );
  });
});

describe('updateVia3', () => {
  const document = parseVia3(newer);

  it('changes nothing when the turns are the same', () => {
    expect(serialiseVia3(updateVia3(document, document.turns))).toBe(serialiseVia3(document));
  });

  it('replaces changed turns, keeps the rest of the project, lists new names as options', () => {
    const [ben, anna] = document.turns as [Turn, Turn];
    const updated = updateVia3(document, [anna, { ...ben, speaker: 'Cleo' }]);
    const before = JSON.parse(newer) as Record<string, Record<string, unknown>>;
    const after = JSON.parse(serialiseVia3(updated)) as typeof before;
    expect(after['project']).toEqual(before['project']);
    expect(after['config']).toEqual(before['config']);
    expect(after['metadata']).toEqual({
      b_aa: before['metadata']!['b_aa'],
      b_fc: before['metadata']!['b_fc'],
      b_pg: before['metadata']!['b_pg'],
      b_00000001: { vid: 'b', flg: 0, z: [10.5, 12], xy: [], av: { '1': 'Cleo' } },
    });
    expect(after['attribute']!['1']).toMatchObject({ options: { '10': 'Ben', '2': 'Anna', Cleo: 'Cleo' } });
    expect(updated.warnings).toContain('1 changed segment(s) lost the values of other VIA attributes.');
    expect(serialiseVia3(document)).toContain('"b_zz"');
  });

  it('holds exactly the new turns, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(turn(speakerName, fc.constant('two_people'))), (turns) => {
        const wanted = turns.map((one) => ({ ...one, confidence: null }));
        const back = parseVia3(serialiseVia3(updateVia3(document, wanted)));
        expect([...back.turns].sort(compareTurns)).toEqual([...wanted].sort(compareTurns));
      }),
    );
  });
});
