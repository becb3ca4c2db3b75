import path from 'node:path';
import { parseRttm } from '../src-shared/formats/rttm.ts';
import { expect, test } from './app.ts';

const sample = path.resolve(import.meta.dirname, '../resources/sample/sample.mp4');

test('a video is diarized, corrected by keyboard, and every edit survives', async ({ hosts, review, page }) => {
  const host = await hosts({ media: [sample] });
  await review.open(host.url);
  expect(page.url()).not.toContain('token');
  const machine = await review.exportRttm();
  const before = parseRttm(machine).turns;
  expect(before.length).toBeGreaterThan(10);
  expect(await review.speakers.count()).toBe(new Set(before.map((turn) => turn.speaker)).size);

  // Reassign the first turn by digit.
  const other = before.find((turn) => turn.speaker !== before[0]!.speaker)!.speaker;
  await review.press('ArrowDown', '2');
  await expect(review.status).toContainText(/Reassigned/);
  const reassigned = parseRttm(await review.exportRttm()).turns;
  expect(reassigned[0]).toMatchObject({ startSec: before[0]!.startSec, endSec: before[0]!.endSec, speaker: other });
  expect(reassigned.slice(1)).toEqual(before.slice(1));

  // A reload changes nothing, and undo goes back across it.
  await page.reload();
  await review.speakers.first().waitFor();
  expect(parseRttm(await review.exportRttm()).turns).toEqual(reassigned);
  await review.press('Control+z');
  await expect.poll(() => review.exportRttm()).toBe(machine);

  // kill -9 of the host, a new one on the same project: the edit is there and can be undone.
  await review.press('ArrowDown', '2');
  await expect(review.status).toContainText(/Reassigned/);
  await host.stop('SIGKILL');
  const again = await hosts({ dir: host.dir });
  await review.open(again.url);
  expect(parseRttm(await review.exportRttm()).turns).toEqual(reassigned);
  await review.press('Control+z');
  await expect.poll(() => review.exportRttm()).toBe(machine);
});

test('split, merge, delete, accept and redo by keyboard', async ({ hosts, review }) => {
  const host = await hosts({ media: [sample] });
  await review.open(host.url);
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

test('the page plays the video and the playhead follows', async ({ hosts, review, page }) => {
  const host = await hosts({ media: [sample] });
  await review.open(host.url);
  await review.press('Space');
  const video = page.locator('video');
  await expect.poll(() => video.evaluate((element: HTMLVideoElement) => element.currentTime)).toBeGreaterThan(0.5);
  await review.press('Space');
  await expect.poll(() => video.evaluate((element: HTMLVideoElement) => element.paused)).toBe(true);
  await review.press('End');
});
