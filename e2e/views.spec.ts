import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from './app.ts';

const sample = path.resolve(import.meta.dirname, '../resources/sample/sample.mp4');
const views = ['Library', 'Review', 'Curate', 'Models', 'Settings', 'Help'];

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    // axe measures with a style sheet of its own, which the page's policy rightly refuses.
    test.use({ colorScheme, expectedError: /Applying inline style/ });
    test('every view is free of what axe can find', async ({ start }, info) => {
      const review = await (await start({ media: [sample] })).ready();
      for (const [index, view] of views.entries()) {
        await review.page.keyboard.press(`Control+Digit${index + 1}`);
        await expect(
          review.page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: view }),
        ).toHaveAttribute('aria-current', /page|true/);
        await review.page.screenshot({ path: info.outputPath(`${view}-${colorScheme}.png`) });
        const { violations } = await new AxeBuilder({ page: review.page }).analyze();
        expect(
          violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.target.join(' ')) })),
          view,
        ).toEqual([]);
      }
    });
  });
}

test('palette, key sheet and jobs open and close by keyboard', async ({ start }) => {
  const review = await (await start({ media: [sample] })).ready();
  await review.press('Control+k');
  await expect(review.page.getByRole('dialog')).toBeVisible();
  await review.page.keyboard.type('undo');
  await expect(review.page.getByRole('option', { name: /undo/i }).first()).toBeVisible();
  await review.page.keyboard.press('Escape');
  await expect(review.page.getByRole('dialog')).toBeHidden();
  await review.press('Shift+Slash');
  await expect(review.page.getByRole('dialog')).toBeVisible();
  await review.page.keyboard.press('Escape');
  await expect(review.page.getByRole('dialog')).toBeHidden();
});

test('a second host opens the project for reading only and says so', async ({ start }) => {
  const first = await start({ media: [sample] });
  await first.ready();
  const second = await (await start({ dir: first.app.dir })).ready();
  await expect(second.page.getByText(/read.only/i).first()).toBeVisible();
  const before = await second.exportRttm();
  await second.press('ArrowDown', '2');
  await expect(second.page.getByText(/read.only/i).first()).toBeVisible();
  expect(await second.exportRttm()).toBe(before);
});
