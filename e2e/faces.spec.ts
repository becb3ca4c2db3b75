import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test, type ReviewPage } from './app.ts';
import { plantFaces } from './face-fixture.ts';
import { sampleFaces } from './sample-faces.ts';

const sample = path.resolve(import.meta.dirname, '../resources/sample/sample.mp4');
/** Two people side by side; only where the reference media are. */
const twoPeople = path.resolve(import.meta.dirname, '../../shared/data/composed/grid_av/dev/dev_2p.mp4');
/** Looking at a minute of picture on a busy machine. */
const lookingMs = 240_000;

/** Alpha of the overlay at a point of the picture (shares 0..1): is something drawn there? */
function drawnAt(page: Page, x: number, y: number): Promise<number> {
  return page.getByTestId('face-boxes').evaluate(
    (canvas: HTMLCanvasElement, [shareX, shareY]) => {
      const at = [Math.round(shareX * canvas.width), Math.round(shareY * canvas.height)] as const;
      return canvas.getContext('2d')!.getImageData(at[0], at[1], 1, 1).data[3]!;
    },
    [x, y] as const,
  );
}

/** Middle of what is drawn between two shares of the picture's width; null where nothing is. */
function middleOfDrawn(page: Page, fromX: number, toX: number): Promise<[number, number] | null> {
  return page.getByTestId('face-boxes').evaluate(
    (canvas: HTMLCanvasElement, [from, to]) => {
      const { width, height } = canvas;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
      const seen = { x0: width, x1: -1, y0: height, y1: -1 };
      for (let y = 0; y < height; y++) {
        for (let x = Math.floor(from * width); x < to * width; x++) {
          if (data[4 * (y * width + x) + 3]! < 200) continue;
          seen.x0 = Math.min(seen.x0, x);
          seen.x1 = Math.max(seen.x1, x);
          seen.y0 = Math.min(seen.y0, y);
          seen.y1 = Math.max(seen.y1, y);
        }
      }
      if (seen.x1 < 0) return null;
      return [(seen.x0 + seen.x1) / 2 / width, (seen.y0 + seen.y1) / 2 / height] as [number, number];
    },
    [fromX, toX] as const,
  );
}

/** Until the file has been looked at and listened to. */
async function looked(review: ReviewPage): Promise<void> {
  await review.speakers.first().waitFor({ timeout: lookingMs });
  await review.ready();
}

test('faces of the sample: boxes where they are, whose they are, who is off screen, edits with undo', async ({
  start,
}) => {
  test.setTimeout(lookingMs + 60_000);
  const review = await start({ media: [sample], cold: true });
  const { page } = review;
  await looked(review);
  const truth = sampleFaces();

  // Found by the system itself: each box lies on the face that is drawn there.
  for (const [half, face] of [
    [[0, 0.5], truth.faces[0]!],
    [[0.5, 1], truth.faces[1]!],
  ] as const) {
    const [x1, y1, x2, y2] = face.boxes[0]!;
    await expect.poll(() => middleOfDrawn(page, half[0], half[1])).not.toBeNull();
    const middle = (await middleOfDrawn(page, half[0], half[1]))!;
    expect(Math.abs(middle[0] - (x1 + x2) / 2)).toBeLessThan(0.08);
    expect(Math.abs(middle[1] - (y1 + y2) / 2)).toBeLessThan(0.12);
  }

  // Edits of faces and cuts are edits like any other.
  await review.press('f', 'g');
  await expect(review.status).toContainText(/^Gave \d* ?faces?/);
  await review.press('Control+z');
  await expect(review.status).toContainText(/^Undid: Gave/);
  await review.press('Shift+ArrowRight', 'f', 'Shift+s');
  await expect(review.status).toContainText(/^Split a face/);
  await review.press('Control+z', 'c');
  await expect(review.status).toContainText(/^Added a cut/);
  await review.press('c');
  await expect(review.status).toContainText(/^Deleted the cut/);
  await page.getByText('Quality', { exact: true }).click();
  await expect(page.getByRole('row', { name: /Speech over noise/u })).toContainText('dB');

  // What it found is replaced by the sample's own truth, so that everything shown is known to the pixel.
  const fixture = sampleFaces({ offsetSec: 0.08 });
  plantFaces(review.app.dir, fixture);
  await page.reload();
  await review.ready();
  const [x1, y1, x2, y2] = fixture.faces[0]!.boxes[0]!;
  const middleY = (y1 + y2) / 2;
  await review.press('Home');
  await expect.poll(() => drawnAt(page, x1, middleY)).toBeGreaterThan(150);
  expect(await drawnAt(page, x2, middleY)).toBeGreaterThan(150);
  expect(await drawnAt(page, (x1 + x2) / 2, y2)).toBeGreaterThan(150);
  expect(await drawnAt(page, (x1 + x2) / 2, middleY)).toBe(0);
  await review.press('b');
  expect(await drawnAt(page, x1, middleY)).toBe(0);
  await review.press('b');

  // After the cut others are seen: their box, and no longer the one from before.
  await review.press('Shift+c');
  const later = fixture.faces.find(({ firstFrame }) => firstFrame > 0)!.boxes[0]!;
  await expect.poll(() => drawnAt(page, later[0], (later[1] + later[3]) / 2)).toBeGreaterThan(150);
  expect(await drawnAt(page, x1, y1 + 0.03)).toBe(0);
  await review.press('Home');

  // The first to speak is never seen; it is said at the picture and in the inspector.
  await review.press('ArrowDown');
  await expect(page.getByRole('complementary', { name: 'Inspector' })).toContainText('voice, off screen');
  await expect(page.getByRole('list', { name: 'Talking now' })).toContainText('off screen');
  await review.press('f');
  await expect(review.status).toContainText(/Selected the face of/);
  await review.press('Shift+b');
  await expect(page.getByTestId('lip-inset')).toBeVisible();
  await review.press('Shift+b');
  await expect(page.getByTestId('lip-inset')).toBeHidden();

  // One click corrects sound against picture: labels keep their times; undo brings the offer back.
  const before = await review.exportRttm();
  await page.getByRole('button', { name: 'Correct by 80 ms' }).click();
  await expect(review.status).toContainText('the sound came 80 ms late');
  await expect(page.getByRole('button', { name: 'Correct by 80 ms' })).toBeHidden();
  await review.press('Home', 'Shift+ArrowRight');
  await expect
    .poll(() => page.locator('video').evaluate((video: HTMLVideoElement) => [video.currentTime, video.muted]))
    .toEqual([4.92, true]);
  expect(await review.exportRttm()).toBe(before);
  await review.press('Control+z');
  await expect(page.getByRole('button', { name: 'Correct by 80 ms' })).toBeVisible();
});

test('what a person says of faces is kept, and the next run goes by it', async ({ start }) => {
  test.setTimeout(2 * lookingMs);
  const review = await start({ media: [sample] });
  await looked(review);
  const { page, status, speakers } = review;
  const seenLeft = (): Promise<boolean> => middleOfDrawn(page, 0, 0.5).then((middle) => middle !== null);
  const seenRight = (): Promise<boolean> => middleOfDrawn(page, 0.5, 1).then((middle) => middle !== null);
  await expect.poll(seenLeft).toBe(true);
  await expect.poll(seenRight).toBe(true);

  let name: string | undefined;
  await test.step('that a face is whose the machine thought is a word too, and undone as one', async () => {
    await review.press('Escape', 'f');
    await expect(status).toContainText('Selected the face of');
    [, name] = /Selected the face of (.+?), seen/u.exec((await status.textContent()) ?? '') ?? [];
    const names = await speakers.allTextContents();
    const number = names.findIndex((text) => name !== undefined && text.includes(name)) + 1;
    await review.press(`Digit${number}`, 'g');
    await expect(status).toContainText(/^Confirmed \d faces? \(.*\) as /u);
    await review.press('Control+z');
    await expect(status).toContainText(/^Undid: Confirmed/u);
    await review.press('Control+y');
    await expect(status).toContainText(/^Redid: Confirmed/u);
  });

  await test.step('a face that is none is not found again', async () => {
    await review.press('f', 'Shift+Delete');
    await expect(status).toContainText(/^Deleted 1 face/u);
    await expect.poll(seenRight).toBe(false);
    await review.press('r');
    await page.getByRole('checkbox', { name: 'Use the result at once' }).check();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await expect(status).toContainText(/^Adopted Diarist AV/u, { timeout: lookingMs });
    await expect.poll(seenLeft).toBe(true);
    expect(await seenRight()).toBe(false);
    // The other stays whose it was said to be.
    await review.press('f');
    await expect(status).toContainText(`Selected the face of ${name}`);
    await review.press('Control+z', 'Control+z');
    await expect(status).toContainText(/^Undid: Deleted/u);
  });
});

test('two people side by side: a box in each half, in the colours of two speakers', async ({ start }) => {
  test.skip(!existsSync(twoPeople), 'needs ../shared');
  test.setTimeout(lookingMs + 60_000);
  const review = await start({ media: [twoPeople] });
  await looked(review);
  await expect(review.speakers).toHaveCount(2);
  for (const [from, to, middleX] of [
    [0, 0.5, 0.25],
    [0.5, 1, 0.75],
  ] as const) {
    await expect.poll(() => middleOfDrawn(review.page, from, to)).not.toBeNull();
    const [x] = (await middleOfDrawn(review.page, from, to))!;
    expect(Math.abs(x - middleX)).toBeLessThan(0.1);
  }
});
