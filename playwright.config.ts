import { defineConfig } from '@playwright/test';
import { rememberCompiledCode } from './scripts/compile-cache.ts';

rememberCompiledCode();

/**
 * End to end against a real host with folders of its own: in the desktop window where Electron's program is, else in a
 * headless browser (e2e/app.ts). DIARIST_E2E_ELECTRON=0 keeps to the browser.
 */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  globalSetup: './e2e/warm-cache.ts',
  outputDir: 'test-results/e2e',
  timeout: 120_000,
  expect: { timeout: 15_000 },
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env['CI'] === 'true',
  reporter: [['list']],
  use: { viewport: { width: 1440, height: 900 }, trace: 'retain-on-failure', screenshot: 'only-on-failure' },
});
