import { execFileSync } from 'node:child_process';
import { chmod, copyFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { assertDecodable, encodersFor, findTools, inputArgs, runTool, transcodeArgs } from './ffmpeg.ts';
import { probeMedia } from './probe.ts';
import { allPcm, wholeFile } from './testing/flash-click.ts';
import { copyAs, makeMedia, scratchFolder, testTools } from './testing/make-media.ts';

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ folder, remove } = await scratchFolder());
  vi.stubEnv('DIARIST_FFMPEG', undefined);
  vi.stubEnv('DIARIST_NO_SYSTEM', '1');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await remove();
});

/** A program that answers -version as an ffmpeg of some age. */
async function fakeTool(name: string, libavutil: string): Promise<void> {
  const file = path.join(folder, name);
  await writeFile(
    file,
    `#!/bin/sh\necho '${name} version 9.9 Copyright (c)'\necho 'libavutil ${libavutil}. 100 / x'\n`,
  );
  await chmod(file, 0o755);
}

describe('finding ffmpeg', () => {
  test('without a setting and without the system it is the npm packages’', async () => {
    const tools = await findTools();
    expect(tools.source).toBe('package');
    expect(tools.ffmpegVersion).toMatch(/^ffmpeg version \S+/);
    expect(execFileSync(tools.ffprobePath, ['-version'], { encoding: 'utf8' })).toMatch(/^ffprobe version/);
  });

  test('PATH is taken from 4.4 on, and not at all with DIARIST_NO_SYSTEM=1', async () => {
    vi.stubEnv('PATH', folder);
    await fakeTool('ffmpeg', '56. 70');
    await fakeTool('ffprobe', '56. 70');
    expect((await findTools()).source).toBe('package');
    vi.stubEnv('DIARIST_NO_SYSTEM', undefined);
    expect(await findTools()).toMatchObject({ source: 'path', ffmpegPath: path.join(folder, 'ffmpeg') });
    await fakeTool('ffmpeg', '56. 51');
    expect((await findTools()).source).toBe('package');
  });

  test('a setting wins over the variable, the variable over PATH; ffprobe may lie elsewhere', async () => {
    await fakeTool('ffmpeg', '58. 2');
    vi.stubEnv('DIARIST_FFMPEG', folder);
    const byVariable = await findTools();
    expect(byVariable).toMatchObject({ source: 'env', ffmpegPath: path.join(folder, 'ffmpeg') });
    expect(byVariable.ffprobePath).toBe((await testTools()).ffprobePath);
    const { ffmpegPath } = await testTools();
    expect(await findTools({ setting: ffmpegPath })).toMatchObject({ source: 'setting', ffmpegPath });
    expect((await findTools({ setting: '  ' })).source).toBe('env');
  });

  test('a setting that does not work is an error with a way out, never passed over', async () => {
    const missing = path.join(folder, 'no-such-ffmpeg');
    await expect(findTools({ setting: missing })).rejects.toMatchObject({
      data: { code: 'not-found', file: missing, fix: expect.stringContaining('DIARIST_FFMPEG') as string },
    });
    await writeFile(path.join(folder, 'note.txt'), 'no program');
    vi.stubEnv('DIARIST_FFMPEG', path.join(folder, 'note.txt'));
    await expect(findTools()).rejects.toMatchObject({ data: { code: 'not-found' } });
  });
});

describe('running it', () => {
  const node = process.execPath;
  test('is killed after a silence and says so', async () => {
    const run = runTool(node, ['-e', 'setInterval(() => {}, 1000)'], { stallMs: 300, mediaPath: '/m.mp4' });
    await expect(run).rejects.toMatchObject({ data: { code: 'io', file: '/m.mp4' } });
  });

  test('time the consumer takes is no silence', async () => {
    const outcome = await runTool(node, ['-e', 'console.log(1)'], {
      stallMs: 2000,
      onStdout: () => new Promise((resolve) => setTimeout(resolve, 2500)),
    });
    expect(outcome.exitCode).toBe(0);
  });

  test('ends at once on abort, before and during the run', async () => {
    const abort = new AbortController();
    const run = runTool(node, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], {
      signal: abort.signal,
      onStdout: () => abort.abort(),
    });
    await expect(run).rejects.toMatchObject({ data: { code: 'cancelled' } });
    await expect(runTool(node, [], { signal: abort.signal })).rejects.toMatchObject({ data: { code: 'cancelled' } });
  });

  test('an error of the consumer ends the process and comes through', async () => {
    const run = runTool(node, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], {
      onStdout: () => {
        throw new Error('mine');
      },
    });
    await expect(run).rejects.toThrow('mine');
  });

  test('counts errors, repeated ones too, keeps the last of them and reads progress apart', async () => {
    const seconds: number[] = [];
    const lines = [...Array.from({ length: 100 }, (_, i) => `bad ${i}`), 'Last message repeated 5 times'];
    const script = `console.error(${JSON.stringify([...lines, 'out_time=00:01:02.500000', 'progress=end'].join('\n'))})`;
    const outcome = await runTool(node, ['-e', script], { onOutTime: (sec) => seconds.push(sec) });
    expect(outcome.errorLines).toBe(105);
    expect(outcome.stderrTail).toContain('bad 99');
    expect(outcome.stderrTail).not.toContain('bad 3\n');
    expect(seconds).toEqual([62.5]);
  });

  test('death by signal is a crash, not an end of the file', async () => {
    const outcome = await runTool(node, ['-e', "process.kill(process.pid, 'SIGKILL')"]);
    expect(outcome).toMatchObject({ crash: 'SIGKILL', exitCode: null });
  });

  test('a binary that is not there is named', async () => {
    await expect(runTool(path.join(folder, 'gone'), [])).rejects.toMatchObject({ data: { code: 'not-found' } });
  });
});

describe('hostile names', () => {
  const names = [
    `it's "quoted".wav`,
    '🎬 emoji 🗣.wav',
    'two\nlines.wav',
    '-y.wav',
    'concat:x.wav',
    'http:x.wav',
    'pipe:0',
    '%03d.wav',
    '`$(touch oops)`;&|.wav',
    ' leading and trailing .wav ',
    'tr\u00f1.wav',
    'trn\u0303.wav',
    'x'.repeat(251) + '.wav',
  ];
  test.each(names)('%j is read as a plain file', async (name) => {
    const tools = await testTools();
    const file = await copyAs('tone-300ms.wav', path.join(folder, name));
    const probe = await probeMedia(tools, file);
    const { samples } = await allPcm(tools, { path: file, probe, choice: wholeFile });
    expect(samples.length).toBe(4800);
  });

  test('a relative path is taken from the working folder, and a path never becomes an option', () => {
    expect(inputArgs('-i.wav').at(-1)).toBe(`file:${path.resolve('-i.wav')}`);
    const args = transcodeArgs('/a b/-x.mp4', '/out/%d.mp4', () => undefined);
    expect(args).toContain('file:/a b/-x.mp4');
    expect(args.at(-1)).toBe('file:/out/%d.mp4');
  });
});

describe('formats that name other files are refused', () => {
  test.each([
    ['playlist.mp4', '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nsibling.ts\n#EXT-X-ENDLIST\n'],
    ['list.mp4', "ffconcat version 1.0\nfile 'sibling.wav'\n"],
    ['session.mp4', 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n'],
  ])('%s', async (name, text) => {
    const tools = await testTools();
    await copyFile(await makeMedia('tone.wav'), path.join(folder, 'sibling.wav'));
    await copyFile(await makeMedia('flash-click.ts'), path.join(folder, 'sibling.ts'));
    const file = path.join(folder, name);
    await writeFile(file, text);
    await expect(probeMedia(tools, file)).rejects.toMatchObject({ data: { code: 'bad-input', file } });
  });
});

test('a symbolic link is followed, one to itself refused', async () => {
  const tools = await testTools();
  await symlink(await makeMedia('tone.wav'), path.join(folder, 'link.wav'));
  expect((await probeMedia(tools, path.join(folder, 'link.wav'))).durationSec).toBeCloseTo(3);
  await symlink(path.join(folder, 'loop.wav'), path.join(folder, 'loop.wav'));
  await expect(probeMedia(tools, path.join(folder, 'loop.wav'))).rejects.toMatchObject({ data: { code: 'bad-input' } });
});

test('a codec the ffmpeg at hand lacks is named, with where to set another', async () => {
  const tools = await testTools();
  await expect(assertDecodable(tools, 'aac', '/f.mp4')).resolves.toBeUndefined();
  const error = await assertDecodable(tools, 'vvc', '/f.mp4').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ data: { code: 'unsupported', file: '/f.mp4' } });
  expect(String(error)).toContain('vvc');
  expect((error as { data: { fix: string } }).data.fix).toContain('DIARIST_FFMPEG');
  expect(await encodersFor(tools, 'h264')).toContain('libx264');
  expect(await encodersFor(tools, 'no-such-codec')).toEqual([]);
});

test('a setting that is not executable is refused, not mended', async () => {
  const plain = await copyAs('tone.wav', path.join(folder, 'ffmpeg'));
  await chmod(plain, 0o644);
  await expect(findTools({ setting: plain })).rejects.toMatchObject({ data: { code: 'not-found' } });
});
