import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseRttm } from '../src-shared/formats/rttm.ts';
import { expect, test } from './app.ts';

const root = path.resolve(import.meta.dirname, '..');
const sample = path.join(root, 'resources/sample/sample.mp4');

/** 16 kHz mono sound of this length: silence, with a faint hiss so that no two files are equal. */
function writeHiss(file: string, lengthSec: number): void {
  const samples = Math.round(lengthSec * 16_000);
  const data = Buffer.alloc(44 + samples * 2);
  data.write('RIFF', 0);
  data.writeUInt32LE(36 + samples * 2, 4);
  data.write('WAVEfmt ', 8);
  data.writeUInt32LE(16, 16);
  data.writeUInt16LE(1, 20);
  data.writeUInt16LE(1, 22);
  data.writeUInt32LE(16_000, 24);
  data.writeUInt32LE(32_000, 28);
  data.writeUInt16LE(2, 32);
  data.writeUInt16LE(16, 34);
  data.write('data', 36);
  data.writeUInt32LE(samples * 2, 40);
  for (let at = 0; at < samples; at += 97) data.writeInt16LE(at % 5, 44 + at * 2);
  writeFileSync(file, data);
}

test('files are added and run by keyboard, versions are compared and taken, jobs cancelled', async ({
  start,
}, info) => {
  const review = await (await start({ media: [sample] })).ready();
  const { page, status, speakers } = review;
  const folder = info.outputPath('media');
  mkdirSync(folder, { recursive: true });
  writeHiss(path.join(folder, 'silent.wav'), 3);
  writeHiss(path.join(folder, 'long hiss – שיחה 🎙️.wav'), 1200);

  await test.step('run again with another count and take the answer', async () => {
    await review.press('2', 'r');
    await page.getByRole('radio', { name: 'Exactly' }).press('Space');
    await page.getByRole('spinbutton', { name: 'Exactly' }).fill('3');
    await page.keyboard.press('Enter');
    await expect(status).toContainText('Diarist AV, 3 speakers', { timeout: 60_000 });
    await page.locator('summary', { hasText: 'Versions' }).click();
    await page.getByRole('button', { name: 'Use this version: Diarist AV, 3 speakers' }).click();
    await expect(status).toContainText(/Adopted .*3 speakers$/);
    await expect(speakers).toHaveCount(3);
    await review.press('Control+z');
    await expect(status).toContainText('Undid: Adopted');
  });

  await test.step('an RTTM becomes a further lane, a broken one changes nothing', async () => {
    const before = await review.exportRttm();
    const line = 'SPEAKER sample 1 0.500 4.100 <NA> <NA> ann <NA> <NA>\n';
    const input = page.getByTestId('import-rttm');
    await input.setInputFiles({
      name: 'bad.rttm',
      mimeType: 'text/plain',
      buffer: Buffer.from(`${line}${line.replace('0.500', 'oops')}`),
    });
    await expect(page.getByRole('alert')).toContainText(/bad\.rttm, line 2, column \d+.*nothing was imported/s);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await expect(page.getByRole('button', { name: /^Use this version/ })).toHaveCount(2);
    await input.setInputFiles({ name: 'good.rttm', mimeType: 'text/plain', buffer: Buffer.from(line) });
    await expect(page.getByRole('button', { name: 'Use this version: good.rttm' })).toBeVisible();
    expect(await review.exportRttm()).toBe(before);
  });

  await test.step('two files by keyboard; a run is cancelled, silence says so', async () => {
    await review.press('Control+o');
    const dialog = page.getByRole('dialog', { name: 'Add files' });
    await dialog.getByRole('textbox', { name: 'Folder on this computer' }).fill(folder);
    await page.keyboard.press('Enter');
    const list = dialog.getByRole('listbox', { name: 'Folders and files' });
    await expect(list.getByRole('option')).toHaveCount(2);
    await list.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Space');
    await page.keyboard.press('End');
    await page.keyboard.press('Space');
    await page.keyboard.press('Control+Enter');
    await expect(dialog).toBeHidden();
    await expect(page.getByRole('banner').getByRole('heading')).toContainText('long hiss – שיחה 🎙️.wav');
    await review.press('Shift+KeyJ');
    await page.getByRole('button', { name: 'Cancel the job for long hiss – שיחה 🎙️.wav' }).click();
    await expect(page.getByRole('dialog', { name: 'Jobs' })).toContainText('Cancelled');
    await page.keyboard.press('Escape');
    await review.press('Shift+PageDown');
    await expect(page.getByText('No speech was found in this file.')).toBeVisible({ timeout: 30_000 });
  });
});

test('exports are whole, repeated only on purpose, and alike in the app and on the command line', async ({
  start,
}, info) => {
  const media = info.outputPath('here');
  mkdirSync(media, { recursive: true });
  const file = path.join(media, 'panel.mp4');
  copyFileSync(sample, file);
  const first = await (await start({ media: [file] })).ready();
  const { page, app } = first;
  const out = path.join(app.dir, 'labels');

  await test.step('into a folder that has the file already', async () => {
    await first.press('Control+e');
    const dialog = page.getByRole('dialog', { name: 'Export' });
    await dialog.getByRole('textbox', { name: 'Folder' }).fill(out);
    await dialog.getByRole('button', { name: 'Write', exact: true }).click();
    await expect(dialog.getByText(/^Wrote 1 file/)).toBeVisible();
    const written = readFileSync(path.join(out, 'panel.rttm'), 'utf8');
    expect(parseRttm(written).turns.length).toBeGreaterThan(10);
    writeFileSync(path.join(out, 'panel.rttm'), 'mine\n');
    await dialog.getByRole('button', { name: 'Write', exact: true }).click();
    await expect(dialog.getByRole('alert')).toContainText('exists already; nothing was written');
    expect(readFileSync(path.join(out, 'panel.rttm'), 'utf8')).toBe('mine\n');
    await dialog.getByRole('button', { name: 'Replace what is there' }).click();
    await expect(dialog.getByText(/^Wrote 1 file/)).toBeVisible();
    expect(readFileSync(path.join(out, 'panel.rttm'), 'utf8')).toBe(written);
    await page.keyboard.press('Escape');
  });

  await test.step('a curated subset', async () => {
    const [inApp, byCli] = [path.join(app.dir, 'subset-app'), path.join(app.dir, 'subset-cli')];
    await page.keyboard.press('Control+Digit3');
    await page.getByRole('textbox', { name: 'New folder to write' }).fill(inApp);
    await page.getByRole('button', { name: 'Write the subset' }).click();
    await expect(page.getByRole('main').getByText(/^Wrote \d+ turns of 1 file into/)).toBeVisible();
    const project = path.join(app.dir, 'test.diarist');
    const args = [path.join(root, 'bin/diarist'), 'export', '--project', project, '-o', byCli];
    execFileSync(process.execPath, args, {
      env: { ...process.env, DIARIST_DATA_DIR: path.join(app.dir, 'data') },
      stdio: 'pipe',
    });
    const counts = (folder: string): unknown =>
      (JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as { counts: unknown }).counts;
    expect(counts(inApp)).toEqual(counts(byCli));
    await page.keyboard.press('Control+Digit2');
  });

  await test.step('moved media are found again by their content', async () => {
    const before = await first.exportRttm();
    await app.stop();
    renameSync(media, info.outputPath('there'));
    const second = await (await start({ dir: app.dir })).ready();
    await second.page.getByRole('button', { name: 'Find it …' }).click();
    const dialog = second.page.getByRole('dialog', { name: 'Find missing files' });
    await dialog.getByRole('textbox', { name: 'Folder on this computer' }).fill(path.dirname(media));
    await second.page.keyboard.press('Enter');
    await expect(dialog.getByRole('option', { name: /there/ })).toBeVisible();
    await dialog.getByRole('button', { name: 'Search here' }).click();
    await expect(dialog).toBeHidden();
    await expect(second.page.getByRole('button', { name: 'Find it …' })).toBeHidden();
    expect(await second.exportRttm()).toBe(before);
  });
});
