import { beforeEach, expect, test, vi } from 'vitest';
import { useAppStore } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import { connectStores } from '../state/wire.ts';
import { aFile, aSegment, aSpeaker } from '../testing/builders.ts';
import { MemoryApi } from '../testing/memory-api.ts';
import { catalogue } from './catalogue.ts';
import { commandOf, listenForKeys } from './keys.ts';
import { attachPorts, ports } from './ports.ts';
import { command, commands } from './registry.ts';

const review = () => useReviewStore.getState();
const settle = () => new Promise((resolve) => setTimeout(resolve));
let api: MemoryApi;
let nowSec = 0;

beforeEach(async () => {
  document.body.innerHTML = '';
  api = new MemoryApi();
  api.addFile(aFile('m'), [
    aSpeaker('a', { order: 0, name: 'Anna' }),
    aSpeaker('b', { order: 1, name: 'Ben' }),
    aSegment('s1', 'a', 1, 4),
    aSegment('s2', 'b', 3, 8, { confidence: 0.2 }),
    aSegment('s3', 'a', 9, 12, { confidence: 0.3 }),
    aSegment('s4', 'a', 20, 22),
  ]);
  useAppStore.setState({ view: 'review', overlay: null, booted: true });
  useReviewStore.setState({ readOnlyReason: null, playOnSelect: false, lastAction: null });
  review().connect(api);
  await review().open('m');
  nowSec = 0;
  attachPorts({
    player: { ...ports.player, currentSec: () => nowSec, durationSec: () => 100, seek: (sec) => (nowSec = sec) },
  });
});

function press(code: string, more: KeyboardEventInit & { on?: Element } = {}): KeyboardEvent {
  const { on = document.body, ...init } = more;
  const event = new KeyboardEvent('keydown', { code, key: code, bubbles: true, cancelable: true, ...init });
  Object.defineProperty(event, 'target', { value: on });
  return event;
}

function run(code: string, more: KeyboardEventInit = {}): void {
  commandOf(press(code, more))?.run();
}

test('no chord is bound twice', () => {
  const chords = catalogue.flatMap((entry) => [...entry.keys]);
  expect(chords.filter((chord, at) => chords.indexOf(chord) !== at)).toEqual([]);
});

test('every command has a title of its own and a key', () => {
  const titles = commands.map((one) => one.title());
  expect(titles.filter((title) => title.startsWith('commands.'))).toEqual([]);
  expect(new Set(titles).size).toBe(titles.length);
  expect(commands.filter((one) => one.keys.length === 0)).toEqual([]);
});

test('keys go by their place: the same physical key acts whatever character it makes', () => {
  expect(commandOf(press('KeyS', { key: 'ы' }))?.id).toBe('segment.split');
  expect(commandOf(press('KeyZ', { key: 'y', ctrlKey: true }))?.id).toBe('edit.undo');
});

test('modifiers have to match: Shift+digit overlaps, the digit assigns, Alt+digit is free', () => {
  expect(commandOf(press('Digit2'))?.id).toBe('assign.d2');
  expect(commandOf(press('Digit2', { shiftKey: true }))?.id).toBe('overlap.d2');
  expect(commandOf(press('Digit2', { altKey: true }))).toBeUndefined();
});

test('? goes by its character, wherever the layout has it', () => {
  expect(commandOf(press('Minus', { key: '?', shiftKey: true }))?.id).toBe('view.keys');
});

test.each(['input', 'textarea', 'select'])('no command acts while a %s has the focus', (tag) => {
  const field = document.body.appendChild(document.createElement(tag));
  for (const one of commands)
    for (const chord of one.keys) {
      const code = chord.split('+').at(-1)!;
      const event = press(code, {
        on: field,
        shiftKey: chord.includes('Shift'),
        ctrlKey: chord.includes('$mod'),
      });
      expect(commandOf(event)).toBeUndefined();
    }
});

test('no command acts inside a dialog, a menu or under an open overlay', () => {
  const dialog = document.body.appendChild(document.createElement('dialog'));
  const inside = dialog.appendChild(document.createElement('div'));
  expect(commandOf(press('Escape', { on: inside }))).toBeUndefined();
  expect(commandOf(press('KeyS', { on: inside }))).toBeUndefined();
  useAppStore.setState({ overlay: 'keys' });
  expect(commandOf(press('KeyS'))).toBeUndefined();
});

test('a button with the focus keeps Space and Enter; other keys still act', () => {
  const button = document.body.appendChild(document.createElement('button'));
  expect(commandOf(press('Space', { on: button }))).toBeUndefined();
  expect(commandOf(press('KeyS', { on: button }))?.id).toBe('segment.split');
});

test('arrows belong to sliders and to regions that claim them', () => {
  document.body.innerHTML = '<div role="slider"></div><div data-own-keys="ArrowLeft"><p></p></div>';
  const [slider, region] = [document.querySelector('[role=slider]')!, document.querySelector('p')!];
  expect(commandOf(press('ArrowLeft', { on: slider }))).toBeUndefined();
  expect(commandOf(press('ArrowLeft', { on: region }))).toBeUndefined();
  expect(commandOf(press('ArrowDown', { on: region }))?.id).toBe('segment.next');
});

test('a held key repeats seeking but never splitting', () => {
  expect(commandOf(press('ArrowRight', { repeat: true }))?.id).toBe('seek.forward');
  expect(commandOf(press('KeyS', { repeat: true }))).toBeUndefined();
});

test('review commands rest in other views, view commands do not', () => {
  useAppStore.setState({ view: 'library' });
  expect(commandOf(press('KeyS'))).toBeUndefined();
  expect(commandOf(press('Digit2', { ctrlKey: true }))?.id).toBe('view.review');
});

test('a key that is taken is kept from the browser, any other is not', () => {
  const stop = listenForKeys(window);
  const spy = vi.spyOn(command('view.keys'), 'run');
  const taken = new KeyboardEvent('keydown', {
    code: 'Slash',
    key: '?',
    shiftKey: true,
    bubbles: true,
    cancelable: true,
  });
  document.body.dispatchEvent(taken);
  expect(taken.defaultPrevented).toBe(true);
  expect(spy).toHaveBeenCalledOnce();
  useAppStore.setState({ overlay: null });
  const free = new KeyboardEvent('keydown', { code: 'F5', key: 'F5', bubbles: true, cancelable: true });
  document.body.dispatchEvent(free);
  expect(free.defaultPrevented).toBe(false);
  stop();
});

test('a key of the view that comes before the first load has ended acts when it has', async () => {
  const type = (code: string, more: KeyboardEventInit = {}): boolean =>
    document.body.dispatchEvent(
      new KeyboardEvent('keydown', { code, key: code, bubbles: true, cancelable: true, ...more }),
    );
  await review().open(null);
  useAppStore.setState({ booted: false, project: null, listShown: false });
  const stop = listenForKeys(window);
  const letGo = connectStores(api);
  expect(type('KeyT')).toBe(false);
  expect(type('Digit4', { ctrlKey: true })).toBe(false);
  // What edits or plays is not for later.
  expect(type('KeyS')).toBe(true);
  await vi.waitFor(() =>
    expect(useAppStore.getState()).toMatchObject({ booted: true, view: 'models', listShown: true }),
  );
  letGo();
  stop();
});

test('a digit reassigns the selection; with nothing selected it chooses who gets new segments', async () => {
  run('Digit2');
  expect(review().targetSpeakerId).toBe('b');
  expect(review().revision).toBe(0);
  review().select(['s1']);
  run('Digit2');
  await settle();
  expect(review().speakers.map((speaker) => speaker.id)).toEqual(['a', 'b']);
  expect(
    review()
      .segments.filter((segment) => segment.speakerId === 'a')
      .map((segment) => segment.id),
  ).toEqual(['s3', 's4']);
});

test('a digit without a speaker says so and changes nothing', async () => {
  review().select(['s1']);
  run('Digit7');
  await settle();
  expect(review().revision).toBe(0);
  expect(review().lastAction?.label).toContain('key 7');
});

test('U goes through the doubtful ones and stops at the end; V through overlaps', () => {
  run('KeyU');
  expect(review().selection.focusId).toBe('s2');
  run('KeyU');
  expect(review().selection.focusId).toBe('s3');
  run('KeyU');
  expect(review().selection.focusId).toBe('s3');
  expect(review().lastAction?.label).toBe('No doubtful segment after this one.');
  run('KeyV', { shiftKey: true });
  expect(review().selection.focusId).toBe('s2');
});

test('Enter accepts and goes to the next doubtful one', async () => {
  review().select(['s2']);
  run('Enter');
  await settle();
  expect(review().segment('s2')?.review).toBe('accepted');
  expect(review().selection.focusId).toBe('s3');
});

test('S splits at the playhead and selects the later part; outside it explains', async () => {
  review().select(['s3']);
  nowSec = 2;
  run('KeyS');
  expect(review().lastAction?.label).toBe('Move the playhead inside the selected segment, then split.');
  nowSec = 10;
  run('KeyS');
  await settle();
  const focus = review().segment(review().selection.focusId!);
  expect([focus?.startSec, focus?.endSec]).toEqual([10, 12]);
});

test('I, O and brackets move one edge and never the other; the playhead stays', async () => {
  review().select(['s4']);
  nowSec = 21;
  run('KeyI');
  await settle();
  expect(review().segment('s4')).toMatchObject({ startSec: 21, endSec: 22 });
  run('BracketLeft', { shiftKey: true });
  await settle();
  expect(review().segment('s4')).toMatchObject({ startSec: 21, endSec: 21.98 });
  run('BracketRight', { ctrlKey: true });
  await settle();
  expect(review().segment('s4')).toMatchObject({ startSec: 21.2, endSec: 21.98 });
  expect(nowSec).toBe(21);
});

test('M merges with the next segment of the same speaker', async () => {
  review().select(['s1']);
  run('KeyM');
  await settle();
  expect(
    review()
      .segments.filter((segment) => segment.speakerId === 'a')
      .map(({ startSec, endSec }) => [startSec, endSec]),
  ).toEqual([
    [1, 12],
    [20, 22],
  ]);
});

test('A adds a segment for the target speaker, as long as there is room', async () => {
  review().setTargetSpeaker('a');
  nowSec = 8;
  run('KeyA');
  await settle();
  const focus = review().segment(review().selection.focusId!);
  expect(focus).toMatchObject({ speakerId: 'a', startSec: 8 });
  expect(review().lastAction?.tone).toBe('edit');
});
