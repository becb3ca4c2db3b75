import path from 'node:path';
import { expect, test } from './app.ts';

const sample = path.resolve(import.meta.dirname, '../resources/sample/sample.mp4');

test('a voice is enrolled from the turns of a speaker, proposed with its margin, taken by key and taken back', async ({
  start,
}) => {
  const review = await (await start({ media: [sample] })).ready();
  const { page, status, speakers } = review;
  const machine = await review.exportRttm();
  const dialog = page.getByRole('dialog', { name: 'Enrolled voices' });
  const count = await speakers.count();

  await test.step('two speakers are enrolled by keyboard', async () => {
    await review.press('1', 'Shift+KeyN');
    await expect(dialog).toContainText('No voice is enrolled yet.');
    await page.keyboard.type('Katie');
    await page.keyboard.press('Enter');
    await expect(status).toContainText(/^Katie is enrolled from \d+/, { timeout: 60_000 });
    await dialog.getByRole('combobox', { name: 'Speaker' }).selectOption({ index: 1 });
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Tom');
    await page.keyboard.press('Enter');
    await expect(status).toContainText(/^Tom is enrolled from \d+/, { timeout: 60_000 });
    await expect(dialog.getByRole('list', { name: 'Enrolled voices' }).getByRole('listitem')).toHaveCount(2);
    await page.keyboard.press('Escape');
  });

  await test.step('their names are proposed, others are unknown', async () => {
    await expect(speakers.nth(0)).toContainText(/Katie\?\s*\d\.\d\d ahead/);
    await expect(speakers.nth(1)).toContainText(/Tom\?\s*\d\.\d\d ahead/);
    for (let at = 2; at < count; at++) await expect(speakers.nth(at)).toContainText('unknown voice');
  });

  await test.step('P takes a name, undo takes it back, Shift+P dismisses it', async () => {
    await review.press('p');
    await expect(status).toHaveText('Renamed Speaker 1 to Katie');
    expect(await review.exportRttm()).toBe(machine.replaceAll('Speaker_1 ', 'Katie '));
    await review.press('Control+z');
    await expect(status).toContainText('Undid: Renamed');
    await review.press('Shift+KeyP');
    await expect(speakers.nth(0)).not.toContainText('Katie?');
    await speakers.nth(1).getByRole('button', { name: 'Rename to Tom' }).click();
    await expect(speakers.nth(1)).toContainText('Tom');
    // Views are remembered at most every 400 ms.
    await page.waitForTimeout(800);
    await page.reload();
    await review.ready();
    await expect(speakers.nth(2)).toContainText('unknown voice');
    await expect(speakers.nth(0)).not.toContainText('Katie?');
  });

  await test.step('the number of speakers is set, and the answer is there', async () => {
    await review.press('Shift+KeyR');
    await page.keyboard.type('2');
    const atOnce = page.getByRole('checkbox', { name: 'Use the result at once' });
    await expect(atOnce).toBeChecked();
    await page.keyboard.press('Enter');
    await expect(status).toContainText(/^Adopted .*2 speakers$/, { timeout: 60_000 });
    await expect(speakers).toHaveCount(2);
  });
});
