import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '#media/testing/make-media.ts';
import { writeLips } from './lips-output.ts';

let scratch: Awaited<ReturnType<typeof scratchFolder>>;
beforeAll(async () => {
  scratch = await scratchFolder();
});
afterAll(() => scratch.remove());

type Wanted = Parameters<typeof writeLips>[1];

async function diarized(names: readonly string[]): Promise<Wanted> {
  const faces = new Float32Array(15);
  faces.set([0.25, 0.5, 0.5, 0.75, 1]);
  const content: Record<string, string | Uint8Array> = {
    faceTrackIndex: JSON.stringify({
      frameRateHz: 25,
      tracks: [{ id: 0, firstFrame: 3, frameCount: 1, firstRow: 0 }],
    }),
    faceTracks: new Uint8Array(faces.buffer),
    lips: new Uint8Array(Float32Array.of(0.1, 0.3, 0.375, 0.7, 0.125, 0.1, 0.9, 0, 5, 0.5).buffer),
    lipIndex: JSON.stringify({ minMeshProbability: 0.5 }),
    identities: JSON.stringify({ identities: [{ id: 4, trackIds: [0] }] }),
    lipCrops: 'crops',
    lipCropList: 'track,frame\n0,3\n',
  };
  const artifacts = await Promise.all(
    names.map(async (name) => {
      const file = path.join(scratch.folder, `in-${name}`);
      await writeFile(file, content[name]!);
      return { name, path: file, key: 'k', sizeBytes: 1 };
    }),
  );
  const probe = { video: [{ widthPx: 400, heightPx: 800, rotationDeg: 90 }] };
  return { result: { artifacts }, probe } as unknown as Wanted;
}

describe('--lips', () => {
  it('writes regions in pixels of the upright picture, named by person, and the pictures of the lips', async () => {
    const rttmPath = path.join(scratch.folder, 'talk.rttm');
    const all = ['faceTrackIndex', 'faceTracks', 'lips', 'lipIndex', 'identities', 'lipCrops', 'lipCropList'];
    expect(await writeLips({ rttmPath }, await diarized(all), false)).toEqual([]);
    const read = (name: string): Promise<string> => readFile(path.join(scratch.folder, name), 'utf8');
    expect(JSON.parse(await read('talk.roi.json'))).toEqual({
      3: [{ id: '4', x1: 200, y1: 200, x2: 400, y2: 300, lip: [250, 260, 350, 300] }],
    });
    expect(await read('talk.lips.npy')).toBe('crops');
    expect(await read('talk.lips.csv')).toBe('track,frame\n0,3\n');
    const again = writeLips({ rttmPath }, await diarized(all), false);
    await expect(again).rejects.toMatchObject({ data: { code: 'conflict' } });
    expect(await writeLips({ rttmPath }, await diarized(all), true)).toEqual([]);
  });
  it('says so where nobody looked at faces', async () => {
    const [warning] = await writeLips(
      { rttmPath: path.join(scratch.folder, 'x.rttm') },
      await diarized(['lips']),
      false,
    );
    expect(warning).toContain('--lips wrote nothing');
  });
});
