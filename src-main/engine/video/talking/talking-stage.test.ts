import { rm } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { modelsDir } from '../../audio/testing/local-kernels.ts';
import { runRecipe } from '../../systems/testing/run-recipe.ts';
import { talkingFile, talkingIndexFile, talkingIndexSchema, type TalkingIndex } from './talking-file.ts';
import { talkingStage } from './talking-stage.ts';
import { soundOfMouth, talkingMouth, writeTalk, type SyntheticFace } from './testing/synthetic-talk.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const dir of folders.splice(0)) await rm(dir, { recursive: true });
});

const FRAMES = 500;

async function talk(
  faces: readonly SyntheticFace[],
  sound: Int16Array,
): Promise<{ values: Float32Array[]; index: TalkingIndex }> {
  const dir = await writeTalk(faces, sound);
  folders.push(dir);
  const run = await runRecipe(
    {
      ...{ id: 'test', label: '', version: '1', description: '', needsVideo: true, output: 'talking' },
      nodes: [
        {
          id: 'talking',
          stage: talkingStage,
          inputs: ['pcm', 'vad', 'speech', 'face-tracks', 'face-views'],
          costPerHour: 1,
        },
      ],
    },
    { dir, modelDirs: [modelsDir] },
  );
  const all = await run.files('talking').readFloat32(talkingFile);
  return {
    values: faces.map((_, at) => all.subarray(at * FRAMES, (at + 1) * FRAMES)),
    index: await run.files('talking').readJson(talkingIndexFile, talkingIndexSchema),
  };
}

const mean = (values: Float32Array, from: number, to: number): number =>
  values.subarray(from, to).reduce((sum, value) => sum + value, 0) / (to - from);

describe('who talks', () => {
  const said = talkingMouth(FRAMES, 3);
  const first = said.map((open, k) => (k < 250 ? open : 0));
  const second = said.map((open, k) => (k < 250 ? 0 : open));
  /** Talks without a sound: other words. */
  const silentTalk = talkingMouth(FRAMES, 77);
  const chewing = Float64Array.from({ length: FRAMES }, (_, k) => 0.3 + 0.3 * Math.sin((2 * Math.PI * 1.4 * k) / 25));

  it('goes to the mouth that moves with the sound, not to those that move by themselves', async () => {
    const faces = [first, second, silentTalk, chewing].map((mouth) => ({ mouth }));
    const { values, index } = await talk(faces, soundOfMouth(said, 0, 5));
    expect(mean(values[0]!, 15, 235)).toBeGreaterThan(0.9);
    expect(mean(values[1]!, 265, 485)).toBeGreaterThan(0.9);
    for (const [face, from, to] of [
      [0, 265, 485],
      [1, 15, 235],
      [2, 0, FRAMES],
      [3, 0, FRAMES],
    ] as const) {
      expect(mean(values[face]!, from, to), `face ${face}`).toBeLessThan(0.1);
    }
    expect(index).toMatchObject({ method: 'lips', net: null, offsetFrames: 0 });
    expect(index.perTrack.map(({ measuredFrames }) => measuredFrames)).toEqual([FRAMES, FRAMES, FRAMES, FRAMES]);
    expect(index.perTrack[0]!.talkingSec).toBeCloseTo(10, -0.5);
  });

  it('is two at once where the next one begins half a second before the other ends, silent lips beside them or not', async () => {
    const own = [said, talkingMouth(FRAMES, 8)];
    const [before, after] = [
      own[0]!.map((open, k) => (k < 258 ? open : 0)),
      own[1]!.map((open, k) => (k < 243 ? 0 : open)),
    ];
    const sounds = [soundOfMouth(before, 0, 5), soundOfMouth(after, 0, 6)];
    const mixed = sounds[0]!.map((value, n) => value + sounds[1]![n]!);
    for (const beside of [[], [silentTalk]]) {
      const { values } = await talk(
        [before, after, ...beside].map((mouth) => ({ mouth })),
        mixed,
      );
      const both = Array.from(values[0]!, (value, k) => Number(Math.min(value, values[1]![k]!) > 0.5));
      const count = (from: number, to: number): number => both.slice(from, to).reduce((sum, one) => sum + one, 0);
      expect(count(243, 258)).toBeGreaterThanOrEqual(9);
      expect(count(0, 235) + count(266, FRAMES)).toBe(0);
      for (const silent of values.slice(2)) expect(mean(silent, 0, FRAMES)).toBeLessThan(0.1);
    }
  });

  it('is nobody in the picture when the voice belongs to somebody else', async () => {
    const faces = [silentTalk, chewing].map((mouth) => ({ mouth }));
    const { values } = await talk(faces, soundOfMouth(said, 0, 5));
    for (const face of values) expect(mean(face, 0, FRAMES)).toBeLessThan(0.2);
  });

  it('is found all the same where the sound comes eight frames late, at the time it is seen', async () => {
    const faces = [first, second].map((mouth) => ({ mouth }));
    const { values, index } = await talk(faces, soundOfMouth(said, 8, 5));
    expect(index.offsetFrames).toBe(8);
    expect(mean(values[0]!, 15, 235)).toBeGreaterThan(0.9);
    expect(mean(values[1]!, 265, 480)).toBeGreaterThan(0.9);
    expect(values[1]![258]).toBeGreaterThan(0.5);
  });

  it('has nothing to say of a picture without faces', async () => {
    const { values, index } = await talk([], soundOfMouth(said, 0, 5));
    expect(values).toEqual([]);
    expect(index).toMatchObject({ net: null, offsetFrames: 0, perTrack: [] });
  });

  it('says nothing of faces whose mouth was not seen', async () => {
    const hidden = said.map((open, k) => (k >= 100 && k < 300 ? NaN : open));
    const { values, index } = await talk([{ mouth: hidden }], soundOfMouth(said, 0, 5));
    expect(Number.isNaN(values[0]![200]!)).toBe(true);
    expect(values[0]![50]).toBeGreaterThan(0.8);
    expect(index.perTrack[0]!.measuredFrames).toBeLessThan(330);
  });
});
