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
  options: { concurrency?: number; strideFrames?: number; range?: { startSec: number; endSec: number } } = {},
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
    strideFrames: options.strideFrames ?? 5,
    detect: async (frames: readonly DetectFrame[]) => {
      groups.push(frames.map(({ index, scan }) => ({ index, scan })));
      for (const { data } of frames) buffers.add(data.buffer);
      // A later group may be done first.
      await new Promise((resolve) => setTimeout(resolve, 5 * (5 - groups.length)));
      return {
        rows: Float32Array.from(frames, ({ index }) => index),
        buffers: frames.map(({ data }) => data),
        netInputs: 0,
      };
    },
  });
  const rows: number[] = [];
  while (!pass.ended) rows.push(...(await pass.readBlock(search)));
  await pass.close();
  return { content: pass.content(), rows, groups, buffers };
}
const upTo = (from: number, to: number, step = 1): number[] =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, at) => from + step * at);

it('every so manieth frame is looked at, in groups of 40, results in order', async () => {
  const sparse = await read(true);
  expect(sparse.rows).toEqual(upTo(0, 100, 5));
  expect(sparse.groups).toHaveLength(1);
  for (const concurrency of [1, 3]) {
    const { rows, groups } = await read(true, { concurrency, strideFrames: 1 });
    expect(rows).toEqual(upTo(0, 100));
    expect(groups.map((group) => group.map(({ index }) => index))).toEqual([upTo(0, 40), upTo(40, 80), upTo(80, 100)]);
  }
});

it('the first of a group is scanned, and so is the first after a change of the picture', async () => {
  const scanned = ({ groups }: Read): number[][] =>
    groups.map((group) => group.filter(({ scan }) => scan).map(({ index }) => index));
  // Frames 25, 50 and 75 are white, those after them black again.
  expect(scanned(await read(true))).toEqual([[0, 25, 30, 50, 55, 75, 80]]);
  expect(scanned(await read(true, { strideFrames: 1 }))).toEqual([[0, 25, 26], [40, 50, 51, 75, 76], [80]]);
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
  const { groups } = await read(true, { strideFrames: 1, range: { startSec: 1.4, endSec: 2.8 } });
  expect(groups.map((group) => group.map(({ index }) => index))).toEqual([upTo(35, 40), upTo(40, 70)]);
});

it('buffers come back', async () => {
  expect((await read(true, { concurrency: 1, strideFrames: 1 })).buffers.size).toBeLessThanOrEqual(90);
});
