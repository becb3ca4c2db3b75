import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import type { FfmpegCommand } from 'fluent-ffmpeg';
import { AppError } from '#shared/api/errors.ts';
import type { AudioStream, VideoStream } from '#shared/domain/media.ts';
import { monoFilter } from './channel-mix.ts';
import {
  assertDecodable,
  crashedError,
  encodersFor,
  keepFrameTimes,
  runTool,
  transcodeArgs,
  type FfmpegTools,
} from './ffmpeg.ts';
import { openForServing } from './open-regular.ts';
import { chosenAudio, restarts, type PcmSource } from './pcm.ts';

export { playability, type Playability } from './playability.ts';

export interface ProxyOptions {
  readonly signal?: AbortSignal | undefined;
  /** 0..1, never falling. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

export interface Proxy {
  readonly mimeType: 'video/mp4' | 'video/webm' | 'audio/mp4';
}

interface Coding {
  readonly mimeType: Proxy['mimeType'];
  readonly format: 'mp4' | 'webm';
  readonly video: readonly string[];
  readonly audio: readonly string[];
}

const SOUND_RATE_HZ = 48_000;
/** A key frame so often lets the playhead jump without a wait. */
const KEY_FRAME_SEC = 1;
const LONG_SIDE_PX = 1280;
const SHORT_SIDE_PX = 720;

/** Encoders in order of choice; those that need a certain GPU or driver are left out. */
const PICTURE_CODINGS: readonly { codec: string; encoder: string; options: readonly string[] }[] = [
  { codec: 'h264', encoder: 'libx264', options: ['-preset', 'veryfast', '-crf', '24'] },
  { codec: 'h264', encoder: 'libopenh264', options: ['-b:v', '2500k'] },
  { codec: 'h264', encoder: 'h264_videotoolbox', options: ['-b:v', '2500k'] },
  { codec: 'h264', encoder: 'h264_mf', options: ['-b:v', '2500k'] },
  {
    codec: 'vp8',
    encoder: 'libvpx',
    options: ['-deadline', 'realtime', '-cpu-used', '6', '-b:v', '2500k', '-crf', '12'],
  },
  {
    codec: 'vp9',
    encoder: 'libvpx-vp9',
    options: ['-deadline', 'realtime', '-cpu-used', '7', '-row-mt', '1', '-b:v', '2000k'],
  },
];
const WEBM_SOUND: readonly { codec: string; encoder: string; options: readonly string[] }[] = [
  { codec: 'opus', encoder: 'libopus', options: ['-b:a', '128k'] },
  { codec: 'vorbis', encoder: 'libvorbis', options: ['-q:a', '4'] },
];

/**
 * Write a file that Chromium plays in place of one it cannot: H.264 and AAC in MP4 where the ffmpeg at hand can encode
 * H.264, else VP8 or VP9 and Opus in WebM; at most 720p, frames at their own times, t = 0 at its zero, gaps of the sound
 * filled. Audio without picture becomes AAC in MP4. The file appears when it is complete.
 * @throws AppError `unsupported` (codec or no encoder), `bad-input`, `cancelled`, `crashed`, `io`
 */
export async function makeProxy(
  tools: FfmpegTools,
  source: PcmSource,
  outPath: string,
  options: ProxyOptions = {},
): Promise<Proxy> {
  const { path: file, probe } = source;
  const picture = probe.video[0] ?? null;
  const sound = probe.audio.length > 0 ? chosenAudio(source) : null;
  await (await openForServing(file)).handle.close();
  if (picture) await assertDecodable(tools, picture.codec, file);
  if (sound) await assertDecodable(tools, sound.codec, file);
  const coding = await chooseCoding(tools, picture !== null);
  const timing = picture ? await keepFrameTimes(tools) : [];

  await ensureFolder(path.dirname(path.resolve(outPath)));
  const part = path.join(path.dirname(path.resolve(outPath)), `.${randomBytes(6).toString('hex')}.part`);
  const args = transcodeArgs(
    file,
    part,
    (command) => describeProxy(command, source, picture, sound, { ...coding, video: [...coding.video, ...timing] }),
    [...(restarts(probe.container) ? [] : ['-copyts'])],
  );
  let share = 0;
  try {
    const outcome = await runTool(tools.ffmpegPath, args, {
      signal: options.signal,
      mediaPath: file,
      onOutTime: (seconds) => {
        const reached = Math.min(1, seconds / probe.durationSec);
        if (reached > share) options.onProgress?.((share = reached));
      },
    });
    if (outcome.crash) throw crashedError(tools.ffmpegPath, outcome.crash, file, outcome.stderrTail);
    const sizeBytes = await flush(part);
    if (outcome.exitCode !== 0 || sizeBytes === 0) throw failed(file, outcome.stderrTail);
    await rename(part, outPath);
  } finally {
    await rm(part, { force: true });
  }
  options.onProgress?.(1);
  return { mimeType: coding.mimeType };
}

async function chooseCoding(tools: FfmpegTools, withPicture: boolean): Promise<Coding> {
  const aac = ['-c:a', 'aac', '-b:a', '128k'];
  if (!withPicture) return { mimeType: 'audio/mp4', format: 'mp4', video: [], audio: aac };
  for (const { codec, encoder, options } of PICTURE_CODINGS) {
    if (!(await encodersFor(tools, codec)).includes(encoder)) continue;
    const video = ['-c:v', encoder, ...options];
    // No reordered frames: MP4 as FFmpeg 4.1 writes it ends its edit list before the last of them.
    if (codec === 'h264') return { mimeType: 'video/mp4', format: 'mp4', video: [...video, '-bf', '0'], audio: aac };
    for (const sound of WEBM_SOUND) {
      if (!(await encodersFor(tools, sound.codec)).includes(sound.encoder)) continue;
      return { mimeType: 'video/webm', format: 'webm', video, audio: ['-c:a', sound.encoder, ...sound.options] };
    }
  }
  throw new AppError('unsupported', 'The ffmpeg at hand has no encoder for a video that plays in the app.', {
    fix: 'Install an ffmpeg with libx264, libopenh264 or libvpx and choose it in Settings or with DIARIST_FFMPEG.',
    detail: tools.ffmpegVersion,
  });
}

/** What ffmpeg shall do, in the words of fluent-ffmpeg. */
export function describeProxy(
  command: FfmpegCommand,
  source: PcmSource,
  picture: VideoStream | null,
  sound: AudioStream | null,
  coding: Coding,
): void {
  const { probe, choice, path: file } = source;
  // MPEG streams run on ffmpeg's own clock, which starts at the earliest stream, as our t = 0 does for them.
  const zeroSec = restarts(probe.container) ? 0 : probe.timeZeroSec;
  if (picture) {
    command.outputOptions(['-map', `0:${picture.index}`, ...coding.video]);
    command.videoFilters([fitFilter()]).outputOptions(['-pix_fmt', 'yuv420p']);
    // A fine time base keeps uneven frame times; by default they would be rounded to the nominal rate.
    command.outputOptions(['-enc_time_base', '1:90000', '-force_key_frames', `expr:gte(t,n_forced*${KEY_FRAME_SEC})`]);
  }
  if (sound) {
    const mono = choice.channel !== 'mix' || sound.channels > 2 ? monoFilter(sound, choice.channel, file) : [];
    const firstSample = Math.round(zeroSec * SOUND_RATE_HZ);
    command.outputOptions(['-map', `0:${sound.index}`, ...coding.audio]);
    command.audioFilters([...mono, `aresample=${SOUND_RATE_HZ}:async=1:min_hard_comp=0.015:first_pts=${firstSample}`]);
  }
  command.outputOptions(['-map_metadata', '-1', '-map_chapters', '-1', '-sn', '-dn', '-max_muxing_queue_size', '9999']);
  command.outputOptions(['-output_ts_offset', (-zeroSec).toFixed(6), '-f', coding.format]);
  if (coding.format === 'mp4') command.outputOptions(['-movflags', '+faststart']);
  // What reaches stdout keeps ffmpeg tied to us: it ends by itself when nobody reads any more.
  command.output('pipe:1').outputOptions(['-map', `0:${(picture ?? sound!).index}`, '-c', 'copy', '-f', 'framecrc']);
}

/** At most 1280 × 720, or 720 × 1280 upright, with square pixels and even sides; never enlarged. */
function fitFilter(): string {
  const width = 'iw*sar';
  const scale = `min(1\\,min(${LONG_SIDE_PX}/max(${width}\\,ih)\\,${SHORT_SIDE_PX}/min(${width}\\,ih)))`;
  return `scale=w=max(2\\,2*round(${width}*${scale}/2)):h=max(2\\,2*round(ih*${scale}/2))`;
}

async function flush(file: string): Promise<number> {
  const handle = await open(file, 'r+').catch(() => null);
  if (!handle) return 0;
  try {
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

const failed = (file: string, detail: string): AppError =>
  /no space left/i.test(detail)
    ? new AppError('io', 'The disk is full: the review copy could not be written.', {
        file,
        fix: 'Free some space and try again.',
        detail,
      })
    : new AppError('bad-input', 'No review copy could be made from this file.', {
        file,
        fix: 'The file may be damaged: play it elsewhere, or copy or download it again.',
        detail,
      });
