import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { writeOnnx } from '../src-main/models/convert/onnx-writer.ts';
import { listNet } from '../src-main/models/testing/listed-net.ts';
import { serveFile } from '../src-main/models/testing/file-server.ts';
import { expect, test } from './app.ts';

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const content = randomBytes(4_000_000);

/** A folder for the app, whose own list names a net on a server of this computer: nothing is asked of the internet. */
async function folderWith(url: string): Promise<string> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'diarist-e2e-models-'));
  await listNet(path.join(dir, 'data/models'), { id: 'aa-net', url, content });
  return dir;
}

/** Once the app has shown its first view: the empty library. */
async function openModels(page: Page): Promise<void> {
  await expect(page.getByText('No files yet')).toBeVisible({ timeout: 60_000 });
  await page.keyboard.press('Control+Digit4');
}

test('a model is pulled, cancelled, resumed, verified and removed from the view', async ({ start }, info) => {
  const server = await serveFile(content);
  const dir = await folderWith(server.url);
  try {
    const { page, status } = await start({ dir });
    const file = path.join(dir, 'data/models/test/net.onnx');
    const row = page.locator('tr[data-model="aa-net"]');
    const dialog = page.getByRole('dialog');
    await openModels(page);

    await test.step('what it means is shown before anything is fetched', async () => {
      await row.getByRole('button', { name: 'Pull' }).click();
      await expect(dialog).toContainText('For non-commercial use only');
      await expect(dialog).toContainText('CC-BY-NC-4.0');
      await expect(dialog).toContainText('4.0 MB');
      await expect(dialog).toContainText(server.url);
      await expect(dialog).toContainText(file);
      await expect(dialog).toContainText(/\d GB free|\d TB free/u);
      await page.screenshot({ path: info.outputPath('offer.png') });
      await page.keyboard.press('Escape');
      await expect(dialog).toBeHidden();
      expect(server.ranges).toEqual([]);
    });

    await test.step('cancelled half way, what came stays', async () => {
      server.pauseAfter = 2_000_000;
      await row.getByRole('button', { name: 'Pull' }).click();
      await dialog.getByRole('button', { name: 'Agree and pull (4.0 MB)' }).click();
      await expect(row).toContainText('2.0 MB of 4.0 MB');
      await page.screenshot({ path: info.outputPath('progress.png') });
      await row.getByRole('button', { name: 'Cancel the download of aa-net' }).click();
      await expect(row).toContainText('2.0 MB of 4.0 MB are here');
      expect(existsSync(file)).toBe(false);
    });

    await test.step('resumed after a reload of the page', async () => {
      server.pauseAfter = null;
      await page.reload();
      await openModels(page);
      await row.getByRole('button', { name: 'Resume' }).click();
      await expect(dialog).toContainText('of which 2.0 MB are here already');
      await dialog.getByRole('button', { name: 'Agree and pull (2.0 MB)' }).click();
      await expect(row).toContainText('installed');
      expect(server.ranges.at(-1)).toBe('bytes=2000000-');
      expect(readFileSync(file).equals(content)).toBe(true);
    });

    await test.step('verified: right, then spoilt', async () => {
      await row.getByRole('button', { name: 'More for aa-net' }).click();
      await page.getByRole('menuitem', { name: 'Verify' }).click();
      await expect(row).toContainText('SHA-256 is right');
      const spoilt = Buffer.from(content);
      spoilt[9]! ^= 1;
      writeFileSync(file, spoilt);
      await page.getByRole('button', { name: 'Verify all' }).click();
      await expect(page.getByRole('alert')).toContainText('its SHA-256 is not the registry');
      await expect(status).toContainText(/1 of \d+ models is not right/u);
      await page.screenshot({ path: info.outputPath('spoilt.png') });
    });

    await test.step('removed after being asked', async () => {
      await row.getByRole('button', { name: 'More for aa-net' }).click();
      await page.getByRole('menuitem', { name: 'Remove' }).click();
      await expect(dialog.getByRole('button', { name: 'Keep it' })).toBeFocused();
      await dialog.getByRole('button', { name: 'Remove' }).click();
      await expect(status).toHaveText('aa-net was removed.');
      await expect(row.getByRole('button', { name: 'Pull' })).toBeVisible();
      expect(existsSync(file)).toBe(false);
    });

    await test.step('without the network every way out is a button', async () => {
      await server.close();
      await row.getByRole('button', { name: 'Pull' }).click();
      await dialog.getByRole('button', { name: 'Agree and pull' }).click();
      const problem = page.getByRole('alert');
      await expect(problem).toContainText('cannot be reached');
      await expect(problem).toContainText(server.url);
      await expect(problem).toContainText(file);
      for (const name of ['Try again', 'Add a file …', 'Set a mirror folder …']) {
        await expect(problem.getByRole('button', { name })).toBeVisible();
      }
      await page.screenshot({ path: info.outputPath('no-network.png') });
    });

    await test.step('a file of one’s own fills the slot', async () => {
      const own = (width: number): Uint8Array =>
        writeOnnx({
          name: 'identity',
          inputs: [{ name: 'x', dims: ['B', width] }],
          outputs: [{ name: 'y', dims: ['B', width] }],
          nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
          constants: [],
        });
      writeFileSync(path.join(dir, 'small.onnx'), own(3));
      writeFileSync(path.join(dir, 'fits.onnx'), own(4));
      await page.getByRole('alert').getByRole('button', { name: 'Add a file …' }).click();
      await dialog.getByRole('textbox', { name: 'Folder on this computer' }).fill(dir);
      await page.keyboard.press('Enter');
      await dialog.getByRole('option', { name: 'small.onnx' }).click();
      await dialog.getByRole('button', { name: 'Add small.onnx' }).click();
      await expect(dialog.getByRole('alert')).toContainText('does not fit the slot');
      await page.screenshot({ path: info.outputPath('add.png') });
      await dialog.getByRole('option', { name: 'fits.onnx' }).click();
      await dialog.getByRole('button', { name: 'Add fits.onnx' }).click();
      await expect(status).toHaveText('aa-net was added.');
      await expect(row).toContainText('installed');
      await expect(row).toContainText('not stated (added by hand)');
    });
  } finally {
    await server.close().catch(() => {});
    rmSync(dir, { recursive: true, force: true });
  }
});

test('models come from a mirror folder once it is set', async ({ start }) => {
  const server = await serveFile(content);
  const dir = await folderWith(server.url);
  const mirror = path.join(dir, 'mirror');
  mkdirSync(path.join(mirror, 'test'), { recursive: true });
  writeFileSync(path.join(mirror, 'test/net.onnx'), content);
  writeFileSync(path.join(mirror, 'test/LICENSE'), 'Share alike, sell nothing.');
  const listed = { path: 'test/net.onnx', bytes: content.length, sha256: sha(content) };
  try {
    const { page } = await start({ dir });
    const dialog = page.getByRole('dialog');
    const row = page.locator('tr[data-model="aa-net"]');
    await openModels(page);
    await page.getByRole('button', { name: 'Set a mirror folder' }).click();
    await dialog.getByRole('textbox').fill(mirror);
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('button', { name: 'Use as mirror' })).toBeEnabled();
    await dialog.getByRole('button', { name: 'Use as mirror' }).click();
    await expect(dialog.getByRole('alert')).toContainText('no mirror of models');
    const manifest = [{ ...listed, source: 's', commit: 'c', licence: 'MIT' }];
    writeFileSync(path.join(mirror, 'manifest.json'), JSON.stringify(manifest));
    await dialog.getByRole('button', { name: 'Use as mirror' }).click();
    await expect(page.getByText('never from the network')).toBeVisible();
    await row.getByRole('button', { name: 'Pull' }).click();
    await dialog.getByText('Text of the licence').click();
    await expect(dialog).toContainText('Share alike, sell nothing.');
    await dialog.getByRole('button', { name: 'Agree and pull' }).click();
    await expect(row).toContainText('installed');
    expect(server.ranges).toEqual([]);
  } finally {
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  }
});
