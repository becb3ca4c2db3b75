import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOffsets } from '#shared/formats/m3sd.ts';
import { modelsDir } from '../../audio/testing/local-kernels.ts';
import { runRecipe } from '../../systems/testing/run-recipe.ts';
import { soundOfMouth, talkingMouth, writeTalk, type SyntheticFace } from '../talking/testing/synthetic-talk.ts';
import { avSyncStage } from './av-sync-stage.ts';
import { judgeOffset } from './file-offset.ts';
import { CURVE_LENGTH } from './offset-curve.ts';
import { offsetPeak } from './offset-peak.ts';
import { offsetsFile, syncFile, syncSchema, type AvSync } from './sync-file.ts';

const FRAMES = 400;

async function syncOf(faces: readonly SyntheticFace[], sound: Int16Array): Promise<{ sync: AvSync; csv: string }> {
  const dir = await writeTalk(faces, sound);
  const run = await runRecipe(
    {
      ...{ id: 'test', label: '', version: '1', description: '', needsVideo: true, output: 'av-sync' },
      nodes: [
        {
          id: 'av-sync',
          stage: avSyncStage,
          inputs: ['pcm', 'speech', 'face-tracks', 'face-views', 'shots'],
          costPerHour: 1,
        },
      ],
    },
    { dir, modelDirs: [modelsDir] },
  );
  const sync = await run.files('av-sync').readJson(syncFile, syncSchema);
  const csv = await readFile(path.join(dir, 'av-sync', offsetsFile), 'utf8');
  await rm(dir, { recursive: true });
  return { sync, csv };
}

describe('the offset between sound and picture', () => {
  const mouth = talkingMouth(FRAMES, 21);
  const other = talkingMouth(FRAMES, 22);

  it.each([-12, -8, -3, 0, 1, 5, 8, 12])('of %i frames is found, whoever else moves lips', async (shift) => {
    const { sync } = await syncOf([{ mouth: other }, { mouth }], soundOfMouth(mouth, shift, 4));
    expect(sync.offsetSec).not.toBeNull();
    expect(Math.abs(sync.offsetSec! * 25 - shift)).toBeLessThanOrEqual(1);
    expect(sync.confidence).toBeGreaterThan(1.6);
    expect(sync.shots).toEqual([{ shot: 0, offsetSec: sync.offsetSec, confidence: sync.confidence }]);
  });

  it('is not told where no mouth goes with the sound, or where there is none', async () => {
    const voice = soundOfMouth(talkingMouth(FRAMES, 99), 0, 4);
    expect((await syncOf([{ mouth: other }, { mouth }], voice)).sync.offsetSec).toBeNull();
    const hidden = { mouth: new Float64Array(FRAMES).fill(NaN) };
    expect((await syncOf([hidden], voice)).sync).toMatchObject({ offsetSec: null, confidence: 0 });
    const still = { mouth: new Float64Array(FRAMES) };
    expect((await syncOf([still], voice)).sync.offsetSec).toBeNull();
  });

  it('has a row for each face in offsets.csv, in the shape of the M3SD gate', async () => {
    const { sync, csv } = await syncOf([{ mouth }, { mouth: other }], soundOfMouth(mouth, 3, 4));
    const { sync: rows } = parseOffsets(csv);
    expect(rows.map(({ track }) => track)).toEqual(['track-0', 'track-1']);
    // SyncNet counts the other way.
    expect(Math.abs(rows[0]!.offsetFrames + 3)).toBeLessThanOrEqual(1);
    expect(Math.abs(sync.tracks[0]!.offsetFrames - 3)).toBeLessThanOrEqual(1);
    expect(sync.tracks.map(({ passesGate }) => passesGate)[0]).toBe(true);
  });
});

describe('the peak of a curve', () => {
  const curve = (values: ArrayLike<number>, frames = 500) => ({ values: Float64Array.from(values), frames });

  it('is where it was put, to a part of a frame', () => {
    fc.assert(
      fc.property(fc.double({ min: -10, max: 10, noNaN: true }), (centre) => {
        const bump = curve(
          Array.from({ length: CURVE_LENGTH }, (_, at) => 90 * Math.exp(-((at - 15 - centre) ** 2) / 4)),
        );
        expect(Math.abs(offsetPeak(bump)!.exactFrames - 0.25 - centre)).toBeLessThan(0.15);
        expect(judgeOffset(bump).offsetFrames).not.toBeNull();
      }),
    );
  });

  it('is doubtful with a second one beside it, and none in a flat curve', () => {
    const two = curve(
      Array.from(
        { length: CURVE_LENGTH },
        (_, at) => 90 * Math.exp(-((at - 8) ** 2)) + 85 * Math.exp(-((at - 22) ** 2)),
      ),
    );
    expect(offsetPeak(two)!.confidence).toBeLessThan(1.1);
    expect(judgeOffset(two).offsetFrames).toBeNull();
    expect(offsetPeak(curve(new Float64Array(CURVE_LENGTH)))).toBeNull();
  });
});
