import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ModelInfo, ModelPull, PullOffer } from '#shared/api/contract.ts';
import { useAppStore } from '../../state/app-store.ts';
import { askInModelsView, followModels, useModels } from '../../state/models-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { MemoryApi } from '../../testing/memory-api.ts';
import { show } from '../../testing/render.tsx';
import { JobsPopover } from '../review/JobsPopover.tsx';
import { ModelsView } from './ModelsView.tsx';

let api: MemoryApi;
let models: ModelInfo[];
let stop: () => void;

const aModel = (id: string, more: Partial<ModelInfo> = {}): ModelInfo => ({
  id,
  stage: 'voice embedding',
  licence: 'CC-BY-NC-4.0',
  nonCommercial: true,
  sizeBytes: 40_000_000,
  sha256: 'ab',
  installed: false,
  bundled: false,
  damaged: false,
  removable: false,
  hasAddress: true,
  partBytes: 0,
  takes: 'x → y',
  source: 'https://example.org',
  neededBy: ['VBx'],
  helps: [],
  pull: null,
  ...more,
});
const offerOf = (ids: readonly string[], more: Partial<PullOffer> = {}): PullOffer => ({
  folder: '/data/models',
  freeBytes: 1e9,
  mirror: null,
  models: ids.map((id) => ({
    id,
    stage: 'voice embedding',
    sizeBytes: 40_000_000,
    partBytes: 10_000_000,
    from: `https://example.org/${id}.onnx`,
    source: 'https://example.org',
    file: `/data/models/${id}.onnx`,
    sha256: null,
    licence: 'CC-BY-NC-4.0',
    nonCommercial: true,
    licenceTexts: [{ name: 'LICENSE', text: 'Sell nothing.' }],
    problem: null,
  })),
  ...more,
});
const pull = (more: Partial<ModelPull> = {}): ModelPull => ({
  modelId: 'net',
  state: 'running',
  doneBytes: 10_000_000,
  totalBytes: 40_000_000,
  etaSec: 30,
  error: null,
  ...more,
});
const calls = (method: string): unknown[] =>
  api.calls.filter((call) => call.method === method).map(({ input }) => input);
const listed = () => waitFor(() => expect(document.querySelector('tr[data-model]')).toBeTruthy());
const row = (id: string) => within(document.querySelector<HTMLElement>(`tr[data-model="${id}"]`)!);

beforeEach(() => {
  api = new MemoryApi();
  models = [aModel('net'), aModel('own-only', { hasAddress: false }), aModel('mine', { bundled: true })];
  api.handlers['models.list'] = () => models;
  api.handlers['models.offer'] = ({ ids }) => offerOf(ids);
  api.handlers['models.pull'] = () => [pull({ state: 'queued' })];
  api.handlers['models.cancelPull'] = () => ({});
  useAppStore.setState({ api, booted: true, view: 'models', overlay: null, jobs: [], notices: [] });
  useReviewStore.getState().connect(api);
  stop = followModels(api);
});
afterEach(() => stop());

test('nothing is pulled before licence, size, source and place were shown and agreed to', async () => {
  show(<ModelsView />);
  await listed();
  fireEvent.click(row('net').getByRole('button', { name: /Pull/u }));
  const dialog = within(await screen.findByRole('dialog'));
  await dialog.findByText('For non-commercial use only');
  for (const words of [
    'https://example.org/net.onnx',
    '/data/models/net.onnx',
    '40.0 MB, of which 10.0 MB are here already',
  ]) {
    expect(dialog.getByText(words)).toBeTruthy();
  }
  expect(calls('models.pull')).toEqual([]);
  fireEvent.click(dialog.getByRole('button', { name: 'Agree and pull (30.0 MB)' }));
  await waitFor(() => expect(calls('models.pull')).toEqual([{ ids: ['net'], agreed: true }]));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('without room on the disk it cannot be agreed to', async () => {
  api.handlers['models.offer'] = ({ ids }) => offerOf(ids, { freeBytes: 20_000_000 });
  show(<ModelsView />);
  await listed();
  act(() => askInModelsView({ kind: 'pull', ids: ['net'] }));
  expect((await screen.findByRole('alert')).textContent).toContain('no room');
  expect(screen.getByRole<HTMLButtonElement>('button', { name: /Agree/u }).disabled).toBe(true);
});

test('progress is where the model is and among the jobs, and is cancelled there', async () => {
  show(<ModelsView />);
  await listed();
  act(() => api.emit({ type: 'model.pull', pull: pull() }));
  expect(row('net').getByText(/10\.0 MB of 40\.0 MB · about 30 s left/u)).toBeTruthy();
  fireEvent.click(row('net').getByRole('button', { name: 'Cancel the download of net' }));
  await waitFor(() => expect(calls('models.cancelPull')).toEqual([{ id: 'net' }]));
  show(<JobsPopover />);
  expect(screen.getByText('1 download')).toBeTruthy();
  models = [aModel('net', { partBytes: 10_000_000, pull: pull({ state: 'cancelled' }) })];
  act(() => api.emit({ type: 'models.changed' }));
  await waitFor(() => expect(row('net').getByRole('button', { name: /Resume/u })).toBeTruthy());
});

test('a failure stays with the model, each way out a button', async () => {
  const error = { code: 'io' as const, message: 'The download broke off.', file: '/data/models/net.onnx', fix: 'Try.' };
  models = [aModel('net', { pull: pull({ state: 'failed', error }) })];
  show(<ModelsView />);
  const problem = within(await screen.findByRole('alert'));
  expect(problem.getByRole('button', { name: 'Try again' })).toBeTruthy();
  fireEvent.click(problem.getByRole('button', { name: 'Set a mirror folder …' }));
  expect(useModels.getState().question).toEqual({ kind: 'mirror' });
});

test('a model that nobody offers is added as a file', async () => {
  show(<ModelsView />);
  await listed();
  expect(row('own-only').queryByRole('button', { name: /Pull/u })).toBeNull();
  fireEvent.click(row('own-only').getByRole('button', { name: /^Add a file/u }));
  expect(useModels.getState().question).toEqual({ kind: 'add', id: 'own-only' });
});
