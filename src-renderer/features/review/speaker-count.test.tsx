import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, afterEach, expect, test } from 'vitest';
import type { Job } from '#shared/domain/job.ts';
import { command } from '../../commands/registry.ts';
import { useAppStore } from '../../state/app-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { connectStores } from '../../state/wire.ts';
import { aFile, aSegment, aSpeaker } from '../../testing/builders.ts';
import { MemoryApi } from '../../testing/memory-api.ts';
import { openApp, show } from '../../testing/render.tsx';
import { RunAgainPopover } from './RunAgainPopover.tsx';
import { SpeakerCountNote } from './SpeakerCountNote.tsx';

const review = () => useReviewStore.getState();
let api: MemoryApi;
let stop: () => void;
const started: unknown[] = [];

const aJob = (more: Partial<Job>): Job => ({
  id: 'j',
  mediaId: 'm',
  kind: 'diarize',
  systemId: 'auto',
  params: {},
  speakers: null,
  state: 'queued',
  crashes: 0,
  progress: null,
  error: null,
  hypothesisId: null,
  createdMs: 0,
  finishedMs: null,
  ...more,
});
const aVersion = (id: string, speakerCount: object | null) => ({
  id,
  mediaId: 'm',
  label: id,
  origin: 'machine' as const,
  createdMs: 0,
  speakerCount: 2,
  segmentCount: 2,
  warnings: [],
  provenance: {
    systemId: 'diarist-audio',
    systemVersion: '1',
    appVersion: 'test',
    params: {},
    models: [],
    stages: [],
    decoder: 'none',
    provider: 'cpu',
    ...speakerCount,
  },
});
const unsure = {
  speakerCount: {
    found: 2,
    low: 2,
    high: 3,
    probabilities: [
      { count: 2, probability: 0.6 },
      { count: 3, probability: 0.4 },
    ],
  },
};

beforeEach(async () => {
  started.length = 0;
  api = new MemoryApi();
  api.addFile(aFile('m'), [
    aSpeaker('a', { order: 0, name: 'Speaker 1' }),
    aSpeaker('b', { order: 1, name: 'Speaker 2' }),
    aSegment('s1', 'a', 1, 4, { hypothesisId: 'h1' }),
    aSegment('s2', 'b', 5, 8, { hypothesisId: 'h1' }),
  ]);
  const spoken = (speaker: string, startSec: number) => ({ speaker, startSec, endSec: startSec + 2, confidence: 0.9 });
  api.hypotheses.push({ info: aVersion('h1', unsure), segments: [] });
  api.hypotheses.push({ info: aVersion('h2', null), segments: [spoken('x', 1), spoken('y', 5), spoken('z', 9)] });
  api.handlers['jobs.start'] = (input) => {
    started.push(input);
    return aJob({ speakers: input.speakers });
  };
  api.handlers['systems.list'] = () => [
    {
      id: 'auto',
      label: 'Diarist',
      version: '1',
      description: '',
      needsVideo: false,
      missingModels: [],
      missingOptionalModels: [],
      params: [],
    },
  ];
  useAppStore.setState({ project: null, adoptJobIds: new Set() });
  stop = connectStores(api);
  await waitFor(() => expect(useAppStore.getState().systems).toHaveLength(1));
  await openApp(api, 'm');
});
afterEach(() => stop());

test('the estimate is shown with its bounds and probabilities, and not for a count nobody estimated', async () => {
  show(<SpeakerCountNote />);
  expect(screen.getByText('2–3 speakers are likely').title).toBe(
    'Found by itself: 2. Probabilities: 2: 60 %, 3: 40 %.',
  );
  await act(() => review().apply({ op: 'hypothesis.adopt', hypothesisId: 'h2' }));
  expect(screen.queryByText(/speakers are likely/u)).toBeNull();
  // Whoever has set a number can set another.
  expect(screen.getByText('Their number was not estimated')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Set …' })).toBeTruthy();
});

test('an estimate that is nearly certain says how certain', async () => {
  const certain = { found: 2, low: 2, high: 2, probabilities: [{ count: 2, probability: 0.97 }] };
  api.hypotheses[0] = { info: aVersion('h1', { speakerCount: certain }), segments: [] };
  await act(() => review().open('m'));
  show(<SpeakerCountNote />);
  expect(screen.getByText('Most likely 2: 97 %')).toBeTruthy();
});

test('a number that is set groups the voices anew, and the answer is used at once; undo takes it back', async () => {
  show(<RunAgainPopover trigger={<button type="button">Run again</button>} />);
  act(() => command('speaker.count').run());
  const field = await screen.findByRole<HTMLInputElement>('spinbutton', { name: 'Exactly' });
  expect(field.value).toBe('2');
  fireEvent.change(field, { target: { value: '3' } });
  fireEvent.submit(field.closest('form')!);
  await waitFor(() => expect(started).toHaveLength(1));
  expect(started[0]).toMatchObject({ mediaId: 'm', systemId: 'auto', speakers: { min: 3, max: 3 } });
  act(() => api.emit({ type: 'job.changed', job: aJob({ state: 'running' }) }));
  expect(review().speakers).toHaveLength(2);
  act(() => api.emit({ type: 'job.changed', job: aJob({ state: 'done', hypothesisId: 'h2' }) }));
  await waitFor(() => expect(review().speakers).toHaveLength(3));
  await act(() => review().undo());
  expect(review().speakers).toHaveLength(2);
});

test('what is no number of speakers is said and not run; a half-deleted number stays as typed', async () => {
  show(<RunAgainPopover trigger={<button type="button">Run again</button>} />);
  act(() => command('speaker.count').run());
  const field = await screen.findByRole<HTMLInputElement>('spinbutton', { name: 'Exactly' });
  const run = screen.getByRole<HTMLButtonElement>('button', { name: 'Run' });
  for (const text of ['', '0', '-1', '2.5', '101', '1e9']) {
    fireEvent.change(field, { target: { value: text } });
    expect([field.value, run.disabled, screen.queryByText(/from 1 to 100/u) !== null]).toEqual([text, true, true]);
  }
  fireEvent.submit(field.closest('form')!);
  fireEvent.change(field, { target: { value: '12' } });
  expect(run.disabled).toBe(false);
  fireEvent.submit(field.closest('form')!);
  await waitFor(() => expect(started).toHaveLength(1));
  expect(started[0]).toMatchObject({ speakers: { min: 12, max: 12 } });
});

test('a system without its nets offers its substitute; settings of another system do not go with it', async () => {
  const system = { version: '1', description: '', needsVideo: false, missingOptionalModels: [] };
  const param = { label: 'Own', default: 1, unit: null, min: 0, max: 9 };
  useAppStore.setState({
    systems: [
      { ...system, id: 'auto', label: 'Diarist', missingModels: [], params: [{ ...param, key: 'a.own' }] },
      { ...system, id: 'vbx', label: 'VBx', missingModels: ['net'], params: [] },
      {
        ...system,
        id: 'vbx-substitute',
        label: 'VBx (substitute)',
        missingModels: [],
        params: [{ ...param, key: 'b.own' }],
      },
    ],
  });
  show(<RunAgainPopover trigger={<button type="button">Run again</button>} />);
  act(() => command('file.runAgain').run());
  fireEvent.change(await screen.findByRole('spinbutton', { name: 'Own', hidden: true }), { target: { value: '3' } });
  fireEvent.change(screen.getByRole('combobox', { name: 'System' }), { target: { value: 'vbx' } });
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Run' }).disabled).toBe(true);
  fireEvent.click(screen.getByRole('button', { name: 'Run it on what comes with Diarist' }));
  fireEvent.click(screen.getByRole('button', { name: 'Run' }));
  await waitFor(() => expect(started).toHaveLength(1));
  expect(started[0]).toMatchObject({ systemId: 'vbx-substitute', params: {} });
});

test('labels that a person has edited are replaced only when asked for', async () => {
  await act(() => review().apply({ op: 'segment.setTimes', segmentId: 's1', startSec: 1.5, endSec: 4 }));
  show(<RunAgainPopover trigger={<button type="button">Run again</button>} />);
  act(() => command('speaker.count').run());
  const box = await screen.findByRole<HTMLInputElement>('checkbox', { name: 'Use the result at once' });
  expect(box.checked).toBe(false);
  fireEvent.submit(box.closest('form')!);
  await waitFor(() => expect(started).toHaveLength(1));
  await act(async () => api.emit({ type: 'job.changed', job: aJob({ state: 'done', hypothesisId: 'h2' }) }));
  expect(review().speakers).toHaveLength(2);
});
