import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test as base, expect, chromium, _electron, type Browser, type Locator, type Page } from '@playwright/test';
import { findBrowser } from './browser.ts';
import { startHost } from './host.ts';
import { newAppFolder } from './warm-cache.ts';

const root = path.resolve(import.meta.dirname, '..');

/** Real Electron where its program is and there is a display, else the served app in headless Chromium. */
const onElectron =
  process.env['DIARIST_E2E_ELECTRON'] !== '0' &&
  existsSync(path.join(root, 'node_modules/electron/path.txt')) &&
  (process.platform !== 'linux' || process.env['DISPLAY'] !== undefined);

export interface AppOptions {
  media?: string[];
  /** Folder of an earlier app of this test, to start again on the same project. */
  dir?: string;
  /** `null`: start as a newcomer would, with neither file nor project. */
  project?: null;
  /** Nothing of the sample is known yet: it is diarized for real. */
  cold?: boolean;
}

/** The app as a person started it, with folders of its own. */
export interface RunningApp {
  page: Page;
  /** Data, cache and exports live below it. */
  dir: string;
  /** Address without the token; null in a desktop window. */
  url: string | null;
  /** As closing it would (SIGINT), or kill -9. */
  stop(how?: 'SIGINT' | 'SIGKILL'): Promise<void>;
}

async function startServed(browser: Browser, options: AppOptions, look: Look): Promise<RunningApp> {
  const dir = options.dir ?? newAppFolder(options.cold);
  const host = await startHost({
    dir,
    ...(options.media ? { media: options.media } : {}),
    ...(options.project === null ? { project: null } : {}),
  });
  const context = await browser.newContext({ ...look, acceptDownloads: true });
  const page = await context.newPage();
  await page.goto(host.url);
  return {
    page,
    dir,
    url: new URL(host.url).origin,
    stop: async (how) => {
      await host.stop(how);
      await context.close();
    },
  };
}

async function startDesktop(options: AppOptions): Promise<RunningApp> {
  const dir = options.dir ?? newAppFolder(options.cold);
  const project = options.project === null ? [] : [path.join(dir, 'test.diarist')];
  const { DIARIST_START: _, ...env } = process.env;
  const app = await _electron.launch({
    args: [root, ...project, ...(options.media ?? []), ...(process.platform === 'linux' ? ['--no-sandbox'] : [])],
    env: {
      ...(env as Record<string, string>),
      DIARIST_DATA_DIR: path.join(dir, 'data'),
      DIARIST_CACHE_DIR: path.join(dir, 'cache'),
    },
  });
  const page = await app.firstWindow();
  return {
    page,
    dir,
    url: null,
    stop: async (how = 'SIGINT') => {
      const process = app.process();
      const gone = new Promise<void>((resolve) => process.once('exit', () => resolve()));
      if (how === 'SIGKILL') process.kill('SIGKILL');
      else await app.close();
      await gone;
    },
  };
}

interface Look {
  viewport: { width: number; height: number } | null;
  colorScheme: 'dark' | 'light' | 'no-preference' | null;
}

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

  /** Until the file is diarized and shown. */
  async ready(): Promise<this> {
    await this.speakers.first().waitFor({ timeout: 90_000 });
    const tour = this.page.getByRole('button', { name: 'Not now' });
    if (await tour.isVisible()) await tour.click();
    return this;
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
  /** Console errors that a test expects, here by its own tools. */
  expectedError: RegExp | null;
  /** Starts the app; stopped and cleaned up after the test. Errors in the page fail the test. */
  start: (options?: AppOptions) => Promise<ReviewPage & { app: RunningApp }>;
}

export const test = base.extend<Fixtures, { carriedBrowser: Browser | null }>({
  carriedBrowser: [
    async ({}, use) => {
      const browser = onElectron ? null : await chromium.launch({ ...findBrowser(), headless: true });
      await use(browser);
      await browser?.close();
    },
    { scope: 'worker' },
  ],
  expectedError: [null, { option: true }],
  start: async ({ carriedBrowser, viewport, colorScheme, expectedError }, use) => {
    const running = new Set<RunningApp>();
    const dirs = new Set<string>();
    const problems: string[] = [];
    await use(async (options = {}) => {
      const app = carriedBrowser
        ? await startServed(carriedBrowser, options, { viewport, colorScheme })
        : await startDesktop(options);
      dirs.add(app.dir);
      running.add(app);
      app.page.on('pageerror', (error) => problems.push(error.message));
      app.page.on('console', (message) => {
        // A host that a test killed refuses connections: that is no fault of the page.
        if (message.type() === 'error' && running.has(app)) problems.push(message.text());
      });
      const stop = app.stop.bind(app);
      app.stop = async (how) => {
        if (running.delete(app)) await stop(how);
      };
      return Object.assign(new ReviewPage(app.page), { app });
    });
    for (const app of running) await app.stop();
    for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
    expect(
      problems.filter((text) => !expectedError?.test(text)),
      'errors in the page',
    ).toEqual([]);
  },
});

export { expect };
