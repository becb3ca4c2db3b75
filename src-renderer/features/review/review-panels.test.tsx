import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { command } from '../../commands/registry.ts';
import { useAppStore } from '../../state/app-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { aFile, aSegment, aSpeaker } from '../../testing/builders.ts';
import { MemoryApi } from '../../testing/memory-api.ts';
import { openApp, show } from '../../testing/render.tsx';
import { MergeSpeakersDialog } from './MergeSpeakersDialog.tsx';
import { PickSpeakerDialog } from './PickSpeakerDialog.tsx';
import { SegmentCard } from './SegmentCard.tsx';
import { SegmentGrid } from './SegmentGrid.tsx';
import { SpeakerList } from './SpeakerList.tsx';

const review = () => useReviewStore.getState();
let api: MemoryApi;

beforeEach(async () => {
  // The page has no layout here; the list needs a height to know how many rows to show.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(400);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(600);
  api = new MemoryApi();
  api.addFile(aFile('m'), [
    aSpeaker('a', { order: 0, name: 'Anna' }),
    aSpeaker('b', { order: 1, name: 'Ben', colour: 1 }),
    aSegment('s1', 'a', 1, 4, { confidence: 0.9, review: 'accepted' }),
    aSegment('s2', 'b', 3, 8, { confidence: 0.2 }),
    aSegment('s3', 'a', 9, 12, { confidence: null, origin: 'human' }),
  ]);
  await openApp(api, 'm');
});

test('the list says in words what the timeline shows', () => {
  show(<SegmentGrid />);
  const rows = screen.getAllByRole('row').slice(1);
  const words = rows.map((row) =>
    within(row)
      .getAllByRole('gridcell')
      .map((cell) => cell.textContent),
  );
  expect(words).toEqual([
    ['AAnna', '0:00:01.000', '0:00:04.000', '3.00 s', '0.90', 'accepted · overlap'],
    ['BBen', '0:00:03.000', '0:00:08.000', '5.00 s', '0.20', 'doubtful · overlap'],
    ['AAnna', '0:00:09.000', '0:00:12.000', '3.00 s', '–', 'edited'],
  ]);
  expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('4');
});

test('the list shows what is selected elsewhere and tells the active cell', () => {
  show(<SegmentGrid />);
  act(() => review().select(['s2']));
  const row = screen.getAllByRole('row')[2]!;
  expect(row.getAttribute('aria-selected')).toBe('true');
  const grid = screen.getByRole('grid');
  fireEvent.keyDown(grid, { key: 'ArrowRight' });
  const active = document.getElementById(grid.getAttribute('aria-activedescendant')!);
  expect(active?.textContent).toBe('0:00:03.000');
});

test('F2 edits the start in the list; Enter takes it, Esc gives the old one back', async () => {
  show(<SegmentGrid />);
  act(() => review().select(['s2']));
  const grid = screen.getByRole('grid');
  fireEvent.keyDown(grid, { key: 'ArrowRight' });
  fireEvent.keyDown(grid, { key: 'F2' });
  const field = screen.getByRole('textbox', { name: 'Start' });
  fireEvent.change(field, { target: { value: '2.5' } });
  fireEvent.blur(field);
  await waitFor(() => expect(review().segment('s2')?.startSec).toBe(2.5));
  fireEvent.keyDown(grid, { key: 'F2' });
  const again = screen.getByRole('textbox', { name: 'Start' });
  fireEvent.change(again, { target: { value: '1' } });
  fireEvent.keyDown(again, { key: 'Escape' });
  expect(review().segment('s2')?.startSec).toBe(2.5);
});

test('shift+click selects a run of rows, ctrl+click one more', () => {
  show(<SegmentGrid />);
  const cellOf = (row: number) => within(screen.getAllByRole('row')[row]!).getAllByRole('gridcell')[0]!;
  fireEvent.click(cellOf(1));
  fireEvent.click(cellOf(2), { shiftKey: true });
  expect([...review().selection.segmentIds]).toEqual(['s1', 's2']);
  fireEvent.click(cellOf(3), { ctrlKey: true });
  expect(review().selection.segmentIds.size).toBe(3);
});

test('a speaker is renamed in place: F2, type, Enter; Esc changes nothing', async () => {
  show(<SpeakerList />);
  act(() => review().setTargetSpeaker('b'));
  act(() => command('speaker.rename').run());
  const field = screen.getByRole('textbox', { name: 'Name of Ben' });
  fireEvent.change(field, { target: { value: '  Benjamin ' } });
  fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(review().speakers[1]?.name).toBe('Benjamin'));
  act(() => command('speaker.rename').run());
  const again = screen.getByRole('textbox', { name: 'Name of Benjamin' });
  fireEvent.change(again, { target: { value: 'X' } });
  fireEvent.keyDown(again, { key: 'Escape' });
  await act(async () => {});
  expect(review().speakers[1]?.name).toBe('Benjamin');
  expect(review().revision).toBe(1);
});

test('the speaker list shows time, turns and key, and which one gets new segments', () => {
  show(<SpeakerList />);
  const [anna, ben] = screen.getAllByTestId('speaker-row');
  expect(anna?.textContent).toContain('0:06 · 2 turns');
  expect(within(ben!).getByText('2')).toBeTruthy();
  fireEvent.click(within(ben!).getByRole('button', { name: 'New segments go to Ben' }));
  expect(review().targetSpeakerId).toBe('b');
});

test('the inspector shows the whole of a segment and edits its end', async () => {
  show(<SegmentCard />);
  expect(screen.getByText('Click a segment, or use a key:')).toBeTruthy();
  act(() => review().select(['s2']));
  expect(screen.getByText('0.20')).toBeTruthy();
  expect(screen.getByText('Anna')).toBeTruthy();
  const end = screen.getByRole('textbox', { name: 'End' });
  fireEvent.change(end, { target: { value: '0:00:07.250' } });
  fireEvent.blur(end);
  await waitFor(() => expect(review().segment('s2')?.endSec).toBe(7.25));
});

test('a time that is no time is marked and not taken', () => {
  show(<SegmentCard />);
  act(() => review().select(['s1']));
  const start = screen.getByRole('textbox', { name: 'Start' });
  fireEvent.change(start, { target: { value: 'soon' } });
  expect(start.getAttribute('aria-invalid')).toBe('true');
  fireEvent.blur(start);
  expect(review().revision).toBe(0);
  expect((start as HTMLInputElement).value).toBe('0:00:01.000');
});

test('merging: who stays is chosen, the button says what happens, one undo takes it back', async () => {
  useAppStore.setState({ overlay: 'merge-speakers' });
  act(() => review().setTargetSpeaker('a'));
  show(<MergeSpeakersDialog />);
  fireEvent.click(screen.getByRole('checkbox', { name: 'Ben: Goes into Anna' }));
  fireEvent.click(screen.getByRole('button', { name: 'Merge 1 speaker into Anna' }));
  await waitFor(() => expect(review().speakers.map((speaker) => speaker.name)).toEqual(['Anna']));
  await act(() => review().undo());
  expect(review().speakers.map((speaker) => speaker.name)).toEqual(['Anna', 'Ben']);
});

test('typing a name that is not there makes the speaker and assigns the selection', async () => {
  act(() => review().select(['s2']));
  show(<PickSpeakerDialog />);
  fireEvent.change(screen.getByRole('combobox'), { target: { value: 'Cleo' } });
  expect(screen.getAllByRole('option').map((option) => option.textContent)).toEqual(['New speaker “Cleo”']);
  fireEvent.click(screen.getByRole('option'));
  await waitFor(() => {
    const cleo = review().speakers.find((speaker) => speaker.name === 'Cleo');
    expect(review().segment('s2')?.speakerId).toBe(cleo?.id);
  });
});

test('a read-only project shows the values and takes no edit', () => {
  useReviewStore.setState({ readOnlyReason: 'Open elsewhere.' });
  show(<SegmentCard />);
  act(() => review().select(['s1']));
  expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Start' }).disabled).toBe(true);
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Accept' }).disabled).toBe(true);
});
