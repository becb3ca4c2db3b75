import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { itShared, sharedPath } from '../testing/shared-data.ts';
import { runCli, type CliRun } from './testing/run-cli.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'diarist-cli-models-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const models = (...args: string[]): Promise<CliRun> =>
  runCli(['models', ...args], { env: { DIARIST_DATA_DIR: dir }, cwd: dir });

describe('diarist models', () => {
  it('lists what there is, with licences', async () => {
    const run = await models('list');
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^silero-vad-v6 {2}voice activity \(comes with the app; 2\.3 MB; MIT\)$/mu);
    expect(run.stdout).toMatch(/^bilstm-librispeech .*\n {2}used by any system with --speaker-model bilstm$/mu);
    expect(run.stdout).toMatch(/^sortformer-4spk-v1 .*NON-COMMERCIAL/mu);
    const json = JSON.parse((await models('list', '--json')).stdout) as { id: string; systems: string[] }[];
    expect(json.find((model) => model.id === 'silero-vad-v6')!.systems).toContain('diarist-audio');
  });
  it('verifies what is installed', async () => {
    const run = await models('verify');
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('diarist-voice-trunk: is right');
  });
  it('refuses wrong names, files and models of the app', async () => {
    expect(await models('pull', 'nonsense', '--yes')).toMatchObject({ code: 2 });
    expect(await models('remove', 'silero-vad-v6')).toMatchObject({ code: 3 });
    writeFileSync(path.join(dir, 'no.onnx'), 'no net');
    const run = await models('add', 'no.onnx', '--as', 'ecapa-voxceleb');
    expect(run).toMatchObject({ code: 3 });
    expect(run.stderr).toContain('no ONNX model');
    expect(await models('frobnicate')).toMatchObject({ code: 2 });
  });
  it('names the way out where nobody offers a file', async () => {
    const run = await models('pull', 'ecapa-voxceleb', '--yes');
    expect(run).toMatchObject({ code: 3 });
    expect(run.stderr).toContain('diarist models add <file.onnx> --as ecapa-voxceleb');
  });

  itShared('pulls from a mirror once the licences shown are agreed to', async () => {
    const args = ['pull', 'pyannote-ovl-ami', 'light-asd-talkset-audio', '--mirror', sharedPath('models')];
    const asked = await models(...args);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('FOR NON-COMMERCIAL USE ONLY');
    expect(asked.stderr).toContain('Licence text of pyannote-ovl-ami');
    const file = path.join(dir, 'models/overlap/pyannote_ovl_ami/ovl_ami.onnx');
    expect(existsSync(file)).toBe(false);
    expect(await models(...args, '--yes')).toMatchObject({ code: 0 });
    expect(existsSync(path.join(path.dirname(file), 'LICENSE'))).toBe(true);
    expect((await models('verify', 'pyannote-ovl-ami')).stdout).toContain('is right');
    writeFileSync(file, readFileSync(file).subarray(1));
    expect(await models('verify')).toMatchObject({ code: 1 });
    expect(await models('remove', 'pyannote-ovl-ami')).toMatchObject({ code: 0 });
    expect(existsSync(file)).toBe(false);
  });
});

describe('diarist diarize --substitute', () => {
  const sample = path.resolve(import.meta.dirname, '../../resources/sample/sample.mp4');
  const diarize = (...args: string[]): Promise<CliRun> =>
    runCli(['diarize', sample, '-o', 'out', '--cache-dir', 'cache', '--json', '--force', ...args], {
      env: { DIARIST_DATA_DIR: dir },
      cwd: dir,
    });
  it('runs a system whose model is missing on the app’s own, and the output says so', async () => {
    const without = await diarize('--system', '3d-speaker-audio');
    expect(without.code).toBe(1);
    expect(without.stderr).toContain('diarist models add <file.onnx> --as campplus-zh-en');
    const run = await diarize('--system', '3d-speaker-audio', '--substitute');
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('"system":"3d-speaker-audio-substitute"');
  });
  it('is refused where there is nothing to substitute', async () => {
    const run = await diarize('--substitute');
    expect(run).toMatchObject({ code: 2 });
    expect(run.stderr).toContain('pyannote-3.1');
  });
  it('names all models that are missing, once for all files', async () => {
    copyFileSync(sample, path.join(dir, 'other.mp4'));
    const run = await diarize('other.mp4', '--system', 'pyannote-3.1');
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/The models pyannote-segmentation-3, wespeaker-resnet34-lm, which pyannote 3\.1 needs/u);
    expect(run.stderr).toContain('diarist models pull wespeaker-resnet34-lm');
    expect(run.stderr).toContain('--substitute');
    expect(run.stdout.match(/"type":"failed"/gu)).toHaveLength(1);
  });
  it('a file in the place of a model that is another net, or none, is told as its fault, not the recording’s', async () => {
    const head = path.resolve(import.meta.dirname, '../../models/diarist-voice/head.onnx');
    const put = (model: string): string => {
      const place = path.join(dir, 'models', model);
      mkdirSync(path.dirname(place), { recursive: true });
      copyFileSync(head, place);
      return place;
    };
    // Told by its shape before any work, else by its first run.
    const place = put('spk_embed/speechbrain/ecapa_voxceleb.onnx');
    const another = await diarize('--system', 'ecapa-kmeans');
    expect(another.code).toBe(1);
    expect(another.stderr).toContain(place);
    expect(another.stderr).toMatch(/ecapa-voxceleb is another net: it has 2 inputs where 1/u);
    writeFileSync(place, 'no net');
    expect(await diarize('--system', 'ecapa-kmeans')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no ONNX model') as string,
    });
    const shapeless = put('eend/nvidia/diar_sortformer_4spk-v1.onnx');
    const late = await diarize('--system', 'sortformer');
    expect(late.code).toBe(1);
    expect(late.stderr).toContain(`${shapeless}: The model diar_sortformer_4spk-v1.onnx cannot work on`);
    rmSync(shapeless);
    rmSync(place);
  });
});

describe('diarist systems', () => {
  const systems = (...args: string[]): Promise<CliRun> =>
    runCli(['systems', ...args], { env: { DIARIST_DATA_DIR: dir }, cwd: dir });
  it('says in two lines each what there is and what it needs; all of one that is named', async () => {
    const { stdout, code } = await systems();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^pyannote-3\.1 .*needs pyannote-segmentation-3, wespeaker-resnet34-lm; or --substitute/mu);
    expect(stdout).not.toContain('--set speech');
    expect(stdout.split('\n').length).toBeLessThan(80);
    expect((await systems('diarist-audio')).stdout).toContain('--set speech.onset=0.2');
    expect((await systems('auto')).stdout).toContain('--set av-turns.faceWeight');
  });
  it('knows a misspelt name', async () => {
    expect(await systems('diarist-adio')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('diarist-audio?') as string,
    });
  });
});
