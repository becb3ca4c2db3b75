import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { probeMedia } from './probe.ts';
import { allPcm, wholeFile } from './testing/flash-click.ts';
import { makeMedia, scratchFolder, testTools, type MediaName } from './testing/make-media.ts';
import { cutWav, WAV_HEADER_BYTES, wavData, wavHeader } from './wav.ts';

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ folder, remove } = await scratchFolder());
});
afterEach(() => remove());

async function sourceOf(name: MediaName) {
  const file = await makeMedia(name);
  return { path: file, probe: await probeMedia(await testTools(), file), choice: wholeFile };
}
/** Samples of a WAV file, read by its own header. */
async function readWav(file: string): Promise<Int16Array> {
  const bytes = await readFile(file);
  expect(bytes.toString('latin1', 0, 4) + bytes.toString('latin1', 8, 16)).toBe('RIFFWAVEfmt ');
  expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
  expect(bytes.readUInt32LE(24)).toBe(16_000);
  expect(bytes.readUInt32LE(40)).toBe(bytes.length - WAV_HEADER_BYTES);
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset + WAV_HEADER_BYTES, bytes.byteOffset + bytes.length));
}

test.each<MediaName>(['flash-click.mp4', 'audio-300ms-late.mp4', 'flash-click.webm', 'click.mp3'])(
  '%s: each cut is exactly those samples of the whole, in any order, overlapping too',
  async (name) => {
    const tools = await testTools();
    const source = await sourceOf(name);
    const whole = (await allPcm(tools, source)).samples;
    const spans = [
      [2.5, 3.1],
      [0, 0.4],
      [0.9973, 1.2501],
      [0.5, 3],
      [1, 1 + 1 / 16_000],
    ] as const;
    const cuts = spans.map(([startSec, endSec], index) => ({
      startSec,
      endSec,
      outPath: path.join(folder, `${index}.wav`),
    }));
    await cutWav(tools, source, cuts);
    for (const cut of cuts) {
      const expected = whole.subarray(Math.round(cut.startSec * 16_000), Math.round(cut.endSec * 16_000));
      expect(await readWav(cut.outPath)).toEqual(Int16Array.from(expected));
    }
    expect(await readdir(folder)).toHaveLength(spans.length);
  },
);

test('a cut beyond the sound ends in silence, as long as promised', async () => {
  const outPath = path.join(folder, 'sub', 'a.wav');
  await cutWav(await testTools(), await sourceOf('tone.wav'), [{ startSec: 2.9, endSec: 5, outPath }]);
  const samples = await readWav(outPath);
  expect(samples).toHaveLength(33_600);
  expect(samples.subarray(1600).every((value) => value === 0)).toBe(true);
  expect(samples.subarray(0, 1600).some((value) => value !== 0)).toBe(true);
});

test('a range of the media does not move the samples', async () => {
  const tools = await testTools();
  const source = await sourceOf('click.mp3');
  const cut = (outPath: string) => [{ startSec: 1.9, endSec: 2.1, outPath }];
  await cutWav(tools, source, cut(path.join(folder, 'a.wav')));
  const ranged = { ...source, choice: { ...wholeFile, range: { startSec: 1.5, endSec: 3 } } };
  await cutWav(tools, ranged, cut(path.join(folder, 'b.wav')));
  expect(await readWav(path.join(folder, 'b.wav'))).toEqual(await readWav(path.join(folder, 'a.wav')));
});

test('all or nothing: after a cancel or an error no file is new and old ones are whole', async () => {
  const tools = await testTools();
  const source = await sourceOf('click.wav');
  await writeFile(path.join(folder, 'a.wav'), 'old');
  const abort = new AbortController();
  const cuts = [
    { startSec: 0, endSec: 1, outPath: path.join(folder, 'a.wav') },
    { startSec: 2, endSec: 3, outPath: path.join(folder, 'b.wav') },
  ];
  const cancelled = cutWav(tools, source, cuts, { signal: abort.signal, onProgress: () => abort.abort() });
  await expect(cancelled).rejects.toMatchObject({ data: { code: 'cancelled' } });
  expect(await readdir(folder)).toEqual(['a.wav']);
  const bad = [...cuts, { startSec: 3, endSec: 3, outPath: path.join(folder, 'c.wav') }];
  await expect(cutWav(tools, source, bad)).rejects.toMatchObject({ data: { code: 'bad-input' } });
  expect(await readdir(folder)).toEqual(['a.wav']);
  expect(await readFile(path.join(folder, 'a.wav'), 'utf8')).toBe('old');
});

test('a place that cannot be written is named with a way out', async () => {
  await writeFile(path.join(folder, 'file'), '');
  const cuts = [{ startSec: 0, endSec: 1, outPath: path.join(folder, 'file', 'a.wav') }];
  await expect(cutWav(await testTools(), await sourceOf('tone.wav'), cuts)).rejects.toMatchObject({
    data: { code: 'io', file: path.join(folder, 'file'), fix: expect.any(String) as string },
  });
});

test('nothing to cut is nothing to do', async () => {
  expect(await cutWav(await testTools(), await sourceOf('tone.wav'), [])).toBeNull();
});

test('the header of any length reads back; beyond 4 GiB there is none', () => {
  fc.assert(
    fc.property(fc.nat(0x7fff_ffff - 100), (count) => {
      const header = wavHeader(count);
      expect(header).toHaveLength(WAV_HEADER_BYTES);
      expect(header.readUInt32LE(40)).toBe(2 * count);
    }),
  );
  expect(() => wavHeader(2 ** 31)).toThrow('4 GiB');
  expect(wavHeader(100, 48_000, 2).readUInt32LE(28)).toBe(192_000);
  expect([...wavData(Int16Array.of(1, -2))]).toEqual([1, 0, 254, 255]);
});
