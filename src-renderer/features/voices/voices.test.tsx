import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, afterEach, expect, test } from 'vitest';
import type { EnrolledVoiceInfo, SpeakerProposal } from '#shared/api/contract.ts';
import { AppError } from '#shared/api/errors.ts';
import { command } from '../../commands/registry.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { viewMemory } from '../../state/view-memory.ts';
import { followVoices, useVoices } from '../../state/voices-store.ts';
import { aFile, aSegment, aSpeaker } from '../../testing/builders.ts';
import { MemoryApi } from '../../testing/memory-api.ts';
import { openApp, show } from '../../testing/render.tsx';
import { SpeakerList } from '../review/SpeakerList.tsx';
import { VoicesDialog } from './VoicesDialog.tsx';

const review = () => useReviewStore.getState();
const names = () => review().speakers.map(({ name }) => name);
const rowOf = (name: string) => within(screen.getByText(name, { selector: 'b *' }).closest('li')!);
let api: MemoryApi;
let voices: EnrolledVoiceInfo[];
let proposals: SpeakerProposal[];
let stop: () => void;

const aVoice = (name: string, more: Partial<EnrolledVoiceInfo> = {}): EnrolledVoiceInfo => ({
  name,
  speechSec: 12.3,
  clips: [`${name.toLowerCase()}.wav`],
  enrolledMs: 0,
  comparable: true,
  ...more,
});
const likely = (speakerId: string, name: string | null, margin: number | null = 0.21): SpeakerProposal => ({
  speakerId,
  name,
  nearest: name ?? 'Katie',
  likeness: name === null ? 0.31 : 0.82,
  margin,
});

beforeEach(async () => {
  api = new MemoryApi();
  api.addFile(aFile('m'), [
    aSpeaker('a', { order: 0, name: 'Speaker 1' }),
    aSpeaker('b', { order: 1, name: 'Speaker 2', colour: 1 }),
    aSpeaker('c', { order: 2, name: 'Ben', colour: 2, origin: 'human' }),
    aSegment('s1', 'a', 1, 4),
    aSegment('s2', 'b', 5, 8),
    aSegment('s3', 'c', 9, 12),
  ]);
  voices = [aVoice('Katie')];
  proposals = [likely('a', 'Katie'), likely('b', null), likely('c', 'Katie')];
  api.handlers['voices.list'] = () => voices;
  api.handlers['voices.proposals'] = () => proposals;
  useVoices.setState({ voices: null, proposals: new Map(), comparing: false, dismissed: {} });
  viewMemory.load({}, api, false);
  await openApp(api, 'm');
  stop = followVoices(api);
  await waitFor(() => expect(useVoices.getState().comparing).toBe(false));
  await waitFor(() => expect(useVoices.getState().voices).not.toBeNull());
});
afterEach(() => stop());

const changeVoices = (next: EnrolledVoiceInfo[]): void => {
  voices = next;
  api.emit({ type: 'voices.changed' });
};
const asked = () => api.calls.filter(({ method }) => method === 'voices.proposals').length;

test('a name is proposed with its margin and taken by one press, which undo takes back', async () => {
  show(<SpeakerList />);
  await waitFor(() => expect(screen.getByText('0.21 ahead')).toBeTruthy());
  expect(rowOf('Speaker 1').getByText('Katie?')).toBeTruthy();
  expect(rowOf('Speaker 2').getByText('unknown voice').title).toContain('likeness 0.31');
  // Whom a person has named is not guessed at.
  expect(rowOf('Ben').queryByText(/Katie/u)).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: 'Rename to Katie' }));
  await waitFor(() => expect(names()).toEqual(['Katie', 'Speaker 2', 'Ben']));
  expect(screen.queryByText('Katie?')).toBeNull();
  await act(() => review().undo());
  expect(names()[0]).toBe('Speaker 1');
  expect(screen.getByText('Katie?')).toBeTruthy();
});

test('by keys: taken for the target or the first that has one, dismissed for good', async () => {
  show(<SpeakerList />);
  await screen.findByText('Katie?');
  act(() => review().setTargetSpeaker('b'));
  act(() => command('speaker.dismissName').run());
  expect(screen.queryByText('Katie?')).toBeNull();
  expect(review().lastAction?.label).toBe('Katie is not proposed for Speaker 1 any more.');
  expect(review().targetSpeakerId).toBe('a');
  act(() => command('speaker.acceptName').run());
  expect(review().lastAction?.label).toBe('No name is proposed for any speaker.');
  // It stays so when everything is read again.
  await act(async () => changeVoices(voices));
  await waitFor(() => expect(screen.getByText('unknown voice')).toBeTruthy());
  expect(screen.queryByText('Katie?')).toBeNull();
  proposals = [likely('b', 'Tom', null)];
  act(() => changeVoices([aVoice('Tom')]));
  await screen.findByText('likeness 0.82');
  act(() => command('speaker.acceptName').run());
  await waitFor(() => expect(names()).toEqual(['Speaker 1', 'Tom', 'Ben']));
});

test('a voice that was split into two speakers is merged, not named twice', async () => {
  proposals = [likely('a', 'Katie'), likely('b', 'Katie')];
  act(() => changeVoices(voices));
  show(<SpeakerList />);
  await waitFor(() => expect(screen.getAllByText('Katie?')).toHaveLength(2));
  fireEvent.click(screen.getAllByRole('button', { name: 'Rename to Katie' })[0]!);
  fireEvent.click(await screen.findByRole('button', { name: 'Merge into Katie' }));
  await waitFor(() => expect(names()).toEqual(['Katie', 'Ben']));
});

test('voices are compared when the speakers or the voices change, not at each border', async () => {
  await waitFor(() => expect(asked()).toBe(1));
  await act(() => review().apply({ op: 'segment.setTimes', segmentId: 's1', startSec: 1.5, endSec: 4 }));
  await act(() => review().apply({ op: 'speaker.rename', speakerId: 'b', name: 'Tom' }));
  expect(asked()).toBe(1);
  await act(() => review().apply({ op: 'speaker.merge', fromIds: ['b'], intoId: 'a' }));
  expect(asked()).toBe(2);
  await act(async () => changeVoices([]));
  expect(asked()).toBe(2);
  expect(useVoices.getState().proposals.size).toBe(0);
});

test('a comparison that failed is told, and leaves the list as it is', async () => {
  api.handlers['voices.proposals'] = () => {
    throw new AppError('crashed', 'The engine stopped.');
  };
  act(() => changeVoices(voices));
  await waitFor(() => expect(review().lastAction).toMatchObject({ tone: 'problem', label: 'The engine stopped.' }));
  expect(useVoices.getState().comparing).toBe(false);
});

test('without voices the dialog says what to do, and enrols the speaker one had in hand', async () => {
  act(() => changeVoices([]));
  await waitFor(() => expect(useVoices.getState().voices).toEqual([]));
  act(() => review().setTargetSpeaker('c'));
  const enrolled: unknown[] = [];
  api.handlers['voices.enrol'] = ({ taskId: _, ...rest }) => {
    enrolled.push(rest);
    const voice = aVoice(rest.name);
    act(() => changeVoices([voice]));
    return voice;
  };
  show(<VoicesDialog />);
  expect(screen.getByText('No voice is enrolled yet.')).toBeTruthy();
  // A name a person gave is what the voice is called, too.
  expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Name' }).value).toBe('Ben');
  fireEvent.click(screen.getByRole('button', { name: 'Enrol Ben' }));
  await waitFor(() => expect(review().lastAction?.label).toBe('Ben is enrolled from 12.30 s of speech.'));
  expect(enrolled).toEqual([
    { name: 'Ben', source: { kind: 'speaker', mediaId: 'm', speakerId: 'c' }, replace: false },
  ]);
  expect(await screen.findByText('12.30 s of speech · ben.wav')).toBeTruthy();
});

test('a voice is replaced only by a button that says so; what it refuses is shown with the way out', async () => {
  api.handlers['voices.enrol'] = ({ replace }) => {
    expect(replace).toBe(true);
    throw new AppError('bad-input', "Katie's clips hold 1.2 s of speech; 3 s are the least.", { fix: 'Add clips.' });
  };
  show(<VoicesDialog />);
  fireEvent.change(screen.getByRole('textbox', { name: 'Name' }), { target: { value: ' Katie ' } });
  fireEvent.click(screen.getByRole('button', { name: 'Replace Katie' }));
  expect(await screen.findByText(/1\.2 s of speech/u)).toBeTruthy();
  expect(screen.getByText('Add clips.')).toBeTruthy();
});

test('a voice is renamed in place; forgetting it asks once', async () => {
  const calls: unknown[] = [];
  api.handlers['voices.rename'] = (input) => {
    calls.push(input);
    return {};
  };
  api.handlers['voices.remove'] = (input) => {
    calls.push(input);
    return {};
  };
  show(<VoicesDialog />);
  fireEvent.click(screen.getByRole('button', { name: 'Rename Katie' }));
  const field = screen.getByRole('textbox', { name: 'Name of the voice Katie' });
  fireEvent.change(field, { target: { value: 'Kate' } });
  fireEvent.keyDown(field, { key: 'Enter' });
  fireEvent.click(screen.getByRole('button', { name: 'Forget Katie' }));
  expect(document.activeElement?.textContent).toBe('Keep');
  await waitFor(() => expect(calls).toEqual([{ from: 'Katie', to: 'Kate' }]));
  fireEvent.click(screen.getByRole('button', { name: 'Forget' }));
  await waitFor(() => expect(review().lastAction?.label).toBe('Katie is forgotten.'));
  expect(calls).toHaveLength(2);
});

test('a voice of other nets says that it must be enrolled anew', async () => {
  act(() => changeVoices([aVoice('Katie', { comparable: false })]));
  show(<VoicesDialog />);
  expect(await screen.findByText('Made with other nets: enrol it again.')).toBeTruthy();
});
