import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Job } from '#shared/domain/job.ts';
import { FolderBrowser } from '../features/library/FolderBrowser.tsx';
import { JobsPopover } from '../features/review/JobsPopover.tsx';
import { SubsetBuilder } from '../features/curate/SubsetBuilder.tsx';
import { useAppStore } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import { connectStores } from '../state/wire.ts';
import { aFile, aSegment, aSpeaker } from '../testing/builders.ts';
import { MemoryApi } from '../testing/memory-api.ts';
import { openApp, show } from '../testing/render.tsx';
import { ErrorBox } from '../ui/ErrorBox.tsx';
import { MiddleText } from '../ui/controls.tsx';
import { Banners } from './Banners.tsx';
import { CommandPalette } from './CommandPalette.tsx';

let api: MemoryApi;

beforeEach(async () => {
  api = new MemoryApi();
  api.addFile(aFile('m'), [aSpeaker('a', { name: 'Anna' }), aSegment('s1', 'a', 1, 4)]);
  await openApp(api, 'm');
});

const job = (more: Partial<Job>): Job => ({
  id: 'j',
  mediaId: 'm',
  kind: 'diarize',
  systemId: 'audio',
  params: {},
  speakers: null,
  state: 'running',
  crashes: 0,
  progress: { stage: 'vad', stageLabel: 'Finding speech', stageShare: 0.5, totalShare: 0.25, etaSec: 130 },
  error: null,
  hypothesisId: null,
  createdMs: 0,
  finishedMs: null,
  ...more,
});

test('an error says what, which file, what to do; details are folded; all of it is copied', () => {
  const write = vi.fn().mockResolvedValue(undefined);
  vi.spyOn(navigator, 'clipboard', 'get').mockReturnValue({ writeText: write } as unknown as Clipboard);
  const error = {
    code: 'io' as const,
    message: 'The disk is full.',
    file: '/a.mp4',
    fix: 'Make room.',
    detail: 'ENOSPC',
  };
  show(<ErrorBox error={error} />);
  const box = screen.getByRole('alert');
  for (const text of ['The disk is full.', '/a.mp4', 'Make room.']) expect(box.textContent).toContain(text);
  expect(box.querySelector('details')?.open).toBe(false);
  fireEvent.click(screen.getByRole('button', { name: 'Copy' }));
  expect(write).toHaveBeenCalledWith('The disk is full.\n/a.mp4\nMake room.\n[io]\nENOSPC');
});

test('a long name keeps its end and its whole text', () => {
  const { container } = show(<MiddleText text="kitchen-table-interview-2024.mkv" />);
  const [whole, head, tail] = container.querySelectorAll('span > span');
  expect(whole?.textContent).toBe('kitchen-table-interview-2024.mkv');
  expect(tail?.textContent).toBe('2024.mkv');
  expect(`${head?.textContent}${tail?.textContent}`).toBe('kitchen-table-interview-2024.mkv');
});

test('jobs: progress with stage and time left, cancel asks the host, failure offers another try', async () => {
  const asked: string[] = [];
  api.handlers['jobs.cancel'] = ({ jobId }) => {
    asked.push(jobId);
    return job({ state: 'cancelled' });
  };
  useAppStore.setState({ jobs: [job({})], overlay: 'jobs' });
  show(<JobsPopover />);
  expect(screen.getByText('Finding speech · 25 % · about 2 min left')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Cancel the job for m.mp4' }));
  await waitFor(() => expect(asked).toEqual(['j']));
  const failure = { code: 'crashed' as const, message: 'The engine crashed.' };
  act(() => useAppStore.setState({ jobs: [job({ state: 'failed', error: failure })] }));
  expect(screen.getByText('The engine crashed.')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
});

test('the palette offers what can be done now, digits by name, and finds by words', () => {
  useReviewStore.setState({ readOnlyReason: null });
  show(<CommandPalette />);
  expect(screen.getByText('Assign to Anna')).toBeTruthy();
  expect(screen.queryByText(/Assign to speaker/u)).toBeNull();
  fireEvent.change(screen.getByRole('combobox'), { target: { value: 'split' } });
  expect(screen.getAllByRole('option')[0]?.textContent).toContain('Split at the playhead');
});

test('outside Review the palette leaves out what needs a file', () => {
  useAppStore.setState({ view: 'library' });
  show(<CommandPalette />);
  expect(screen.queryByText('Split at the playhead')).toBeNull();
  expect(screen.getByText('Review')).toBeTruthy();
});

test('files are browsed by keys alone: Down, Enter opens, Backspace goes up, Space ticks', async () => {
  api.handlers['files.browse'] = ({ path }) =>
    path === '/home/talks'
      ? {
          path: '/home/talks',
          parent: '/home',
          entries: [{ name: 'a.mp4', path: '/home/talks/a.mp4', kind: 'media', sizeBytes: 5 }],
        }
      : {
          path: '/home',
          parent: null,
          entries: [
            { name: 'music', path: '/home/music', kind: 'directory', sizeBytes: null },
            { name: 'talks', path: '/home/talks', kind: 'directory', sizeBytes: null },
          ],
        };
  const ticked: string[] = [];
  show(<FolderBrowser start={null} ticked={new Set()} onToggle={(entry) => ticked.push(entry.path)} />);
  await screen.findByText('talks');
  fireEvent.keyDown(screen.getByRole('listbox'), { key: 'ArrowDown' });
  fireEvent.keyDown(screen.getByRole('listbox'), { key: 'Enter' });
  await waitFor(() => expect(screen.getByRole<HTMLInputElement>('textbox').value).toBe('/home/talks'));
  fireEvent.keyDown(screen.getByRole('listbox'), { key: ' ' });
  expect(ticked).toEqual(['/home/talks/a.mp4']);
  fireEvent.keyDown(screen.getByRole('listbox'), { key: 'Backspace' });
  await screen.findByText('music');
});

test('a folder to start in that is gone gives way to home', async () => {
  api.handlers['files.browse'] = ({ path }) => {
    if (path !== null) throw new Error('gone');
    return { path: '/home/me', parent: '/home', entries: [] };
  };
  show(<FolderBrowser start="/unplugged/talks" />);
  await waitFor(() => expect(screen.getByRole<HTMLInputElement>('textbox').value).toBe('/home/me'));
  expect(screen.queryByRole('alert')).toBeNull();
  // One that is asked for by hand is told of.
  fireEvent.change(screen.getByRole('textbox'), { target: { value: '/nowhere' } });
  fireEvent.click(screen.getByRole('button', { name: 'Go' }));
  expect((await screen.findByRole('alert')).textContent).toContain('gone');
});

test('a subset is counted as the rules change, and cannot be written while nothing fits', async () => {
  const asked: unknown[] = [];
  api.handlers['export.subsetPreview'] = (choice) => {
    asked.push(choice);
    return choice.reviewedOnly
      ? { files: 0, speakers: 0, turns: 0, speechSec: 0 }
      : { files: 1, speakers: 2, turns: 7, speechSec: 65 };
  };
  show(<SubsetBuilder mediaIds={['m']} speakerIds={{}} />);
  await screen.findByText('1:05');
  fireEvent.change(screen.getByRole('textbox', { name: 'New folder to write' }), { target: { value: '/out' } });
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Write the subset' }).disabled).toBe(false);
  fireEvent.click(screen.getByRole('checkbox', { name: 'Only what a person has accepted or made' }));
  await screen.findByText(/Nothing fits these rules/u);
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Write the subset' }).disabled).toBe(true);
  expect(asked.at(-1)).toMatchObject({ mediaIds: ['m'], reviewedOnly: true });
});

test('start: project, files and settings are read, the file is opened, a lost line is shown and healed', async () => {
  useAppStore.setState({ booted: false, project: null });
  const stop = connectStores(api);
  await waitFor(() => expect(useAppStore.getState().booted).toBe(true));
  expect(useReviewStore.getState().media?.id).toBe('m');
  show(<Banners />);
  act(() => api.setConnected(false));
  expect(screen.getByRole('alert').textContent).toContain('connection');
  api.editElsewhere('m', { op: 'speaker.rename', speakerId: 'a', name: 'Zoe' });
  act(() => api.setConnected(true));
  await waitFor(() => expect(useReviewStore.getState().speakers[0]?.name).toBe('Zoe'));
  expect(screen.queryByRole('alert')).toBeNull();
  stop();
});

test('a job that fails while one works is said at once; a file that was refused at the start is an error', async () => {
  useAppStore.setState({ booted: false, project: null, jobs: [] });
  const refused = { code: 'bad-input' as const, message: 'This is no media file.', file: '/bad.mp4' };
  const info = await api.call('app.info', {});
  api.handlers['app.info'] = () => ({ ...info, notices: [{ level: 'error', text: 'bad.mp4', error: refused }] });
  const stop = connectStores(api);
  await waitFor(() => expect(useAppStore.getState().booted).toBe(true));
  show(<Banners />);
  expect(screen.getByRole('alert').textContent).toContain('/bad.mp4');
  act(() => api.emit({ type: 'job.changed', job: job({}) }));
  const error = { code: 'io' as const, message: 'The disk is full.' };
  act(() => api.emit({ type: 'job.changed', job: job({ state: 'failed', progress: null, error }) }));
  expect(useReviewStore.getState().lastAction).toMatchObject({ label: 'm.mp4: The disk is full.', tone: 'problem' });
  stop();
});

test('a project that another window holds says so in a banner', async () => {
  api.readOnlyReason = 'Another Diarist has this project open since 10:42.';
  useAppStore.setState({ booted: false, project: null });
  const stop = connectStores(api);
  await waitFor(() => expect(useAppStore.getState().booted).toBe(true));
  show(<Banners />);
  expect(screen.getByText(/since 10:42/u)).toBeTruthy();
  expect(useReviewStore.getState().saveState).toBe('read-only');
  stop();
});

test('a start that fails is told with its way out, not with an empty window', async () => {
  api.handlers['project.get'] = () => {
    throw new Error('newer file');
  };
  useAppStore.setState({ booted: false, bootError: null, project: null });
  const stop = connectStores(api);
  await waitFor(() => expect(useAppStore.getState().bootError?.message).toBe('newer file'));
  stop();
});
