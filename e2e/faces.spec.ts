import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './app.ts';
import { plantFaces } from './face-fixture.ts';
import { sampleFaces } from './sample-faces.ts';

const sample = path.resolve(import.meta.dirname, '../resources/sample/sample.mp4');

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

test('faces: boxes on the frame, whose they are, who is off screen, and sound against picture', async ({ start }) => {
  const review = await (await start({ media: [sample] })).ready();
  const { page } = review;
  // Before anybody has looked at the picture: words instead of boxes.
  await expect(review.timeline.locator('xpath=..')).toContainText('nobody has looked at the picture');
  await review.press('f');
  await expect(review.status).toContainText('No faces are known');

  const fixture = sampleFaces({ offsetSec: 0.08 });
  plantFaces(review.app.dir, fixture);
  await page.reload();
  await review.ready();
  const lanes = review.timeline.locator('xpath=..');
  await expect(lanes).toContainText('F selects one');

  // Edges of the first face's box are drawn where it is, and nothing in its middle.
  const [x1, y1, x2, y2] = fixture.faces[0]!.boxes[0]!;
  const middleY = (y1 + y2) / 2;
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

  // The first to speak is never seen; says so at the picture and in the inspector.
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
