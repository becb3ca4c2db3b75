import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BufferReader } from './read-stdout.ts';
import type { ReadInto } from './reading-pair.ts';
import { runTool } from './run-tool.ts';

/** Buffers of `size` bytes in turn; `onFull` may hold the process or stop it. */
function collector(size: number, onFull: (count: number) => 'stop' | undefined | Promise<'stop' | undefined>) {
  const full: Uint8Array[] = [];
  let buffer = new Uint8Array(size);
  let used = 0;
  const into: ReadInto = {
    buffer: () => buffer.subarray(used),
    filled: (count) => {
      used += count;
      if (used < size) return undefined;
      full.push(buffer);
      buffer = new Uint8Array(size);
      used = 0;
      return onFull(full.length);
    },
  };
  return { into, full, rest: () => buffer.subarray(0, used) };
}
const node = (script: string, into: ReadInto) => runTool(process.execPath, ['-e', script], { readInto: into });
/** Bytes 0, 1, … 250, 0, … in writes of 100,000. */
const write = (bytes: number): string =>
  `const all = Uint8Array.from({ length: ${bytes} }, (_, at) => at % 251);
   for (let at = 0; at < all.length;) at += require('fs').writeSync(1, all.subarray(at, at + 100000));`;
const expected = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, (_, at) => at % 251);

afterEach(() => vi.unstubAllEnvs());

describe.each(['straight', 'through a pipe'])('what a process writes, read %s', (way) => {
  const prepare = (): void => {
    // Without a temporary folder there is no socket.
    if (way === 'through a pipe') vi.stubEnv('TMPDIR', '/nonexistent');
  };

  it('is all there, in order, also when it is held back', async () => {
    prepare();
    const { into, full, rest } = collector(300_000, (count) =>
      count % 2 === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, 20, undefined)),
    );
    const outcome = await node(write(1_000_000), into);
    expect(outcome.exitCode).toBe(0);
    const all = Buffer.concat([...full, rest()]);
    expect(full).toHaveLength(3);
    expect(all.equals(expected(1_000_000))).toBe(true);
  });

  it('is read until there is enough', async () => {
    prepare();
    const { into, full } = collector(50_000, (count) => (count === 2 ? 'stop' : undefined));
    const outcome = await node(`for (;;) require('fs').writeSync(1, Buffer.alloc(10000));`, into);
    expect(outcome).toMatchObject({ exitCode: null, crash: null });
    expect(full).toHaveLength(2);
  });

  it('ends with what the reader throws', async () => {
    prepare();
    const { into } = collector(10, () => {
      throw new RangeError('no more');
    });
    await expect(node(write(100_000), into)).rejects.toThrow('no more');
    const later = collector(10, () => Promise.reject(new RangeError('no more, later')));
    await expect(node(write(100_000), later.into)).rejects.toThrow('no more, later');
  });

  it('of a program that is not there is refused', async () => {
    prepare();
    const { into } = collector(10, () => undefined);
    await expect(runTool('/nonexistent/ffmpeg', [], { readInto: into })).rejects.toMatchObject({
      data: { code: 'not-found' },
    });
  });
});

it('chunks of any size fill buffers of any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 30 }),
      fc.boolean(),
      async (sizes, size, waits) => {
        const { into, full, rest } = collector(size, () => (waits ? Promise.resolve(undefined) : undefined));
        const reader = new BufferReader(into);
        const all = expected(sizes.reduce((sum, one) => sum + one, 0));
        let at = 0;
        for (const one of sizes) {
          await reader.pour(all.subarray(at, at + one));
          at += one;
        }
        expect(Buffer.concat([...full, rest()]).equals(all)).toBe(true);
      },
    ),
  );
});
