/**
 *   npm run bench -- ui [--seconds N]
 *
 * 20,000 segments on a 4-hour timeline at 1440×900 in headless Chromium, rendered in software: the real player and
 * timeline, with three vote lanes open, panned (a minute in sight, an hour in sight) and
 * zoomed (whole file to less than a second and back) by wheel events, 10 s each. Limit: the 95th percentile of
 * the time between display frames is at most 20 ms.
 */
import os from 'node:os';
import { chromium, type CDPSession } from 'playwright-core';
import { findBrowser } from '../e2e/browser.ts';
import { serveBenchPage } from './ui/serve-page.ts';
import { traceWhile } from './ui/trace-times.ts';

const limitMs = 20;
const durationSec = 4 * 3600;
const segmentCount = 20_000;

export async function run(args: string[]): Promise<number> {
  const at = args.indexOf('--seconds');
  const seconds = at >= 0 ? Number(args[at + 1]) : 10;
  if (!(seconds > 0)) {
    console.error('Usage: npm run bench -- ui [--seconds N]');
    return 2;
  }
  const page = await serveBenchPage(durationSec);
  const { executablePath, args: browserArgs, env } = findBrowser();
  const browser = await chromium.launch({ executablePath, args: browserArgs, env });
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const tab = await context.newPage();
    const problems: string[] = [];
    tab.on('pageerror', (error) => problems.push(error.message));
    await tab.goto(`${page.url}?segments=${segmentCount}&duration=${durationSec}`);
    await tab.waitForFunction('window.bench?.viewport.getState().durationSec > 0');
    await tab.waitForTimeout(1500);
    const session = await context.newCDPSession(tab);
    const processes = await browser.newBrowserCDPSession();
    console.log(
      `${segmentCount} segments, ${durationSec / 3600} h, 1440×900, ${browser.version()}, software rendering`,
    );
    console.log('            frames    p50     p95     max   script/frame  paint/frame    CPU/frame  dropped');
    let isWithin = problems.length === 0;
    for (const kind of ['pan-near', 'pan-far', 'zoom'] as const) {
      const measure = () =>
        tab.evaluate<{ intervalsMs: number[] }>(`window.bench.runScript('${kind}', ${seconds * 1000})`);
      const cpuBefore = await cpuSec(processes);
      const [{ intervalsMs }, times] = await traceWhile(session, measure);
      const cpuMs = ((await cpuSec(processes)) - cpuBefore) * 1000;
      const sorted = intervalsMs.toSorted((a, b) => a - b);
      const percentile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
      const perFrame = (ms: number) => (ms / intervalsMs.length).toFixed(2).padStart(9);
      const p95 = percentile(0.95);
      if (!(p95 <= limitMs)) isWithin = false;
      console.log(
        `${kind.padEnd(10)}${String(sorted.length).padStart(8)}` +
          [percentile(0.5), p95, percentile(1)].map((ms) => `${ms.toFixed(1)} ms`.padStart(9)).join('') +
          `${perFrame(times.scriptMs)} ms ${perFrame(times.paintMs)} ms ${perFrame(cpuMs)} ms` +
          String(times.droppedFrames).padStart(9),
      );
    }
    for (const problem of problems) console.error(`The page reported: ${problem}`);
    const [load = 0] = os.loadavg();
    const cores = os.availableParallelism();
    if (load > cores) {
      console.log(`The machine was busy with other work (load ${load.toFixed(1)} on ${cores} cores): measure again.`);
    }
    console.log(isWithin ? `within the limit (p95 ≤ ${limitMs} ms)` : `NOT within the limit (p95 ≤ ${limitMs} ms)`);
    return isWithin ? 0 : 1;
  } finally {
    await browser.close();
    await page.close();
  }
}

/** CPU seconds of all processes of the browser so far: page, compositor, rasterising. */
async function cpuSec(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo.reduce((total, process) => total + process.cpuTime, 0);
}
