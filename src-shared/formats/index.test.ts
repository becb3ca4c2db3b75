import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { itShared, sharedPath } from '../../src-main/testing/shared-data.ts';
import { convertLabels, detectFormat, formatForOutput, labelFormats, readLabels, writeLabels } from './index.ts';
import { encodeText } from './text/decode.ts';

vi.setConfig({ testTimeout: 60_000 });

const options = { stem: 'out', appVersion: '0.1.0', createdMs: 0 };
const rttm = ';; c\r\nSPEAKER talk 1 0.50 1.25 <NA> <NA> Anna 0.9 <NA>\r\n';
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('formats by name and content', () => {
  it.each([
    ['a.rttm', rttm, 'rttm'],
    ['a.txt', rttm, 'rttm'],
    ['a.uem', 'f 1 0 10\n', 'uem'],
    ['a', 'f 1 0 10\n', 'uem'],
    ['a.json', '{"project":{"vid_list":[]}}', 'via3'],
    ['a.via.json', '{}', 'via3'],
    ['empty.rttm', '', 'rttm'],
  ])('%s', (name, text, id) => {
    expect(detectFormat(text, name).id).toBe(id);
  });

  it('says what can be done when nothing fits', () => {
    expect(() => readLabels('hello world', 'notes.txt')).toThrow('notes.txt is in no label format');
    expect(() => formatForOutput('out.xyz')).toThrow('does not tell which label format');
  });
});

it('docs/formats.md lists every format with its extensions', () => {
  const table = readFileSync(path.resolve(import.meta.dirname, '../../docs/formats.md'), 'utf8');
  for (const { id, extensions } of labelFormats) {
    const row = table.split('\n').find((line) => line.includes(`\`${id}\``)) ?? '';
    for (const extension of extensions) expect(row.toLowerCase(), id).toContain(extension);
  }
});

describe('convertLabels', () => {
  it('keeps a file in its own format to the byte, encoding included', () => {
    const bytes = encodeText(rttm, { charset: 'utf-16le', bom: true });
    expect(convertLabels(readLabels(bytes, 'a.rttm'), 'rttm', options).bytes).toEqual(bytes);
  });

  it('goes from RTTM to VIA and back with the same turns', () => {
    const source = readLabels(rttm, 'a.rttm');
    const via = convertLabels(source, 'via3', options);
    const back = readLabels(via.bytes, 'a.via.json');
    expect(back.labels.turns).toEqual(source.labels.turns);
    expect(textOf(convertLabels(back, 'rttm', options).bytes)).toBe(
      'SPEAKER talk 1 0.500 1.250 <NA> <NA> Anna 0.9 <NA>\n',
    );
  });

  it('warns of what a format cannot hold', () => {
    const { text, warnings } = writeLabels(readLabels(rttm, 'a.rttm').labels, 'uem', options);
    expect(text).toBe('talk 1 0.500 1.750\n');
    expect(warnings).toEqual([
      'UEM cannot hold speaker turns (1); left out.',
      'The labels name no scored regions: each reaches from the first to the last turn of its recording.',
    ]);
  });
});

describe('reference files', () => {
  const folders = [
    ['system_outputs/voxconverse_ref/dev', 216],
    ['system_outputs/ami_ref/only_words/rttms/test', 16],
    ['composed/libri_conv/dev', 8],
    ['interop/childproject/tests/data', 2],
  ] as const;
  for (const [folder, count] of folders) {
    itShared(`${folder}: every RTTM and UEM is read and written back to the byte`, () => {
      const names = readdirSync(sharedPath('data', folder)).filter((name) => /\.(rttm|uem)$/.test(name));
      expect(names).toHaveLength(count);
      for (const name of names) {
        const bytes = new Uint8Array(readFileSync(path.join(sharedPath('data', folder), name)));
        const file = readLabels(bytes, name);
        expect(file.labels.turns.length + file.labels.regions.length).toBeGreaterThan(0);
        expect(convertLabels(file, file.formatId, options).bytes).toEqual(bytes);
      }
    });
  }
});
