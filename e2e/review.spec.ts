import path from 'node:path';
import { parseRttm } from '../src-shared/formats/rttm.ts';
import { expect, test } from './app.ts';

const sample = path.resolve(import.meta.dirname, '../resources/sample/sample.mp4');

test('a video is diarized, corrected by keyboard, and every edit survives', async ({ start }) => {
  const first = await (await start({ media: [sample], cold: true })).ready();
  expect(first.page.url()).not.toContain('token');
  const machine = await first.exportRttm();
  const before = parseRttm(machine).turns;
  expect(before.length).toBeGreaterThan(10);
  expect(await first.speakers.count()).toBe(new Set(before.map((turn) => turn.speaker)).size);

  // Reassign the first turn by digit.
  const other = before.find((turn) => turn.speaker !== before[0]!.speaker)!.speaker;
  await first.press('ArrowDown', '2');
  await expect(first.status).toContainText(/Reassigned/);
  const reassigned = parseRttm(await first.exportRttm()).turns;
  expect(reassigned[0]).toMatchObject({ startSec: before[0]!.startSec, endSec: before[0]!.endSec, speaker: other });
  expect(reassigned.slice(1)).toEqual(before.slice(1));

  // A reload changes nothing, and undo goes back across it.
  await first.page.reload();
  await first.ready();
  expect(parseRttm(await first.exportRttm()).turns).toEqual(reassigned);
  await first.press('Control+z');
  await expect.poll(() => first.exportRttm()).toBe(machine);

  // kill -9 of the host, a new one on the same project: the edit is there and can be undone.
  await first.press('ArrowDown', '2');
  await expect(first.status).toContainText(/Reassigned/);
  await first.app.stop('SIGKILL');
  const second = await (await start({ dir: first.app.dir })).ready();
  expect(parseRttm(await second.exportRttm()).turns).toEqual(reassigned);
  await second.press('Control+z');
  await expect.poll(() => second.exportRttm()).toBe(machine);
});

test('split, delete, undo and redo by keyboard', async ({ start }) => {
  const review = await (await start({ media: [sample] })).ready();
  const machine = await review.exportRttm();
  const turns = parseRttm(machine).turns;

  await review.press('ArrowDown', 'ArrowRight', 'ArrowRight', 's');
  await expect(review.status).toContainText(/Split/);
  const split = parseRttm(await review.exportRttm()).turns;
  expect(split).toHaveLength(turns.length + 1);
  expect(split[0]!.endSec).toBeCloseTo(split[1]!.startSec, 3);

  await review.press('Control+z', 'Control+Shift+z');
  await expect.poll(async () => parseRttm(await review.exportRttm()).turns).toEqual(split);
  await review.press('Control+z');
  await review.press('ArrowDown', 'Delete');
  await expect(review.status).toContainText(/Deleted/);
  expect(parseRttm(await review.exportRttm()).turns).toHaveLength(turns.length - 1);
  await review.press('Control+z');
  await expect.poll(() => review.exportRttm()).toBe(machine);
});

test('the page plays the video and the playhead follows', async ({ start }) => {
  const review = await (await start({ media: [sample] })).ready();
  const video = review.page.locator('video');
  const clock = review.page.getByRole('contentinfo').getByRole('timer', { name: 'Playhead' });
  await review.press('Space');
  await expect.poll(() => video.evaluate((element: HTMLVideoElement) => element.currentTime)).toBeGreaterThan(0.5);
  await review.press('Space');
  await expect.poll(() => video.evaluate((element: HTMLVideoElement) => element.paused)).toBe(true);
  const shownSec = await video.evaluate((element: HTMLVideoElement) => element.currentTime);
  const [hours, minutes, seconds] = (await clock.innerText()).split(':').map(Number);
  expect(Math.abs(hours! * 3600 + minutes! * 60 + seconds! - shownSec)).toBeLessThan(0.1);
});

test('with nothing asked for, the sample opens diarized', async ({ start }) => {
  const review = await (await start({ project: null })).ready();
  expect(await review.speakers.count()).toBeGreaterThanOrEqual(3);
  await expect(review.page.getByRole('banner')).toContainText('sample.mp4');
});
