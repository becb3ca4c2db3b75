import { readFileSync } from 'node:fs';
import { test as base, expect, chromium, type Browser, type Locator, type Page } from '@playwright/test';
import { findBrowser } from './browser.ts';
import { startHost, type HostOptions, type TestHost } from './host.ts';

/** The window as a person finds it: by role and name, never by class. */
export class ReviewPage {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  get status(): Locator {
    return this.page.getByRole('contentinfo').getByRole('status');
  }
  get speakers(): Locator {
    return this.page.getByRole('region', { name: 'Speakers' }).getByRole('listitem');
  }
  get timeline(): Locator {
    return this.page.getByRole('application', { name: 'Timeline' });
  }

  /** Open the address and wait until the file is diarized and shown. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.speakers.first().waitFor({ timeout: 60_000 });
    const tour = this.page.getByRole('button', { name: 'Not now' });
    if (await tour.isVisible()) await tour.click();
  }

  /** Press keys with the focus where a newcomer's would be: in the timeline. */
  async press(...keys: string[]): Promise<void> {
    await this.timeline.focus();
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** The RTTM that the export dialog downloads. */
  async exportRttm(): Promise<string> {
    await this.page.getByRole('banner').getByRole('button', { name: 'Export' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'Export' });
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'RTTM', exact: true }).click(),
    ]);
    const text = readFileSync(await download.path(), 'utf8');
    await this.page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    return text;
  }
}

interface Fixtures {
  /** Starts hosts that are stopped and cleaned up after the test. */
  hosts: (options?: HostOptions) => Promise<TestHost>;
  review: ReviewPage;
}

export const test = base.extend<Fixtures, { carriedBrowser: Browser }>({
  carriedBrowser: [
    async ({}, use) => {
      const browser = await chromium.launch({ ...findBrowser(), headless: true });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
  page: async ({ carriedBrowser, viewport, colorScheme }, use) => {
    const context = await carriedBrowser.newContext({
      viewport,
      colorScheme: colorScheme ?? 'dark',
      acceptDownloads: true,
    });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await use(page);
    await context.close();
    expect(
      problems.filter((text) => !text.includes('ERR_CONNECTION_REFUSED')),
      'errors in the page',
    ).toEqual([]);
  },
  hosts: async ({}, use) => {
    const started: TestHost[] = [];
    await use(async (options) => {
      const host = await startHost(options);
      started.push(host);
      return host;
    });
    for (const host of started) {
      if (host.process.exitCode === null && host.process.signalCode === null) await host.stop();
    }
    for (const host of started) host.cleanUp();
  },
  review: async ({ page }, use) => use(new ReviewPage(page)),
});

export { expect };
