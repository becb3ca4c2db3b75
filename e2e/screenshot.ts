/**
 * Writes docs/review.png: the review window with the bundled sample, dark, 1440 × 900, one segment selected.
 *
 *     node e2e/screenshot.ts
 */
import path from 'node:path';
import { chromium } from '@playwright/test';
import { ReviewPage } from './app.ts';
import { findBrowser } from './browser.ts';
import { startHost } from './host.ts';

const target = path.resolve(import.meta.dirname, '../docs/review.png');
const host = await startHost({ project: null });
const browser = await chromium.launch({ ...findBrowser(), headless: true });
try {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'dark',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto(host.url);
  const review = await new ReviewPage(page).ready();
  await review.press('ArrowDown', 'ArrowDown', 'ArrowDown');
  // The segment is heard to the middle; then the picture shows who speaks.
  await page.waitForTimeout(1500);
  await page.keyboard.press('Space');
  await page.waitForTimeout(500);
  await review.timeline.blur();
  await page.screenshot({ path: target });
  console.log(`Wrote ${target}`);
} finally {
  await browser.close();
  await host.stop();
  host.cleanUp();
}
