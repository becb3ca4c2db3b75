import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { packageTools, type FfmpegTools } from '../find-tools.ts';
import { runTool } from '../run-tool.ts';

/**
 * Media made by the npm packages' ffmpeg, for tests of every zone: `await makeMedia('flash-click.mp4')`. Files are made
 * once and kept in the temporary folder under a hash of this module, so that a changed recipe makes new ones.
 * They are read-only by agreement: copy before you change one.
 */

/** A white frame at 1, 2 and 3 s; everything else is black. 25 frames per second, 4 s. */
const FLASH = lavfi(
  "color=black:s=160x120:r=25:d=4,drawbox=x=0:y=0:w=160:h=120:color=white:t=fill:enable='lt(mod(t+0.001,1),0.04)*gte(t,0.9)'",
);
/** A click of 5 ms at 1, 2 and 3 s. */
const CLICK = lavfi("aevalsrc='if(lt(mod(t,1),0.005)*gte(t,0.5),0.9*sin(2*PI*1000*t),0)':s=48000:d=4");
const PICTURE = lavfi('testsrc=d=3:s=320x240:r=25');
const TONE = lavfi('sine=f=440:d=3:r=48000');
const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-preset', 'veryfast', '-bf', '2', '-g', '50'];
const AAC = ['-c:a', 'aac', '-b:a', '96k'];

function lavfi(source: string): string[] {
  return ['-f', 'lavfi', '-i', source];
}

/** Arguments of ffmpeg without the output file; `from` names files made before, given as inputs `@name`. */
const recipes = {
  // Flash and click together, in every way a file may start.
  'flash-click.mp4': [...FLASH, ...CLICK, ...H264, ...AAC],
  'audio-300ms-late.mp4': [
    '-i',
    '@flash-click.mp4',
    '-itsoffset',
    '0.3',
    '-i',
    '@flash-click.mp4',
    ...join(),
    ...copy(),
  ],
  'audio-300ms-late.mkv': [
    '-i',
    '@flash-click.mp4',
    '-itsoffset',
    '0.3',
    '-i',
    '@flash-click.mp4',
    ...join(),
    ...copy(),
  ],
  'video-300ms-late.mp4': [
    '-itsoffset',
    '0.3',
    '-i',
    '@flash-click.mp4',
    '-i',
    '@flash-click.mp4',
    ...join(),
    ...copy(),
  ],
  'edit-list.mp4': ['-ss', '0.5', '-i', '@flash-click.mp4', ...copy()],
  'starts-at-500ms.mp4': ['-i', '@flash-click.mp4', ...copy(), '-output_ts_offset', '0.5'],
  'starts-at-500ms.mkv': ['-i', '@flash-click.mp4', ...copy(), '-output_ts_offset', '0.5'],
  'negative-audio.mkv': [
    ...['-i', '@flash-click.mp4', '-itsoffset', '-0.2', '-i', '@flash-click.mp4'],
    ...[...join(), ...copy(), '-avoid_negative_ts', 'disabled'],
  ],
  'fragmented.mp4': [...FLASH, ...CLICK, ...H264, ...AAC, '-movflags', '+empty_moov+frag_keyframe+delay_moov'],
  'flash-click.webm': [
    ...FLASH,
    ...CLICK,
    '-c:v',
    'libvpx',
    '-b:v',
    '300k',
    '-deadline',
    'realtime',
    '-c:a',
    'libopus',
  ],
  'flash-click.mpg': [...FLASH, ...CLICK, '-c:v', 'mpeg2video', '-c:a', 'mp2'],
  'flash-click.ts': [...FLASH, ...CLICK, ...H264, ...AAC],
  'flash-click.flv': [...FLASH, ...CLICK, ...H264, ...AAC],
  'flash-click.avi': [...FLASH, ...CLICK, '-c:v', 'mpeg4', '-c:a', 'pcm_s16le'],
  'audio-gap.mkv': [
    ...['-i', '@flash-click.mp4', '-filter_complex', "[0:a]aselect='not(between(t,1.3,1.8))'[a]"],
    ...['-map', '0:v', '-map', '[a]', '-c:v', 'copy', '-c:a', 'libopus'],
  ],
  // Sound alone.
  'click.wav': [...CLICK, '-c:a', 'pcm_s16le'],
  'click.mp3': [...CLICK, '-c:a', 'libmp3lame'],
  'click-no-header.mp3': [...CLICK, '-c:a', 'libmp3lame', '-write_xing', '0'],
  'click.opus': [...CLICK, '-c:a', 'libopus'],
  'click.ogg': [...CLICK, '-c:a', 'libvorbis'],
  'click.flac': [...CLICK, '-c:a', 'flac'],
  'click.m4a': [...CLICK, ...AAC],
  'click.aac': [...CLICK, ...AAC],
  'tone.wav': [...TONE, '-c:a', 'pcm_s16le'],
  'tone-300ms.wav': [...lavfi('sine=f=440:d=0.3:r=48000'), '-c:a', 'pcm_s16le'],
  'tone-8khz.wav': [...lavfi('sine=f=440:d=3:r=8000'), '-c:a', 'pcm_s16le'],
  'silence.wav': [...lavfi('anullsrc=r=16000:cl=mono'), '-t', '2', '-c:a', 'pcm_s16le'],
  'surround.m4a': [
    // A tone in the centre, a higher one in the subwoofer.
    ...lavfi("aevalsrc='0|0|0.5*sin(2*PI*440*t)|0.5*sin(2*PI*50*t)|0|0:c=5.1:s=48000:d=3'"),
    ...AAC,
  ],
  'eight-microphones.wav': [
    ...lavfi("aevalsrc='0.8*sin(2*PI*440*t)|0|0|0|0|0|0|0':s=16000:d=2"),
    ...['-c:a', 'pcm_s16le'],
  ],
  'left-right.wav': [...lavfi("aevalsrc='0.5*sin(2*PI*440*t)|0.25*sin(2*PI*880*t)':s=16000:d=2"), '-c:a', 'pcm_s16le'],
  'cover.mp3': [
    ...[...TONE, ...lavfi('color=red:s=64x64:d=0.04:r=25'), '-map', '0', '-map', '1', '-c:a', 'libmp3lame'],
    ...['-c:v', 'mjpeg', '-frames:v', '1', '-disposition:v', 'attached_pic', '-id3v2_version', '3'],
  ],
  // Pictures.
  'picture.mp4': [...PICTURE, ...TONE, ...H264, ...AAC, '-movflags', '+faststart'],
  'silent.mp4': [...PICTURE, ...H264],
  // To be turned clockwise by 90 degrees; this ffmpeg reads the tag the other way round when it copies.
  'rotated.mp4': ['-i', '@picture.mp4', '-c', 'copy', '-metadata:s:v', 'rotate=270'],
  'two-audio.mkv': [
    ...[...PICTURE, ...TONE, ...lavfi('sine=f=880:d=3:r=48000'), '-map', '0', '-map', '1', '-map', '2'],
    ...[...H264, ...AAC, '-metadata:s:a:1', 'language=fra'],
  ],
  'variable-rate.mp4': [
    ...lavfi('testsrc=d=6:s=160x120:r=30'),
    ...['-vf', "select='lt(n,60)+gt(n,100)*not(mod(n,4))'", '-vsync', 'vfr', '-enc_time_base', '1:90000', ...H264],
  ],
  'hevc.mkv': [
    ...PICTURE,
    ...TONE,
    '-c:v',
    'libx265',
    '-x265-params',
    'log-level=error',
    '-preset',
    'ultrafast',
    ...AAC,
  ],
  'av1.mkv': [
    ...lavfi('testsrc=d=0.4:s=64x48:r=10'),
    ...['-pix_fmt', 'yuv420p', '-c:v', 'libaom-av1', '-strict', '-2', '-cpu-used', '8', '-b:v', '100k'],
  ],
  'mpeg4.avi': [...PICTURE, ...TONE, '-c:v', 'mpeg4', '-c:a', 'mp2'],
} satisfies Record<string, readonly string[]>;

export type MediaName = keyof typeof recipes;

function join(): string[] {
  return ['-map', '0:v', '-map', '1:a'];
}
function copy(): string[] {
  return ['-c', 'copy'];
}

let tools: Promise<FfmpegTools> | undefined;
/** The npm packages' ffmpeg and ffprobe: what tests run with, whatever else the computer has. */
export const testTools = (): Promise<FfmpegTools> => (tools ??= packageTools());

/** Makes a file of one test's own. @returns its path @throws what ffmpeg says */
export async function runFfmpeg(args: readonly string[], file: string): Promise<string> {
  const { ffmpegPath } = await testTools();
  const outcome = await runTool(ffmpegPath, ['-nostdin', '-hide_banner', '-v', 'error', '-y', ...args, file]);
  if (outcome.exitCode !== 0) throw new Error(`${path.basename(file)} could not be made: ${outcome.stderrTail}`);
  return file;
}

const folder = path.join(
  os.tmpdir(),
  `diarist-test-media-${os.userInfo().uid}`,
  createHash('sha256')
    .update(readFileSync(import.meta.filename))
    .digest('hex')
    .slice(0, 12),
);
const underway = new Map<MediaName, Promise<string>>();

/** Absolute path of a generated file; made at the first call. Safe in several test processes at once. */
export function makeMedia(name: MediaName): Promise<string> {
  const known = underway.get(name);
  if (known) return known;
  const made = generate(name);
  underway.set(name, made);
  return made;
}

async function generate(name: MediaName): Promise<string> {
  const file = path.join(folder, name);
  if (existsSync(file)) return file;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const recipe: readonly string[] = recipes[name];
  const args: string[] = [];
  for (const arg of recipe) args.push(arg.startsWith('@') ? await makeMedia(arg.slice(1) as MediaName) : arg);
  const part = path.join(folder, `part-${randomBytes(6).toString('hex')}${path.extname(name)}`);
  await runFfmpeg(args, part);
  await rename(part, file);
  return file;
}

/** A fresh folder for one test; remove it with the function given. */
export async function scratchFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const made = path.join(os.tmpdir(), `diarist-test-${randomBytes(6).toString('hex')}`);
  await mkdir(made, { recursive: true });
  return { folder: made, remove: () => rm(made, { recursive: true, force: true }) };
}

/** Copy of a generated file under any name, such as one with quotes and emoji. */
export async function copyAs(name: MediaName, target: string): Promise<string> {
  await copyFile(await makeMedia(name), target);
  return target;
}

/** Copy with only the first `share` of its bytes. */
export async function truncatedCopy(name: MediaName, share: number, target: string): Promise<string> {
  const bytes = await readFile(await makeMedia(name));
  await writeFile(target, bytes.subarray(0, Math.floor(bytes.length * share)));
  return target;
}

/** Copy with a bit flipped every `everyBytes` bytes, from `fromByte` on. */
export async function bitFlippedCopy(
  name: MediaName,
  everyBytes: number,
  target: string,
  fromByte = everyBytes,
): Promise<string> {
  const bytes = await readFile(await makeMedia(name));
  for (let at = fromByte; at < bytes.length; at += everyBytes) bytes[at]! ^= 1 << (at % 8);
  await writeFile(target, bytes);
  return target;
}
