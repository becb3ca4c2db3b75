import { rm } from 'node:fs/promises';
import path from 'node:path';
import { addModel } from '#models/own-models.ts';
import { listModels } from '#models/registry.ts';
import { speechSources, voiceChoices } from '#shared/engine/system-variants.ts';
import { hypothesisSegmentSchema } from '#shared/domain/hypothesis.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { itShared, sharedPath } from '../../testing/shared-data.ts';
import { modelsDir } from '../audio/testing/local-kernels.ts';
import { decodePcm, writePcm } from '../audio/testing/synthetic-pcm.ts';
import { speechNodes } from './speech-nodes.ts';
import { findSystem, systems } from './index.ts';
import { runRecipe } from './testing/run-recipe.ts';

const schema = z.object({ segments: z.array(hypothesisSegmentSchema) });
const folders: string[] = [];
afterEach(async () => {
  for (const dir of folders.splice(0)) await rm(dir, { recursive: true });
});

const ordered = (id: string): void => {
  const { nodes } = findSystem(id);
  const ids = nodes.map((node) => node.id);
  expect(new Set(ids).size).toBe(ids.length);
  nodes.forEach((node, k) => {
    for (const input of node.inputs) expect(ids.slice(0, k)).toContain(input);
  });
};

describe('another speech detection', () => {
  it('keeps every recipe in order and all else in it', () => {
    for (const system of systems) {
      if (!system.nodes.some((node) => node.id === 'speech')) continue;
      for (const { id } of speechSources) {
        const variant = findSystem(`${system.id}+vad-${id}`);
        ordered(variant.id);
        expect(variant.label).not.toBe(system.label);
        const others = (nodes: typeof variant.nodes) =>
          nodes.filter((node) => !['vad', 'speech', 'sad'].includes(node.id)).map((node) => node.id);
        expect(others(variant.nodes)).toEqual(others(system.nodes));
      }
    }
  });
  it('names the nets it says it needs, all known to the registry', async () => {
    const known = new Set((await listModels([modelsDir])).map((model) => model.id));
    for (const { id, models } of speechSources) {
      expect(new Set(speechNodes[id].flatMap((node) => node.stage.models))).toEqual(new Set(models));
      for (const model of models) expect(known).toContain(model);
    }
    for (const { model } of voiceChoices) if (model !== null) expect(known).toContain(model);
  });
  it('is exchanged in both recipes of the default rule', () => {
    const auto = findSystem('auto+vad-webrtc');
    for (const recipe of [auto, auto.otherwise!.recipe]) {
      expect(recipe.nodes.find((node) => node.id === 'vad')!.stage.id).toBe('webrtc-vad');
    }
    expect(auto.otherwise!.recipe.id).toBe('diarist-audio+vad-webrtc');
  });
  it('is refused where there is nothing to exchange', () => {
    expect(() => findSystem('pyannote-3.1+vad-silero')).toThrow(/nothing to exchange/u);
    expect(() => findSystem('lium+voice-ecapa')).toThrow(/nothing to exchange/u);
    expect(() => findSystem('lium+vad-nonsense')).toThrow(/No system is called/u);
  });
  itShared('runs', async () => {
    const samples = decodePcm(sharedPath('data/audio/picovoice_falcon/resources/audio_samples/test.wav'));
    for (const id of [
      'lium+vad-silero',
      '3d-speaker-audio-substitute+vad-webrtc',
      'lium+vad-pyannote',
      'lium+refined',
    ]) {
      const { dir } = await writePcm(samples);
      folders.push(dir);
      const run = await runRecipe(findSystem(id), { dir, modelDirs: [modelsDir, sharedPath('models')] });
      const { segments } = await run.files(findSystem(id).output).readJson('hypothesis.json', schema);
      const seconds = segments.reduce((sum, { startSec, endSec }) => sum + endSec - startSec, 0);
      expect(seconds, id).toBeGreaterThan(8);
      expect(seconds, id).toBeLessThan(18.6);
    }
  });
});

describe('refined borders', () => {
  it('follow the turns of every system of sound', () => {
    for (const system of systems) {
      if (system.output !== 'turns') {
        expect(() => findSystem(`${system.id}+refined`)).toThrow(/picture/u);
        continue;
      }
      ordered(`${system.id}+refined`);
      expect(findSystem(`${system.id}+refined`).output).toBe('refined');
    }
  });
});

describe('of the default rule', () => {
  it('the answer names what ran, and borders are moved where sound alone decides', () => {
    const rule = findSystem('auto+vad-webrtc+refined');
    expect([rule.id, rule.output]).toEqual(['diarist-av+vad-webrtc', findSystem('diarist-av').output]);
    const heard = rule.otherwise!.recipe;
    expect([heard.id, heard.output]).toEqual(['diarist-audio+vad-webrtc+refined', 'refined']);
  });
});

describe('another voice net', () => {
  it('keeps every recipe in order', () => {
    for (const system of systems) {
      if (!system.nodes.some((node) => ['embeddings', 'voices'].includes(node.id))) continue;
      for (const { id, model } of voiceChoices) {
        if (id === 'custom' && system.nodes.some((node) => node.stage.id.startsWith('chunk-voices'))) {
          expect(() => findSystem(`${system.id}+voice-custom`)).toThrow(/only known nets/u);
          continue;
        }
        const variant = findSystem(`${system.id}+voice-${id}`);
        ordered(variant.id);
        const models = new Set(variant.nodes.flatMap((node) => node.stage.models));
        expect(models.has(model ?? 'diarist-voice-head')).toBe(true);
        if (model !== null) expect(models.has('diarist-voice-trunk')).toBe(false);
      }
    }
  });
  itShared('runs', async () => {
    const samples = decodePcm(sharedPath('data/audio/picovoice_falcon/resources/audio_samples/test.wav'));
    const { dir } = await writePcm(samples);
    folders.push(dir);
    const run = await runRecipe(findSystem('3d-speaker-audio+voice-bilstm'), {
      dir,
      modelDirs: [modelsDir, sharedPath('models')],
      speakers: { min: 3, max: 3 },
    });
    const { segments } = await run.files('turns').readJson('hypothesis.json', schema);
    expect(new Set(segments.map(({ speaker }) => speaker)).size).toBe(3);
  });
  itShared('may be one that was added, fed as is said: the same turns as with the slot of its own', async () => {
    const samples = decodePcm(sharedPath('data/audio/picovoice_falcon/resources/audio_samples/test.wav'));
    const { dir } = await writePcm(samples);
    folders.push(dir);
    const own = path.join(dir, 'models');
    const net = sharedPath('models/spk_embed/bilstm_librispeech/spk_bilstm_mean_all_specaug.onnx');
    await addModel(
      net,
      (await listModels([modelsDir])).find((model) => model.id === 'custom-voice')!,
      own,
    );
    const turnsOf = async (id: string, params: Record<string, string>): Promise<unknown> => {
      const run = await runRecipe(findSystem(id), { dir, modelDirs: [own, modelsDir, sharedPath('models')], params });
      return (await run.files('turns').readJson('hypothesis.json', schema)).segments;
    };
    const added = await turnsOf('3d-speaker-audio+voice-custom', { 'embeddings.frontEnd': 'librosa-mfcc-40' });
    expect(added).toEqual(await turnsOf('3d-speaker-audio+voice-bilstm', {}));
  });
});
