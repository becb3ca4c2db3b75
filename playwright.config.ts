import { defineConfig } from '@playwright/test';

/**
 * End to end in a real browser against a real host (e2e/host.ts starts one per test file with its own folders). Electron
 * is used instead where its binary is there (DIARIST_E2E_ELECTRON=1, see .github/workflows/desktop.yml).
 */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results/e2e',
  timeout: 120_000,
  expect: { timeout: 15_000 },
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env['CI'] === 'true',
  reporter: [['list']],
  use: { viewport: { width: 1440, height: 900 }, trace: 'retain-on-failure', screenshot: 'only-on-failure' },
});
