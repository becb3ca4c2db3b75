import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { pcmStage } from '../media-stages.ts';
import type { Stage, SystemRecipe } from '../stage.ts';

const pieceSamples = 16_000;

const loudnessParams = z.object({
  gain: z.number().min(0).max(100).default(1).describe('Factor of the level, no unit'),
  delayMs: z.number().int().min(0).max(5_000).default(20).describe('Pretended work per second of sound'),
});

/** Level of each second of sound, one shard and one kernel call per second. */
const loudnessStage: Stage<typeof loudnessParams> = {
  id: 'test-loudness',
  version: '1',
  label: 'Measuring the level',
  params: loudnessParams,
  models: [],
  artifacts: { level: 'level.f32' },
  async run(context) {
    const bytes = await readFile(context.input('pcm').path('pcm.s16'));
    const pcm = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1);
    const count = Math.ceil(pcm.length / pieceSamples);
    const levels = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      const shard = await context.shard(`second-${i}`, async () => {
        let sum = 0;
        for (const sample of pcm.subarray(i * pieceSamples, (i + 1) * pieceSamples)) sum += Math.abs(sample);
        const millis = context.params.delayMs;
        return new Float32Array([await context.kernel('sleep-echo', { millis, value: sum / 32_768 / pieceSamples })]);
      });
      levels[i] = shard[0]! * context.params.gain;
      context.progress(i + 1, count);
    }
    if (count === 0) context.warn('There is no sound.');
    await context.writeArray('level.f32', levels);
  },
};

const turnsParams = z.object({ floor: z.number().min(0).max(1).default(0.05).describe('Level that counts as speech') });

const turnsStage: Stage<typeof turnsParams> = {
  id: 'test-turns',
  version: '1',
  label: 'Writing turns',
  params: turnsParams,
  models: [],
  usesSpeakers: true,
  async run(context) {
    const levels = await context.input('loudness').readFloat32('level.f32');
    const speakers = context.job.speakers?.max ?? 2;
    const segments = [...levels].flatMap((level, i) =>
      level < context.params.floor
        ? []
        : [{ startSec: i, endSec: i + 1, speaker: `spk${i % speakers}`, confidence: Math.min(1, level) }],
    );
    await context.writeJson('hypothesis.json', { segments });
  },
};

/** A stage that blocks the engine's main thread: nothing but a kill ends it. */
const stuckStage: Stage = {
  id: 'test-stuck',
  version: '1',
  label: 'Hanging',
  params: z.object({}),
  models: [],
  async run(context) {
    context.progress(1, 2);
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
  },
};

const speakersUndeclaredStage: Stage = {
  id: 'test-undeclared',
  version: '1',
  label: 'Reading too much',
  params: z.object({}),
  models: [],
  async run(context) {
    await context.writeJson('hypothesis.json', { segments: [], speakers: context.job.speakers });
  },
};

const recipe = (id: string, nodes: SystemRecipe['nodes'], output: string): SystemRecipe => ({
  id,
  label: id,
  version: '1',
  description: 'For tests of the engine.',
  needsVideo: false,
  nodes,
  output,
});

const pcm = { id: 'pcm', stage: pcmStage, inputs: [], costPerHour: 4 };

/** Small but real: decodes, runs kernels, keeps shards, writes turns. */
export const testRecipes: readonly SystemRecipe[] = [
  recipe(
    'test-levels',
    [
      pcm,
      { id: 'loudness', stage: loudnessStage, inputs: ['pcm'], costPerHour: 72, params: { gain: 2 } },
      { id: 'turns', stage: turnsStage, inputs: ['loudness'], costPerHour: 0.1 },
    ],
    'turns',
  ),
  recipe('test-stuck', [pcm, { id: 'stuck', stage: stuckStage, inputs: ['pcm'], costPerHour: 1 }], 'stuck'),
  recipe('test-undeclared', [pcm, { id: 'out', stage: speakersUndeclaredStage, inputs: [], costPerHour: 1 }], 'out'),
];
