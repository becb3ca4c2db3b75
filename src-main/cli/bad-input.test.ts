import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyAs, testTools, truncatedCopy, type MediaName } from '#media/testing/make-media.ts';
import { expectPairs, expectRefusal, expectTidy, reportLines, turnsOf } from './testing/diarize-outcome.ts';
import { runCli, type CliOptions, type CliRun } from './testing/run-cli.ts';
import { manyChannels } from './testing/many-channels.ts';
import { canMount, makeReadOnly, mountSmallDisk } from './testing/small-disk.ts';

const sample = path.resolve(import.meta.dirname, '../../resources/sample/sample.mp4');
const dir = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'diarist-bad-')));
const at = (...parts: string[]): string => path.join(dir, ...parts);
mkdirSync(at('disk'));
const mayMount = canMount(at('disk'));
const isRoot = process.getuid?.() === 0;
/** Seconds of speech in `speech.wav`. */
const SPEECH_SEC = 6;
let ffmpegPath: string;
let outputs = 0;

const ffmpeg = (...args: string[]): void =>
  void execFileSync(ffmpegPath, ['-nostdin', '-v', 'error', '-y', ...args], { cwd: dir });

/** `diarist diarize … -o <a new folder>` in `dir`. */
async function diarize(args: readonly string[], options: CliOptions = {}): Promise<{ run: CliRun; out: string }> {
  const out = at(`out-${++outputs}`);
  const run = await runCli(['diarize', '--cache-dir', at('cache'), '-o', out, ...args], { cwd: dir, ...options });
  return { run, out };
}

beforeAll(async () => {
  ({ ffmpegPath } = await testTools());
  ffmpeg('-i', sample, '-t', String(SPEECH_SEC), '-vn', '-ac', '1', '-ar', '16000', 'speech.wav');
  ffmpeg('-i', sample, '-t', '12', '-c', 'copy', '-movflags', '+faststart', 'talk.mp4');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('speech is found whatever it is packed in', () => {
  const speech = ['-i', 'speech.wav'];
  const picture = ['-f', 'lavfi', '-i', 'testsrc=d=6:s=64x48:r=5'];
  const all51 = 'pan=5.1|FL=0*c0|FR=0*c0|FC=c0|LFE=0*c0|BL=0*c0|BR=0*c0';
  const packings: Record<string, readonly string[]> = {
    'lossless.flac': [...speech],
    'lossy.mp3': [...speech, '-c:a', 'libmp3lame'],
    'speech-codec.opus': [...speech, '-c:a', 'libopus'],
    '8khz.wav': [...speech, '-ar', '8000', '-c:a', 'pcm_mulaw'],
    '192khz.flac': [...speech, '-ar', '192000'],
    'float64.wav': [...speech, '-c:a', 'pcm_f64le'],
    'eight-bit.wav': [...speech, '-c:a', 'pcm_u8'],
    'surround.m4a': [...speech, '-af', all51, '-c:a', 'aac', '-b:a', '256k'],
    'cinema.ac3': [...speech, '-af', all51, '-c:a', 'ac3', '-b:a', '384k'],
    'hevc.mkv': [
      ...[...picture, ...speech, '-pix_fmt', 'yuv420p', '-c:v', 'libx265', '-x265-params', 'log-level=error'],
      ...['-preset', 'ultrafast', '-c:a', 'aac'],
    ],
    'av1.mkv': [
      ...['-f', 'lavfi', '-i', 'testsrc=d=1:s=64x48:r=5', ...speech, '-pix_fmt', 'yuv420p', '-c:v', 'libaom-av1'],
      ...['-strict', '-2', '-cpu-used', '8', '-b:v', '100k', '-c:a', 'libopus'],
    ],
    'negative-start.mkv': ['-itsoffset', '-0.5', ...speech, '-c:a', 'libopus', '-avoid_negative_ts', 'disabled'],
    'two-streams.mkv': [
      ...[...speech, '-f', 'lavfi', '-i', 'anullsrc=r=48000:cl=stereo', '-map', '0', '-map', '1'],
      ...['-t', '6', '-c:a', 'aac', '-metadata:s:a:1', 'language=fra'],
    ],
  };

  it('in all of these', { timeout: 180_000 }, async () => {
    for (const [name, args] of Object.entries(packings)) ffmpeg(...args, name);
    writeFileSync(at('32-channels.wav'), manyChannels(readFileSync(at('speech.wav')).subarray(-2 * 16_000 * 5), 32));
    const names = [...Object.keys(packings), '32-channels.wav'];
    const { run, out } = await diarize([...names, '--json']);
    expect(reportLines(run).filter((line) => line.type === 'failed')).toEqual([]);
    expectTidy(run);
    expect(run.code).toBe(0);
    expect(expectPairs(out)).toEqual(names.map((name) => path.parse(name).name).sort());
    for (const stem of expectPairs(out)) {
      const turns = turnsOf(out, stem);
      expect(turns.length, stem).toBeGreaterThan(0);
      expect(Math.max(...turns.map((turn) => turn.endSec)), stem).toBeLessThan(SPEECH_SEC + 0.1);
    }
  });

  it('and none where there is none: exit 0, empty RTTM, a warning', async () => {
    for (const name of ['tone-300ms.wav', 'silence.wav', 'negative-audio.mkv'] satisfies MediaName[]) {
      await copyAs(name, at(name));
    }
    ffmpeg('-i', 'speech.wav', '-af', 'atrim=end_sample=1', 'one-sample.wav');
    ffmpeg('-i', 'speech.wav', '-t', '0.3', 'part.wav');
    const names = ['tone-300ms.wav', 'silence.wav', 'negative-audio.mkv', 'one-sample.wav', 'part.wav'];
    const { run, out } = await diarize(names);
    expectTidy(run);
    expect(run.code).toBe(0);
    expect(expectPairs(out)).toHaveLength(names.length);
    for (const name of names.slice(0, 4)) {
      expect(run.stderr).toContain(`warning: ${name}: `);
      expect(readFileSync(path.join(out, `${path.parse(name).name}.rttm`), 'utf8')).toBe('');
    }
  });
});

describe('damage', () => {
  it('half of a file is worked on, and the missing share is told', async () => {
    const whole = readFileSync(at('talk.mp4'));
    writeFileSync(at('half.mp4'), whole.subarray(0, whole.length / 2));
    const { run, out } = await diarize(['half.mp4']);
    expectTidy(run);
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/warning: half\.mp4: [3-7]\d % of the audio could not be decoded/);
    expect(expectPairs(out)).toEqual(['half']);
    expect(turnsOf(out, 'half').length).toBeGreaterThan(0);
  });

  it('an MP4 without its index is refused', async () => {
    await truncatedCopy('flash-click.mp4', 0.5, at('no-index.mp4'));
    const { run, out } = await diarize(['no-index.mp4']);
    expectRefusal(run, 3, 'no-index.mp4', /cut off.*moov/, out);
  });
});

describe('what is no recording', () => {
  it.each([
    ['an empty file', 'zero.mp4', /empty \(0 bytes\)/],
    ['a header without sound', 'header.wav', /decoded|not a media file|cut off|holds no sound/],
    ['a picture without sound', 'silent.mp4', /no audio stream/],
    ['a playlist called .mp4', 'hls.mp4', /not a media file/],
    ['a list of files called .mp4', 'ffconcat.mp4', /not a media file/],
    ['a list of files', 'list.ffconcat', /not a media file/],
    ['a folder without media', 'folder', /no media files/],
    ['a device', '/dev/zero', /a device/],
    ['a link to nowhere', 'dangling.mp4', /does not exist/],
    ['a link to itself', 'loop.mp4', /leads to itself/],
    ['a sample rate of 2 Hz', 'slow.wav', /2 Hz/],
    ['a codec that this ffmpeg lacks', 'siren.wav', /codec msnsiren[\s\S]*DIARIST_FFMPEG/],
  ])('%s is refused', async (_, name, cause) => {
    await makeBad(name);
    const { run, out } = await diarize([name]);
    expectRefusal(run, 3, name, cause, out);
  });

  it.skipIf(process.platform === 'win32')('a pipe is refused without waiting for who writes into it', async () => {
    execFileSync('mkfifo', [at('pipe.wav')]);
    const { run, out } = await diarize(['pipe.wav']);
    expectRefusal(run, 3, 'pipe.wav', /a pipe/, out);
  });

  it.skipIf(isRoot || process.platform === 'win32')('a file that may not be read (not as root)', async () => {
    writeFileSync(at('secret.wav'), readFileSync(at('speech.wav')), { mode: 0o000 });
    const { run, out } = await diarize(['secret.wav']);
    expectRefusal(run, 1, 'secret.wav', /may not be read/, out);
  });

  async function makeBad(name: string): Promise<void> {
    const speech = at('speech.wav');
    switch (name) {
      case 'zero.mp4':
        return writeFileSync(at(name), '');
      case 'header.wav':
        return writeFileSync(at(name), readFileSync(speech).subarray(0, 44));
      case 'silent.mp4':
        return void (await copyAs(name, at(name)));
      case 'hls.mp4':
        return writeFileSync(at(name), `#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n${speech}\n#EXT-X-ENDLIST\n`);
      case 'ffconcat.mp4':
      case 'list.ffconcat':
        return writeFileSync(at(name), `ffconcat version 1.0\nfile '${speech}'\n`);
      case 'folder':
        return void mkdirSync(at(name));
      case 'dangling.mp4':
        return symlinkSync(at('nowhere.mp4'), at(name));
      case 'loop.mp4':
        return symlinkSync(at(name), at(name));
      case 'slow.wav': {
        const bytes = readFileSync(speech);
        bytes.writeUInt32LE(2, bytes.indexOf('fmt ') + 12);
        return writeFileSync(at(name), bytes);
      }
      case 'siren.wav': {
        // The code of a real codec that FFmpeg can decode since 4.4.
        const bytes = readFileSync(speech);
        bytes.writeUInt16LE(0x028e, bytes.indexOf('fmt ') + 8);
        return writeFileSync(at(name), bytes);
      }
    }
  }
});

describe('names', () => {
  it('that look like protocols, options, patterns or nothing at all', async () => {
    const names = [
      ...['concat:x.wav', 'pipe:0.wav', '|cat.wav', 'x?y*[z].wav', '%05d.wav', '~.wav', 'a\\b.wav', '.wav', '-.wav'],
      ...['dots...wav', ' .wav', "'; --force '.wav", 'no extension', '\u202egnp.wav', '👩‍👩‍👧.wav', 'tab\there.wav'],
    ];
    mkdirSync(at('odd'));
    for (const name of names) copyFileSync(at('speech.wav'), at('odd', name));
    const { run, out } = await diarize(['--json', '--', ...names], { cwd: at('odd') });
    expect(reportLines(run).filter((line) => line.type === 'failed')).toEqual([]);
    expectTidy(run);
    expect(run.code).toBe(0);
    expect(expectPairs(out)).toHaveLength(names.length);
  });

  it('that differ in composed and decomposed letters alone would share their outputs', async () => {
    for (const name of ['trñ00.wav', 'trn\u030300.wav']) copyFileSync(at('speech.wav'), at(name));
    const { run, out } = await diarize(['trñ00.wav', 'trn\u030300.wav']);
    expectTidy(run);
    expect(run.code).toBe(process.platform === 'darwin' ? 0 : 2);
    expect(expectPairs(out)).toEqual([]);
  });

  it('too long for the names of the outputs: told before the work', async () => {
    const name = `${'n'.repeat(250)}.wav`;
    copyFileSync(at('speech.wav'), at(name));
    const { run, out } = await diarize([name]);
    expectRefusal(run, 3, name, /too long[\s\S]*Rename/, out);
  });

  it.skipIf(process.platform === 'win32')('of links: outputs are called like the link', async () => {
    symlinkSync(at('speech.wav'), at('link.wav'));
    const { run, out } = await diarize(['link.wav']);
    expect(run.code).toBe(0);
    expect(expectPairs(out)).toEqual(['link']);
    expect(turnsOf(out, 'link').every((turn) => turn.fileId === 'link')).toBe(true);
  });
});

describe('a recording that changes while it is worked on', () => {
  const swap = (file: string): void => {
    copyFileSync(at('speech.wav'), at('other.wav'));
    renameSync(at('other.wav'), file);
  };
  it.each([
    ['removed', /no longer where it was|does not exist/, 3, (file: string) => unlinkSync(file)],
    ['replaced', /changed or replaced/, 1, (file: string) => writeFileSync(file, readFileSync(at('speech.wav')))],
    ['swapped', /changed or replaced/, 1, swap],
    ['cut short', /changed or replaced/, 1, (file: string) => truncateSync(file, 100_000)],
  ] as const)('%s: the reason is told, whatever the decoder makes of it', async (how, cause, code, disturb) => {
    const name = `${how.replace(' ', '-')}.mp4`;
    ffmpeg('-stream_loop', '20', '-i', 'talk.mp4', '-c', 'copy', name);
    let disturbed = false;
    const { run, out } = await diarize([name, '--json', '--cache-dir', at(`cache-${how}`)], {
      onStart: (child) =>
        child.stdout?.once('data', () => {
          disturbed = true;
          disturb(at(name));
        }),
    });
    expect(disturbed).toBe(true);
    expectRefusal(run, code, name, cause, out);
  });
});

describe('places that cannot be written to', () => {
  it('an output folder that is a file, or below one: told before the work', async () => {
    for (const target of ['speech.wav', 'speech.wav/deeper']) {
      const { run, out } = await diarize(['talk.mp4', '-o', target]);
      expectRefusal(run, 1, 'speech.wav', /is a file, not a folder/, out);
    }
  });

  it.skipIf(process.platform === 'win32')('a current folder that was removed', async () => {
    mkdirSync(at('gone'));
    const { run, out } = await diarize(['speech.wav'], {
      cwd: at('gone'),
      // The process has started in it, and has not asked for it yet.
      onStart: () => rmSync(at('gone'), { recursive: true }),
    });
    expectRefusal(run, 1, '', /current folder no longer exists/, out);
  });

  it('a cache folder that is a file', async () => {
    const { run, out } = await diarize(['speech.wav', '--cache-dir', 'speech.wav']);
    expectRefusal(run, 1, 'speech.wav', /cache folder cannot be used/, out);
  });

  const onDisk = it.skipIf(!mayMount);
  const withDisk = (size: string, body: (disk: string) => Promise<void>) => async () => {
    const unmount = mountSmallDisk(at('disk'), size);
    try {
      await body(at('disk'));
    } finally {
      unmount();
    }
  };

  onDisk(
    'a read-only disk (needs leave to mount)',
    withDisk('64k', async (disk) => {
      makeReadOnly(disk);
      const { run } = await diarize(['talk.mp4', '-o', path.join(disk, 'out')]);
      expectRefusal(run, 1, disk, /is read-only/, path.join(disk, 'out'));
      const cached = await diarize(['talk.mp4', '--cache-dir', path.join(disk, 'cache')]);
      expectRefusal(cached.run, 1, disk, /is read-only/, cached.out);
    }),
  );

  onDisk(
    'a disk that is full when the labels are written leaves nothing half-written (needs leave to mount)',
    withDisk('64k', async (disk) => {
      writeFileSync(path.join(disk, 'ballast'), Buffer.alloc(60 * 1024));
      const { run } = await diarize(['talk.mp4', '-o', path.join(disk)]);
      expectTidy(run);
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(/disk is full; nothing was exported[\s\S]*Free some space/);
      expect(execFileSync('ls', ['-A', disk], { encoding: 'utf8' })).toBe('ballast\n');
    }),
  );

  onDisk(
    'a disk that is too small for the cache (needs leave to mount)',
    withDisk('300k', async (disk) => {
      const { run, out } = await diarize(['talk.mp4', '--cache-dir', disk]);
      expectRefusal(run, 1, disk, /cache folder cannot be used: the disk is full[\s\S]*Free space/, out);
    }),
  );
});

describe('another ffmpeg', () => {
  it('without an ffprobe beside it works with one from elsewhere', async () => {
    mkdirSync(at('alone'));
    copyFileSync(ffmpegPath, at('alone/ffmpeg'));
    const { run, out } = await diarize(['speech.wav'], { env: { DIARIST_FFMPEG: at('alone/ffmpeg') } });
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
    expect(expectPairs(out)).toEqual(['speech']);
  });

  it('that does not exist is a failure of this computer, not of the file', async () => {
    const { run, out } = await diarize(['speech.wav'], { env: { DIARIST_FFMPEG: at('nowhere') } });
    expectRefusal(run, 1, at('nowhere'), /DIARIST_FFMPEG cannot be started/, out);
  });
});

describe('label files', () => {
  it.each([
    ['a folder', 'labels', 'x.via.json', 3, /labels[\s\S]*folder/],
    ['a link in circles', 'circle.rttm', 'x.via.json', 3, /circle\.rttm.*lead in a circle/],
    ['a recording', 'speech.rttm', 'x.via.json', 3, /speech\.rttm is not a text file/],
    ['what has no end', '/dev/zero', 'x.via.json', 3, /\/dev\/zero is larger than/],
    ['an unknown target', 'good.rttm', 'x.xyz', 2, /x\.xyz/],
    ['a target below a file', 'good.rttm', 'good.rttm/x.via.json', 1, /part of the path is a file/],
  ] as const)('%s: refused with a reason', async (_, input, target, code, cause) => {
    mkdirSync(at('labels'), { recursive: true });
    rmSync(at('circle.rttm'), { force: true });
    symlinkSync(at('circle.rttm'), at('circle.rttm'));
    copyFileSync(at('speech.wav'), at('speech.rttm'));
    writeFileSync(at('good.rttm'), 'SPEAKER talk 1 0 1 <NA> <NA> Anna <NA> <NA>\n');
    const run = await runCli(['convert', input, '-o', target, ...(input === '/dev/zero' ? ['--from', 'rttm'] : [])], {
      cwd: dir,
    });
    expectRefusal(run, code, '', cause, at(target));
  });
});
