/**
 *   npm run bench -- talking [--recordings N] [--overlaps no] [--models-dir DIR]
 *
 * Who talks and the offset between sound and picture, by lips and, where it is in the models folder, the overlap net, on
 * recordings composed of clips of GRID (../shared/data/video; docs/adr/0090): share of single speakers' time given to the
 * right face, of two at once found, of two where there is one, how honest the probabilities are, and how often an offset of
 * −8 … 8 frames is told and right. Limits: 90 % right, 4 % of speech given to two instead of one, 80 % told, 95 % of them
 * within a frame. `--overlaps no`: no two turns cross.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { modelsDir } from '#engine/audio/testing/local-kernels.ts';
import { sileroVadStage } from '#engine/audio/silero-vad.ts';
import { speechRegionsStage } from '#engine/audio/speech-regions.ts';
import type { RecipeNode } from '#engine/stage.ts';
import { runRecipe } from '#engine/systems/testing/run-recipe.ts';
import { avSyncStage } from '#engine/video/sync/av-sync-stage.ts';
import { optionalOverlapStage } from '#engine/fuse/optional-overlap.ts';
import { syncFile, syncSchema } from '#engine/video/sync/sync-file.ts';
import { talkingFile } from '#engine/video/talking/talking-file.ts';
import { talkingWithOverlapStage } from '#engine/video/talking/talking-stage.ts';
import { hasTalkClips, readTalkClips } from './talking/clips.ts';
import { composeTalk, type ComposedTalk } from './talking/compose.ts';
import { writeComposed } from './talking/write-composed.ts';

const videoDir = path.resolve(import.meta.dirname, '../../shared/data/video');
const nodes: readonly RecipeNode[] = [
  { id: 'vad', stage: sileroVadStage, inputs: ['pcm'], costPerHour: 10 },
  { id: 'speech', stage: speechRegionsStage, inputs: ['pcm', 'vad'], costPerHour: 0.1 },
  { id: 'overlap', stage: optionalOverlapStage, inputs: ['pcm'], costPerHour: 160 },
  {
    id: 'talking',
    stage: talkingWithOverlapStage,
    inputs: ['pcm', 'vad', 'speech', 'face-tracks', 'face-views', 'overlap'],
    costPerHour: 5,
  },
  {
    id: 'av-sync',
    stage: avSyncStage,
    inputs: ['pcm', 'speech', 'face-tracks', 'face-views', 'shots'],
    costPerHour: 5,
  },
];
const recipe = {
  ...{ id: 'bench-talking', label: '', version: '1', description: '', needsVideo: true, output: 'talking' },
  nodes,
};
/** Borders of the probabilities whose honesty is shown. */
const STEPS = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.01];

/** Frames, a face speaking from a probability of 0.5. */
interface TalkCounts {
  /** One of several faces speaks, and is the likeliest. */
  right: number;
  frames: number;
  /** Two faces speak, and both are found. */
  bothFound: number;
  both: number;
  /** At most one face speaks and somebody is heard, and two are found. */
  falsePairs: number;
  fewer: number;
}

/** The seeds differ from those of any fit. */
const FIRST_SEED = 5000;

export async function run(args: string[]): Promise<number> {
  const option = (name: string): string | undefined => {
    const at = args.indexOf(name);
    return at >= 0 ? args[at + 1] : undefined;
  };
  const count = Number(option('--recordings') ?? 20);
  const withOverlaps = option('--overlaps') !== 'no';
  const models = [modelsDir, ...(option('--models-dir') ? [path.resolve(option('--models-dir')!)] : [])];
  if (!(count > 0)) {
    console.error('Usage: npm run bench -- talking [--recordings N] [--overlaps no] [--models-dir DIR]');
    return 2;
  }
  if (!hasTalkClips(videoDir)) {
    console.error(`Nothing to compose from: the clips of GRID are not below ${videoDir}.`);
    return 2;
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'diarist-bench-talking-'));
  try {
    const clips = await readTalkClips(videoDir, path.join(folder, 'cache'));
    const talk: TalkCounts = { right: 0, frames: 0, bothFound: 0, both: 0, falsePairs: 0, fewer: 0 };
    const honesty = STEPS.slice(1).map(() => ({ said: 0, true: 0, rows: 0 }));
    const offsets = { told: 0, right: 0 };
    for (let number = 0; number < count; number++) {
      const composed = composeTalk(clips, FIRST_SEED + number, withOverlaps);
      const inStep = await listen(path.join(folder, `${number}`), composed, 0, models);
      addTo(composed, inStep.talking, talk, honesty);
      const shift = ((number * 7) % 17) - 8;
      const moved = await listen(path.join(folder, `${number}-moved`), composed, shift, models);
      if (moved.offsetSec === null) continue;
      offsets.told++;
      if (Math.abs(moved.offsetSec * 25 - shift) <= 1.01) offsets.right++;
    }
    const share = talk.right / talk.frames;
    console.log(`${count} recordings; single speakers' time given to the right face: ${(100 * share).toFixed(1)} %`);
    const percent = (part: number, all: number): string => `${((100 * part) / Math.max(1, all)).toFixed(1)} %`;
    console.log(`two at once found: ${percent(talk.bothFound, talk.both)} of ${(talk.both / 25).toFixed(0)} s;`);
    console.log(
      `two where there are not: ${percent(talk.falsePairs, talk.fewer)} of ${(talk.fewer / 25).toFixed(0)} s`,
    );
    for (const { said, true: really, rows } of honesty.filter((one) => one.rows > 0)) {
      console.log(`  said ${(said / rows).toFixed(2)}  true ${(really / rows).toFixed(2)}  (${rows} rows)`);
    }
    console.log(`offsets told: ${offsets.told} of ${count}; within a frame: ${offsets.right}`);
    const isWithin =
      share >= 0.9 &&
      talk.falsePairs <= 0.04 * talk.fewer &&
      offsets.told >= 0.8 * count &&
      offsets.right >= 0.95 * offsets.told;
    return isWithin ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function listen(
  dir: string,
  composed: ComposedTalk,
  shift: number,
  modelDirs: readonly string[],
): Promise<{ talking: Float32Array; offsetSec: number | null }> {
  await writeComposed(dir, composed, shift);
  const result = await runRecipe(recipe, { dir, modelDirs });
  const { offsetSec } = await result.files('av-sync').readJson(syncFile, syncSchema);
  return { talking: await result.files('talking').readFloat32(talkingFile), offsetSec };
}

function addTo(
  { faces, frameCount, turns }: ComposedTalk,
  talking: Float32Array,
  talk: TalkCounts,
  honesty: { said: number; true: number; rows: number }[],
): void {
  const isHeard = new Uint8Array(frameCount);
  for (const { from, to } of turns) isHeard.fill(1, from, to);
  for (let frame = 0; frame < frameCount; frame++) {
    const values = faces.map((_, face) => talking[face * frameCount + frame]!);
    values.forEach((value, face) => {
      const bin = honesty[STEPS.findIndex((step) => value < step) - 1];
      if (!bin) return;
      bin.said += value;
      bin.true += faces[face]!.speaking[frame]!;
      bin.rows++;
    });
    const speakers = faces.flatMap(({ speaking }, face) => (speaking[frame] === 1 ? [face] : []));
    const shown = values.filter((value) => value >= 0.5).length;
    if (speakers.length > 1) {
      talk.both++;
      if (speakers.every((face) => values[face]! >= 0.5)) talk.bothFound++;
    } else if (isHeard[frame] === 1) {
      talk.fewer++;
      if (shown > 1) talk.falsePairs++;
    }
    if (speakers.length !== 1 || faces.length === 1) continue;
    talk.frames++;
    if (values.indexOf(Math.max(...values)) === speakers[0]) talk.right++;
  }
}
