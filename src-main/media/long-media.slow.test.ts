import path from 'node:path';
import { expect, test } from 'vitest';
import { encodePeaks, PeaksBuilder } from '#shared/media/peaks.ts';
import { readFrameTable } from './frame-table.ts';
import { streamPcm } from './pcm.ts';
import { probeMedia } from './probe.ts';
import { runTool } from './run-tool.ts';
import { wholeFile } from './testing/flash-click.ts';
import { makeMedia, scratchFolder, testTools } from './testing/make-media.ts';

const HOURS = 3;

test(`${HOURS} hours of video: all frames, all samples, and memory that does not grow with them`, async () => {
  const tools = await testTools();
  const { folder, remove } = await scratchFolder();
  try {
    const file = path.join(folder, 'long.mkv');
    const loops = (HOURS * 3600) / 4 - 1;
    const made = await runTool(tools.ffmpegPath, [
      ...[
        '-nostdin',
        '-v',
        'error',
        '-progress',
        'pipe:2',
        '-stream_loop',
        String(loops),
        '-i',
        await makeMedia('flash-click.avi'),
      ],
      ...['-map', '0:v', '-map', '0:a', '-c:v', 'copy', '-c:a', 'aac', '-b:a', '32k', file],
    ]);
    expect(made.exitCode, made.stderrTail).toBe(0);
    const probe = await probeMedia(tools, file);
    expect(probe.durationSec).toBeCloseTo(HOURS * 3600, -1);

    const times = await readFrameTable(tools, file, probe);
    expect(Math.abs(times.length - HOURS * 3600 * 25)).toBeLessThan(loops);

    const peaks = new PeaksBuilder(16_000);
    const before = process.memoryUsage().rss;
    let most = 0;
    let samples = 0;
    const result = await streamPcm(
      tools,
      { path: file, probe, choice: wholeFile },
      {
        onChunk: (chunk) => {
          samples += chunk.length;
          peaks.push(chunk);
          most = Math.max(most, process.memoryUsage().rss);
        },
      },
    );
    expect(result.warnings).toEqual([]);
    expect(Math.abs(samples / 16_000 - probe.durationSec)).toBeLessThan(1);
    // The PCM is 345 MB; what may stay is the peaks (7 MB) and what the collector has not yet taken.
    expect((most - before) / 2 ** 20).toBeLessThan(200);
    expect(encodePeaks(peaks.finish()).length).toBeLessThan(8e6);
  } finally {
    await remove();
  }
});
