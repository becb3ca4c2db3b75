import { execFileSync } from 'node:child_process';
import { rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contentRange, openForServing, parseRange } from './range.ts';
import { scratchFolder } from './testing/make-media.ts';

test('the three forms of a range', () => {
  expect(parseRange('bytes=0-99', 1000)).toEqual({ status: 206, start: 0, end: 99, lengthBytes: 100 });
  expect(parseRange('bytes=900-', 1000)).toEqual({ status: 206, start: 900, end: 999, lengthBytes: 100 });
  expect(parseRange('bytes=-100', 1000)).toEqual({ status: 206, start: 900, end: 999, lengthBytes: 100 });
  expect(parseRange(' Bytes = 5 - 9 ', 1000)).toMatchObject({ start: 5, end: 9 });
});

test('a range that goes on beyond the end is cut; a suffix longer than the file is all of it', () => {
  expect(parseRange('bytes=990-5000', 1000)).toMatchObject({ status: 206, end: 999, lengthBytes: 10 });
  expect(parseRange('bytes=-5000', 1000)).toMatchObject({ status: 206, start: 0, lengthBytes: 1000 });
  expect(parseRange(`bytes=0-${'9'.repeat(400)}`, 1000)).toMatchObject({ status: 206, end: 999 });
});

test('no header or several ranges: the whole file', () => {
  const whole = { status: 200, start: 0, lengthBytes: 1000 };
  expect(parseRange(undefined, 1000)).toEqual(whole);
  expect(parseRange(null, 1000)).toEqual(whole);
  expect(parseRange('bytes=0-1,5-9', 1000)).toEqual(whole);
});

test.each([
  'bytes=1000-',
  'bytes=5-4',
  'bytes=-0',
  'bytes=-',
  'bytes=',
  'bytes=a-b',
  'items=0-1',
  'bytes=0-1,x',
  '',
  'bytes=0x1-2',
  'bytes=-1-2',
])('%j is 416', (header) => {
  expect(parseRange(header, 1000)).toEqual({ status: 416 });
});

test('an empty file has no range', () => {
  expect(parseRange('bytes=0-', 0)).toEqual({ status: 416 });
  expect(parseRange('bytes=-5', 0)).toEqual({ status: 416 });
  expect(parseRange(undefined, 0)).toEqual({ status: 200, start: 0, lengthBytes: 0 });
});

test('law: whatever the header, what is served lies within the file', () => {
  const header = fc.oneof(
    fc.string(),
    fc.tuple(fc.bigInt({ min: 0n }), fc.bigInt({ min: 0n })).map(([a, b]) => `bytes=${a}-${b}`),
    fc.stringMatching(/^bytes=[-0-9, a]*$/),
  );
  fc.assert(
    fc.property(header, fc.nat(), (text, size) => {
      const reply = parseRange(text, size);
      if (reply.status !== 206) return;
      expect(reply.start).toBeGreaterThanOrEqual(0);
      expect(reply.end).toBeLessThan(size);
      expect(reply.lengthBytes).toBe(reply.end - reply.start + 1);
      expect(reply.lengthBytes).toBeGreaterThan(0);
    }),
  );
});

test('Content-Range says what is served, or how large the file is', () => {
  expect(contentRange(parseRange('bytes=1-2', 10), 10)).toBe('bytes 1-2/10');
  expect(contentRange(parseRange('bytes=99-', 10), 10)).toBe('bytes */10');
  expect(contentRange(parseRange(null, 10), 10)).toBeNull();
});

test('only regular files are opened; a pipe is refused without waiting for a writer', async () => {
  const { folder, remove } = await scratchFolder();
  try {
    const file = path.join(folder, 'a.bin');
    await writeFile(file, 'hello');
    await symlink(file, path.join(folder, 'link'));
    const opened = await openForServing(path.join(folder, 'link'));
    expect(opened).toMatchObject({ sizeBytes: 5, realPath: file });
    // What was opened stays what is served, whatever takes its name meanwhile.
    await writeFile(`${file}.new`, 'other');
    await rename(`${file}.new`, file);
    expect((await opened.handle.readFile()).toString()).toBe('hello');
    await opened.handle.close();

    execFileSync('mkfifo', [path.join(folder, 'pipe')]);
    const refused = { data: { code: 'bad-input' } };
    await expect(openForServing(path.join(folder, 'pipe'))).rejects.toMatchObject(refused);
    await expect(openForServing(folder)).rejects.toMatchObject(refused);
    await expect(openForServing('/dev/zero')).rejects.toMatchObject(refused);
    await expect(openForServing(path.join(folder, 'gone'))).rejects.toMatchObject({ data: { code: 'not-found' } });
    await expect(openForServing(path.join(folder, 'a.bin', 'x'))).rejects.toMatchObject({
      data: { code: 'not-found' },
    });
    await expect(openForServing(`${file}\0.mp4`)).rejects.toMatchObject({ data: { code: 'io' } });
  } finally {
    await remove();
  }
});
