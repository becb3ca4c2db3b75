import path from 'node:path';
import { parseRttm } from '../src-shared/formats/rttm.ts';
import { expect, test } from './app.ts';

const sample = path.resolve(import.meta.dirname, '../resources/sample/sample.mp4');
/** As src-renderer/timeline/layout.ts draws them. */
const laneHeightPx = 28;

test('the pointer drags edges and blocks, draws a segment, and a click plays', async ({ start }) => {
  const review = await (await start({ media: [sample] })).ready();
  const { page, timeline, status } = review;
  const turns = async () => parseRttm(await review.exportRttm()).turns;
  const video = page.locator('video');
  const durationSec = await video.evaluate((element: HTMLVideoElement) => element.duration);
  const box = (await timeline.boundingBox())!;
  const x = (sec: number): number => box.x + (sec / durationSec) * box.width;
  const y = (lane: number): number => box.y + (lane + 0.5) * laneHeightPx;
  const drag = async (from: [number, number], to: [number, number]): Promise<void> => {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2);
    await page.mouse.move(...to);
    await page.mouse.up();
  };
  const before = await turns();
  const first = before[0]!;

  await test.step('an edge', async () => {
    await drag([x(first.endSec) - 1, y(0)], [x(first.endSec - 1) - 1, y(0)]);
    await expect(status).toContainText(/Moved/);
    const [shorter, ...others] = await turns();
    expect(shorter!.startSec).toBe(first.startSec);
    expect(Math.abs(shorter!.endSec - (first.endSec - 1))).toBeLessThan(0.05);
    expect(others).toEqual(before.slice(1));
    await review.press('Control+z');
    await expect(status).toContainText(/^Undid: Moved/);
    expect(await turns()).toEqual(before);
  });

  await test.step('a block to another lane', async () => {
    const middle = x((first.startSec + first.endSec) / 2);
    await drag([middle, y(0)], [middle, y(1)]);
    await expect(status).toContainText(/Reassigned/);
    const [moved] = await turns();
    expect(moved).toMatchObject({ startSec: first.startSec, endSec: first.endSec });
    expect(moved!.speaker).not.toBe(first.speaker);
    await review.press('Control+z');
    await expect(status).toContainText(/^Undid: Reassigned/);
  });

  await test.step('a segment where a lane is empty', async () => {
    const gap = before.find((turn) => turn.speaker !== first.speaker && turn.endSec - turn.startSec > 2)!;
    await drag([x(gap.startSec + 0.5), y(0)], [x(gap.startSec + 1.5), y(0)]);
    await expect(status).toContainText(/Added 1\.0 s of/);
    expect(await turns()).toHaveLength(before.length + 1);
    await review.press('Control+z');
    expect(await turns()).toEqual(before);
  });

  await test.step('a click selects and plays', async () => {
    await page.mouse.click(x(first.startSec + 0.4), y(0));
    await expect(page.getByRole('contentinfo')).toContainText(/0:00:0\d\.\d{3} – 0:00:0\d\.\d{3}/);
    await expect
      .poll(() => video.evaluate((element: HTMLVideoElement) => element.currentTime))
      .toBeGreaterThan(first.startSec + 0.2);
  });
});

test('speakers are named and merged, overlap is added, and the list stays in step', async ({ start }) => {
  const review = await (await start({ media: [sample] })).ready();
  const { page, speakers, status } = review;
  const machine = await review.exportRttm();
  const count = await speakers.count();

  await review.press('ArrowDown', 'F2');
  await page.keyboard.type('Anna');
  await page.keyboard.press('Enter');
  await expect(status).toHaveText('Renamed Speaker 1 to Anna');
  await expect(speakers.first()).toContainText('Anna');
  expect(await review.exportRttm()).toBe(machine.replaceAll('Speaker_1 ', 'Anna '));

  await review.press('Control+m');
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await expect(status).toContainText('Merged Speaker 2 into Anna');
  await expect(speakers).toHaveCount(count - 1);
  await review.press('Control+z');
  await expect(status).toContainText('Undid: Merged Speaker 2 into Anna');
  await expect(speakers).toHaveCount(count);

  await review.press('Shift+Digit2');
  await expect(status).toContainText(/Added .* s of Speaker 2 over Anna/);
  await review.press('t');
  const rows = page.getByRole('grid', { name: 'List of segments' }).getByRole('row');
  await expect(rows.filter({ hasText: 'Anna' }).first()).toContainText('overlap');
  await page.getByRole('grid').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('F2');
  await page.getByRole('textbox', { name: 'Start' }).last().fill('0:00:01.250');
  await page.keyboard.press('Enter');
  await expect(status).toContainText(/Moved/);
  await expect(page.getByRole('region', { name: 'Segment', exact: true }).getByLabel('Start')).toHaveValue(
    '0:00:01.250',
  );
  expect(parseRttm(await review.exportRttm()).turns.some((turn) => turn.startSec === 1.25)).toBe(true);
});

test('from the start to the export by keyboard alone', async ({ start }) => {
  const review = await start({ project: null });
  const { page, status } = review;
  await review.speakers.first().waitFor({ timeout: 90_000 });
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('2');
  await expect(status).toContainText(/Reassigned/);
  await page.keyboard.press('F2');
  await page.keyboard.type('Ben');
  await page.keyboard.press('Enter');
  await expect(status).toContainText(/to Ben$/);
  await page.keyboard.press('Control+e');
  await expect(page.getByRole('dialog', { name: 'Export' }).getByRole('button', { name: 'RTTM' })).toBeFocused();
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  expect(download.suggestedFilename()).toBe('sample.rttm');
  // All names that lose their spaces are told in one quiet line.
  await expect(page.getByText(/^Names are written without spaces: Speaker_1/)).toBeVisible();
});
