import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SubsetChoice } from '#shared/api/contract.ts';
import { parseRttm } from '#shared/formats/rttm.ts';
import { parseUem } from '#shared/formats/uem.ts';
import { findTools, type FfmpegTools } from '#media/ffmpeg.ts';
import { identifyFile } from '#media/identity.ts';
import { probeMedia } from '#media/probe.ts';
import { wavData, wavHeader } from '#media/wav.ts';
import { exportSubset } from './subset.ts';
import { subsetPreview } from './subset-plan.ts';
import { verifySubset } from './subset-verify.ts';
import { MemoryProject } from './testing/memory-project.ts';

const rate = 16_000;
let tools: FfmpegTools;
let folder: string;
beforeAll(async () => {
  tools = await findTools();
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'diarist-subset-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Every sample tells its own index, so that a cut shows where it was taken. */
const samplesOf = (seconds: number) =>
  Int16Array.from({ length: Math.round(seconds * rate) }, (_, at) => (at % 60_000) - 30_000);

async function recording(
  project: MemoryProject,
  id: string,
  name: string,
  seconds: number,
  turns: Parameters<MemoryProject['add']>[3],
) {
  const file = path.join(folder, name);
  const samples = samplesOf(seconds);
  await writeFile(file, Buffer.concat([wavHeader(samples.length), wavData(samples)]));
  const more = { identity: await identifyFile(file), probe: await probeMedia(tools, file) };
  return project.add(id, file, seconds, turns, more);
}

async function twoTalks() {
  const project = new MemoryProject();
  await recording(project, 'a', 'trñ 1.wav', 6, [
    ['Anna', 0.5, 2.0001, 'accepted'],
    ['Ben / B', 1.5, 3, 'accepted'],
    ['Anna', 4, 5.25],
  ]);
  await recording(project, 'b', 'b.wav', 2.5, [['Cleo', 1, 2.4, 'accepted']]);
  project.hypotheses.push({
    id: 'a-h',
    mediaId: 'a',
    label: 'Diarist audio',
    origin: 'machine',
    createdMs: 0,
    speakerCount: 2,
    segmentCount: 3,
    provenance: {
      systemId: 'diarist-audio',
      systemVersion: '1',
      appVersion: '0.1.0',
      params: { 'cluster.threshold': 0.7 },
      models: [{ id: 'silero-vad-v6', sha256: 'ab' }],
      stages: [],
      decoder: 'ffmpeg',
      provider: 'cpu',
    },
    warnings: [],
  });
  return project;
}

const choice = (more: Partial<SubsetChoice> = {}): SubsetChoice => ({
  mediaIds: ['a', 'b'],
  reviewedOnly: false,
  minTurnSec: 0,
  withOverlap: true,
  cuts: 'whole',
  ...more,
});
const wavOf = async (file: string) => {
  const bytes = await readFile(file);
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length));
};

describe('exportSubset', () => {
  it('writes RTTM, UEM, whole sounds and a manifest that accounts for everything', async () => {
    const project = await twoTalks();
    const out = path.join(folder, 'out');
    const shares: number[] = [];
    const result = await exportSubset(project, tools, choice(), out, {
      createdMs: 0,
      onProgress: (share) => shares.push(share),
    });
    expect(result).toMatchObject({ folder: out, counts: { files: 2, speakers: 3, turns: 4, speechSec: 5.65 } });
    expect(await subsetPreview(project, choice())).toEqual(result.counts);
    expect((await readdir(out, { recursive: true })).sort()).toEqual(
      [
        'manifest.json',
        'rttm',
        'uem',
        'wav',
        ...['b', 'trñ_1'].flatMap((name) => [`rttm/${name}.rttm`, `uem/${name}.uem`, `wav/${name}.wav`]),
      ].sort(),
    );
    expect(
      parseRttm(await readFile(path.join(out, 'rttm/trñ_1.rttm'), 'utf8')).turns.map((turn) => [
        turn.speaker,
        turn.startSec,
        turn.endSec,
      ]),
    ).toEqual([
      ['Anna', 0.5, 2],
      ['Ben_/_B', 1.5, 3],
      ['Anna', 4, 5.25],
    ]);
    expect(parseUem(await readFile(path.join(out, 'uem/b.uem'), 'utf8')).regions).toEqual([
      { fileId: 'b', channel: '1', startSec: 0, endSec: 2.5 },
    ]);
    expect(await wavOf(path.join(out, 'wav/trñ_1.wav'))).toEqual(samplesOf(6));
    const manifest = await verifySubset(out);
    expect(manifest).toMatchObject({
      appVersion: expect.stringMatching(/^\d+\.\d+/) as string,
      createdAt: '1970-01-01T00:00:00.000Z',
      choice: choice(),
      counts: result.counts,
    });
    const [first] = manifest.recordings;
    expect(first).toMatchObject({
      fileId: 'trñ_1',
      mediaName: 'trñ 1.wav',
      mediaHash: project.media.get('a')!.identity.hash,
      segments: { total: 3, accepted: 2 },
      scoredSec: 6,
    });
    expect(first!.runs).toMatchObject([
      {
        hypothesisId: 'a-h',
        provenance: { models: [{ id: 'silero-vad-v6', sha256: 'ab' }], params: { 'cluster.threshold': 0.7 } },
      },
    ]);
    const wav = manifest.files.find((file) => file.path === 'wav/b.wav')!;
    expect(wav.sha256).toBe(
      createHash('sha256')
        .update(await readFile(path.join(out, wav.path)))
        .digest('hex'),
    );
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('cuts one sound per turn, exact to the sample, down to single voices', async () => {
    const out = path.join(folder, 'turns');
    const project = await twoTalks();
    const { counts } = await exportSubset(
      project,
      tools,
      choice({ cuts: 'turns', withOverlap: false, reviewedOnly: true, minTurnSec: 1 }),
      out,
    );
    expect(counts).toEqual({ files: 2, speakers: 3, turns: 3, speechSec: 3.4 });
    const names = (await readdir(path.join(out, 'wav'), { recursive: true }))
      .filter((name) => name.endsWith('.wav'))
      .sort();
    expect(names).toEqual([
      'b/0001-Cleo-1000-2400.wav',
      'trñ_1/0001-Anna-500-1500.wav',
      'trñ_1/0002-Ben___B-2000-3000.wav',
    ]);
    const source = samplesOf(6);
    expect(await wavOf(path.join(out, 'wav', names[1]!))).toEqual(source.slice(0.5 * rate, 1.5 * rate));
    expect(await wavOf(path.join(out, 'wav', names[2]!))).toEqual(source.slice(2 * rate, 3 * rate));
    const { recordings } = await verifySubset(out);
    expect(recordings[0]!.sounds[1]).toMatchObject({
      turn: { speaker: 'Ben / B', review: 'accepted', hypothesisId: 'a-h' },
      samples: rate,
    });
    // Overlap was cut away and the unreviewed turn left out: neither may be scored.
    expect(
      parseUem(await readFile(path.join(out, 'uem/trñ_1.uem'), 'utf8')).regions.map((one) => [
        one.startSec,
        one.endSec,
      ]),
    ).toEqual([
      [0, 1.5],
      [2, 3],
    ]);
  });

  it('leaves out recordings without a chosen turn and says so; refuses when nothing is left', async () => {
    const project = await twoTalks();
    const only = choice({ speakerIds: { a: ['a-Anna'], b: [] } });
    const { warnings } = await exportSubset(project, tools, only, path.join(folder, 'anna'));
    expect(warnings).toContain('b.wav has no turn that meets the choice and was left out.');
    const nothing = exportSubset(project, tools, choice({ minTurnSec: 60 }), path.join(folder, 'none'));
    await expect(nothing).rejects.toMatchObject({
      data: { code: 'bad-input', fix: expect.stringContaining('shorter') as string },
    });
    expect((await readdir(folder)).sort()).toEqual(['anna', 'b.wav', 'trñ 1.wav']);
  });

  it('keeps two recordings of one name apart', async () => {
    const project = await twoTalks();
    await mkdir(path.join(folder, 'other'));
    await recording(project, 'c', 'other/B.wav', 1, [['Dan', 0.1, 0.9]]);
    const { warnings } = await exportSubset(project, tools, choice({ mediaIds: ['b', 'c'] }), path.join(folder, 'out'));
    expect((await readdir(path.join(folder, 'out', 'wav'))).sort()).toEqual(['B_2.wav', 'b.wav']);
    expect(warnings).toContain('A second recording named B.wav is called B_2.');
    expect(parseRttm(await readFile(path.join(folder, 'out/rttm/B_2.rttm'), 'utf8')).turns[0]!.fileId).toBe('B_2');
  });

  it('refuses a folder in use and touches nothing', async () => {
    const out = path.join(folder, 'used');
    await mkdir(out);
    await writeFile(path.join(out, 'mine.txt'), 'mine');
    await expect(exportSubset(await twoTalks(), tools, choice(), out)).rejects.toMatchObject({
      data: { code: 'conflict', file: out },
    });
    expect(await readdir(out)).toEqual(['mine.txt']);
    await expect(exportSubset(await twoTalks(), tools, choice(), path.join(out, 'mine.txt'))).rejects.toThrow(
      'is a file',
    );
  });

  it('takes an empty folder', async () => {
    const out = path.join(folder, 'empty');
    await mkdir(out);
    await exportSubset(await twoTalks(), tools, choice({ mediaIds: ['b'] }), out);
    expect(await readdir(out)).toContain('manifest.json');
  });

  it('leaves nothing behind when it is cancelled or the recording has changed', async () => {
    const project = await twoTalks();
    const out = path.join(folder, 'out');
    const cancelled = exportSubset(project, tools, choice(), out, { signal: AbortSignal.abort() });
    await expect(cancelled).rejects.toThrow();
    const file = project.media.get('b')!.path;
    await appendFile(file, 'x');
    await expect(exportSubset(project, tools, choice(), out)).rejects.toMatchObject({
      data: { code: 'conflict', file },
    });
    await utimes(file, 1, 1);
    await rm(file);
    await expect(exportSubset(project, tools, choice(), out)).rejects.toMatchObject({
      data: { code: 'conflict', file },
    });
    expect(await readdir(folder)).toEqual(['trñ 1.wav']);
  });
});

describe('verifySubset', () => {
  const damages: [string, (out: string) => Promise<void>, string][] = [
    [
      'a changed sample',
      async (out) => void (await appendFile(path.join(out, 'wav/b.wav'), Buffer.alloc(2))),
      'wav/b.wav differs',
    ],
    ['a missing file', async (out) => rm(path.join(out, 'uem/b.uem')), 'uem/b.uem is missing'],
    ['a stray file', async (out) => writeFile(path.join(out, 'note.txt'), ''), 'note.txt is not in the manifest'],
    [
      'a broken manifest',
      async (out) => writeFile(path.join(out, 'manifest.json'), '{'),
      'manifest.json cannot be read back',
    ],
  ];
  it.each(damages)('finds %s', async (_, damage, message) => {
    const out = path.join(folder, 'out');
    await exportSubset(await twoTalks(), tools, choice(), out);
    await damage(out);
    await expect(verifySubset(out)).rejects.toThrow(message);
  });
});
