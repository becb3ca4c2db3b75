import { appendFile, copyFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listModels, registrySchema, resolveModel } from './registry.ts';

const bundled = path.resolve(import.meta.dirname, '../../models');
let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'diarist-models-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function failure(work: Promise<unknown>): Promise<AppError['data']> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return (error as AppError).data;
}
const entry = (more: Record<string, unknown>) => ({
  id: 'thing',
  stage: 'test',
  version: '1',
  file: 'sub/thing.onnx',
  location: { kind: 'pull' },
  urls: ['https://example.org/thing.onnx'],
  sha256: createHash('sha256').update('abc').digest('hex'),
  bytes: 3,
  licence: 'MIT',
  licenceFile: null,
  nonCommercial: false,
  contract: 'a → b',
  preprocessing: 'none',
  published: { figure: 'none', source: 'none' },
  ...more,
});
const writeRegistry = (...models: unknown[]) => writeFile(path.join(dir, 'registry.json'), JSON.stringify({ models }));

describe('the committed registry', () => {
  it('is valid, its bundled models are here and their content is what it says', async () => {
    const models = await listModels([bundled]);
    expect(models.length).toBeGreaterThan(0);
    for (const model of models) {
      if (model.location.kind === 'pull') continue;
      expect(model.installed, model.id).toBe(true);
      expect((await resolveModel(model.id, [bundled])).sha256).toBe(model.sha256);
    }
  });
  it('names a licence text for everything that comes with the app', async () => {
    for (const model of await listModels([bundled])) {
      if (!model.bundled) continue;
      expect((await readFile(path.join(bundled, model.licenceFile!), 'utf8')).length).toBeGreaterThan(500);
      expect(model.nonCommercial).toBe(false);
    }
  });
});

describe('resolveModel', () => {
  it('says which file is missing and how to get it', async () => {
    await writeRegistry(entry({}));
    expect(await failure(resolveModel('thing', [dir]))).toMatchObject({
      code: 'not-found',
      fix: expect.stringContaining('https://example.org/thing.onnx') as unknown,
    });
    expect((await listModels([dir]))[0]).toMatchObject({ installed: false, path: null });
  });
  it('knows nothing of an unknown id', async () => {
    await writeRegistry(entry({}));
    expect(await failure(resolveModel('other', [dir]))).toMatchObject({ code: 'not-found' });
  });
  it('takes the first folder that has the file', async () => {
    await writeRegistry(entry({}));
    const user = path.join(dir, 'user');
    for (const folder of [user, dir]) {
      await mkdir(path.join(folder, 'sub'), { recursive: true });
      await writeFile(path.join(folder, 'sub/thing.onnx'), 'abc');
    }
    expect((await resolveModel('thing', [user, dir])).path).toBe(path.join(user, 'sub/thing.onnx'));
  });
  it('refuses a file of another content, also when it changes after a first check', async () => {
    await writeRegistry(entry({}));
    await mkdir(path.join(dir, 'sub'));
    const file = path.join(dir, 'sub/thing.onnx');
    await writeFile(file, 'abc');
    await resolveModel('thing', [dir]);
    await writeFile(file, 'abd');
    await utimes(file, new Date(), new Date(Date.now() + 5000));
    expect(await failure(resolveModel('thing', [dir]))).toMatchObject({ code: 'bad-input', file });
  });
  it('refuses a truncated copy of a real model', async () => {
    await copyFile(path.join(bundled, 'registry.json'), path.join(dir, 'registry.json'));
    await mkdir(path.join(dir, 'diarist-voice'));
    const file = path.join(dir, 'diarist-voice/head.onnx');
    await writeFile(file, (await readFile(path.join(bundled, 'diarist-voice/head.onnx'))).subarray(0, 100_000));
    expect((await listModels([dir])).find((model) => model.id === 'diarist-voice-head')!.installed).toBe(false);
    expect(await failure(resolveModel('diarist-voice-head', [dir]))).toMatchObject({ code: 'bad-input', file });
  });
});

describe('a broken registry', () => {
  it('is named with its file', async () => {
    await writeRegistry(entry({ sha256: 'nonsense' }));
    expect(await failure(listModels([dir]))).toMatchObject({
      code: 'bad-input',
      file: path.join(dir, 'registry.json'),
    });
    await appendFile(path.join(dir, 'registry.json'), '}');
    expect(await failure(listModels([dir]))).toMatchObject({ code: 'bad-input' });
  });
  it('is missed when there is none', async () => {
    expect(await failure(listModels([dir]))).toMatchObject({ code: 'not-found' });
  });
  it('may not hold one id twice or leave its folder', () => {
    expect(registrySchema.safeParse({ models: [entry({}), entry({})] }).success).toBe(false);
    expect(registrySchema.safeParse({ models: [entry({ file: '../thing.onnx' })] }).success).toBe(false);
  });
});
