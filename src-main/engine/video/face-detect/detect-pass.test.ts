import { expect, it } from 'vitest';
import { FrameStream } from '#media/frames.ts';
import { probeMedia } from '#media/probe.ts';
import { makeMedia, testTools } from '#media/testing/make-media.ts';
import { DetectPass } from './detect-pass.ts';
import type { DetectFrame } from './face-detect-kernel.ts';

interface Read {
  content: Float64Array;
  rows: number[];
  groups: { index: number; scan: boolean }[][];
  buffers: Set<ArrayBuffer>;
}

/** The whole of a clip; the kernel answers with the frames it was given. */
async function read(
  search: boolean,
  options: { concurrency?: number; range?: { startSec: number; endSec: number } } = {},
): Promise<Read> {
  const tools = await testTools();
  const path = await makeMedia('flash-click.mp4');
  const stream = new FrameStream(
    tools,
    { path, probe: await probeMedia(tools, path), choice: { range: options.range ?? null } },
    { maxWidthPx: 160, maxHeightPx: 160 },
  );
  const groups: Read['groups'] = [];
  const buffers = new Set<ArrayBuffer>();
  const pass = new DetectPass(stream, options.concurrency ?? 2, {
    strideFrames: 5,
    detect: async (frames: readonly DetectFrame[]) => {
      groups.push(frames.map(({ index, scan }) => ({ index, scan })));
      for (const { data } of frames) buffers.add(data.buffer);
      // A later group may be done first.
      await new Promise((resolve) => setTimeout(resolve, 5 * (5 - groups.length)));
      return { rows: Float32Array.from(frames, ({ index }) => index), buffers: frames.map(({ data }) => data) };
    },
  });
  const rows: number[] = [];
  while (!pass.ended) rows.push(...(await pass.readBlock(search)));
  await pass.close();
  return { content: pass.content(), rows, groups, buffers };
}
const every5th = (from: number, to: number): number[] =>
  Array.from({ length: Math.ceil((to - from) / 5) }, (_, at) => from + 5 * at);

it('every 5th frame is looked at, in groups of a second, results in order', async () => {
  for (const concurrency of [1, 3]) {
    const { rows, groups } = await read(true, { concurrency });
    expect(rows).toEqual(every5th(0, 100));
    expect(groups.map((group) => group.map(({ index }) => index))).toEqual(
      [0, 25, 50, 75].map((start) => every5th(start, start + 25)),
    );
  }
});

it('the first of a group is scanned, and so is the first after a change of the picture', async () => {
  const { groups } = await read(true);
  // Frames 25, 50 and 75 are white, those after them black again.
  expect(groups[0]!.map(({ scan }) => scan)).toEqual([true, false, false, false, false]);
  expect(groups[1]!.map(({ scan }) => scan)).toEqual([true, true, false, false, false]);
});

it('frames that were searched before a kill are measured again, not searched', async () => {
  const [first, again] = [await read(true), await read(false)];
  expect(again.groups).toEqual([]);
  expect(again.rows).toEqual([]);
  expect(again.content).toEqual(first.content);
  expect(first.content).toHaveLength(3 * 100);
  expect(Math.max(...first.content)).toBeGreaterThan(200);
});

it('a part is grouped as in the whole', async () => {
  const { groups } = await read(true, { range: { startSec: 1.5, endSec: 3 } });
  expect(groups.map((group) => group.map(({ index }) => index))).toEqual([
    [40, 45],
    [50, 55, 60, 65, 70],
  ]);
});

it('buffers come back', async () => {
  expect((await read(true, { concurrency: 1 })).buffers.size).toBeLessThanOrEqual(16);
});
