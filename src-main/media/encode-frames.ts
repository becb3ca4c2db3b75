import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import type { MediaProbe } from '#shared/domain/media.ts';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import { cancelled, crashedError, encodersFor, FFMPEG_GLOBAL, fileUrl, inputArgs, type FfmpegTools } from './ffmpeg.ts';
import { FRAME_RATE_HZ, type FrameSize } from './frames.ts';
import { restarts } from './pcm.ts';

const SOUND_RATE_HZ = 48_000;
const TAIL_CHARACTERS = 4000;
/** Encoders of MP4 pictures in order of choice: what the oldest ffmpeg has comes last. */
const ENCODERS = [
  { codec: 'h264', name: 'libx264', options: ['-preset', 'veryfast', '-crf', '21', '-bf', '0'] },
  { codec: 'h264', name: 'libopenh264', options: ['-b:v', '3000k'] },
  { codec: 'mpeg4', name: 'mpeg4', options: ['-q:v', '4'] },
] as const;

export interface EncodeSource {
  /** File whose sound goes with the frames; t = 0 of both is the same. */
  readonly path: string;
  readonly probe: MediaProbe;
}

/**
 * An MP4 made of frames that are handed over one by one, with the sound of a file. It appears under its name when it is
 * complete. Memory is that of the frame on its way.
 */
export class FrameEncoder {
  readonly #child;
  readonly #closed: Promise<{ code: number | null; by: NodeJS.Signals | null }>;
  readonly #part: string;
  readonly #target: string;
  readonly #file: string;
  readonly #tool: string;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: () => void;
  #stderr = '';
  #hasEnded = false;
  /** Lets go of a write that waits on a process which is no more. */
  #goOn: () => void = () => undefined;

  private constructor(
    tool: string,
    args: readonly string[],
    parts: { part: string; target: string; file: string; signal: AbortSignal | undefined },
  ) {
    this.#tool = tool;
    this.#part = parts.part;
    this.#target = parts.target;
    this.#file = parts.file;
    this.#signal = parts.signal;
    const child = spawn(tool, args, { stdio: ['pipe', 'ignore', 'pipe'], windowsHide: true });
    this.#child = child;
    this.#closed = new Promise((resolve) => {
      child.once('close', (code, by) => resolve({ code, by }));
      child.once('error', () => resolve({ code: -1, by: null }));
    });
    void this.#closed.then(() => {
      this.#hasEnded = true;
      this.#goOn();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-TAIL_CHARACTERS);
    });
    // A process that ends early breaks the pipe; why is in its last words.
    child.stdin.on('error', () => undefined);
    this.#onAbort = () => child.kill('SIGKILL');
    this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** @throws AppError `unsupported` when the ffmpeg at hand writes no MP4 pictures, `io`, `cancelled` */
  static async start(
    tools: FfmpegTools,
    source: EncodeSource,
    size: FrameSize,
    target: string,
    signal?: AbortSignal,
  ): Promise<FrameEncoder> {
    if (signal?.aborted) throw cancelled();
    const coding = await chooseEncoder(tools);
    const folder = path.dirname(path.resolve(target));
    await ensureFolder(folder);
    const part = path.join(folder, `.${randomBytes(6).toString('hex')}.part`);
    return new FrameEncoder(tools.ffmpegPath, encodeArgs(source, size, part, coding), {
      part,
      target,
      file: source.path,
      signal,
    });
  }

  /** Takes one yuv420p frame. Resolves when the next may come; the buffer may then be used again. */
  async write(frame: Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#goOn = resolve;
      if (this.#hasEnded) resolve();
      else this.#child.stdin.write(frame, () => resolve());
    });
    if (this.#hasEnded) await this.#fail();
  }

  /** Completes the file. @throws AppError `cancelled`, `crashed`, `io`, `bad-input` */
  async finish(): Promise<void> {
    this.#child.stdin.end();
    const { code } = await this.#closed;
    if (code !== 0) await this.#fail();
    this.#release();
    const handle = await open(this.#part, 'r+');
    await handle.sync().finally(() => handle.close());
    await rename(this.#part, this.#target);
  }

  /** Ends it and leaves nothing behind. */
  async abandon(): Promise<void> {
    this.#release();
    this.#child.kill('SIGKILL');
    await this.#closed;
    await rm(this.#part, { force: true });
  }

  #release(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  async #fail(): Promise<never> {
    const { by } = await this.#closed;
    if (this.#signal?.aborted) throw cancelled();
    if (by) throw crashedError(this.#tool, by, this.#file, this.#stderr);
    const isFull = /no space left/iu.test(this.#stderr);
    throw new AppError(
      'io',
      isFull ? 'The disk is full: the video could not be written.' : 'The video could not be written.',
      {
        file: this.#target,
        fix: isFull ? 'Free some space and try again.' : 'Try again, or with another ffmpeg (DIARIST_FFMPEG).',
        detail: this.#stderr,
      },
    );
  }
}

async function chooseEncoder(tools: FfmpegTools): Promise<readonly string[]> {
  for (const { codec, name, options } of ENCODERS) {
    if ((await encodersFor(tools, codec)).includes(name)) return ['-c:v', name, ...options];
  }
  throw new AppError('unsupported', 'The ffmpeg at hand has no encoder for an MP4 picture.', {
    fix: 'Install an ffmpeg with libx264 and choose it with DIARIST_FFMPEG.',
    detail: tools.ffmpegVersion,
  });
}

function encodeArgs(
  { path: file, probe }: EncodeSource,
  size: FrameSize,
  part: string,
  coding: readonly string[],
): string[] {
  const sound = probe.audio[0];
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${size.widthPx}x${size.heightPx}`];
  const { pictureWidthPx, pictureHeightPx } = size;
  // Both inputs keep their stamps: frames start at 0, the sound is moved so that its t = 0 is theirs.
  const zeroSec = restarts(probe.container) ? 0 : probe.timeZeroSec;
  const firstSample = Math.round(zeroSec * SOUND_RATE_HZ);
  return [
    ...FFMPEG_GLOBAL.filter((option) => option !== '-nostdin'),
    '-y',
    ...(restarts(probe.container) ? [] : ['-copyts']),
    ...[...raw, '-r', `${FRAME_RATE_HZ}`, '-i', 'pipe:0'],
    ...(sound ? inputArgs(file) : []),
    ...['-map', '0:v', ...(sound ? ['-map', `1:${sound.index}`] : [])],
    ...['-vf', `crop=${pictureWidthPx}:${pictureHeightPx}:0:0`, ...coding, '-pix_fmt', 'yuv420p'],
    ...(sound
      ? [
          '-af',
          `aresample=${SOUND_RATE_HZ}:async=1:min_hard_comp=0.015:first_pts=${firstSample},asetpts=PTS-${zeroSec.toFixed(6)}/TB`,
          ...['-ac', `${Math.min(2, sound.channels)}`, '-c:a', 'aac', '-b:a', '128k'],
        ]
      : []),
    ...['-map_metadata', '-1', '-max_muxing_queue_size', '9999', '-movflags', '+faststart', '-f', 'mp4', fileUrl(part)],
  ];
}
