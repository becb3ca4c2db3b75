import path from 'node:path';
import createCommand, { type FfmpegCommand } from 'fluent-ffmpeg';
import { AppError } from '#shared/api/errors.ts';
import type { FfmpegTools } from './find-tools.ts';
import { crashedError, runTool } from './run-tool.ts';

export { findTools, type FfmpegTools } from './find-tools.ts';
export { cancelled, crashedError, runTool, STALL_MS, type ToolOutcome } from './run-tool.ts';

/**
 * The only module that knows how a command line of ffmpeg looks; fluent-ffmpeg (archived upstream) assembles the
 * transcodes and is used nowhere else. Rules for hostile media (docs/adr/0021): files only, a list of container formats
 * (playlists and concat scripts, which name other files, are not on it), `file:` and an absolute path so that no name
 * is taken for an option, a protocol or a pattern, no shell, nothing on stdin.
 */
const FORMATS = [
  ...['mov', 'mp4', 'm4a', '3gp', '3g2', 'mj2', 'matroska', 'webm', 'avi', 'mpeg', 'mpegts', 'mpegvideo', 'm4v'],
  ...['flv', 'live_flv', 'asf', 'mxf', 'gxf', 'rm', 'dv', 'nut', 'ivf', 'wtv', 'nsv', 'h264', 'hevc', 'obu', 'av1'],
  ...['wav', 'w64', 'rf64', 'mp3', 'aac', 'loas', 'flac', 'ogg', 'aiff', 'au', 'caf', 'nistsphere', 'amr', 'amrnb'],
  ...['amrwb', 'ac3', 'eac3', 'dts', 'truehd', 'mlp', 'wv', 'ape', 'tta', 'tak', 'mpc', 'mpc8', 'voc', 'sox', 'gsm'],
  ...['ircam', 'dsf', 'oma', 'spdif'],
];

/** Look further into a file for streams than ffmpeg does by itself; both tools alike, so that stream numbers agree. */
const PROBE_DEPTH = ['-probesize', '20000000', '-analyzeduration', '20000000'];
const OPEN_SAFELY = ['-protocol_whitelist', 'file,pipe', '-format_whitelist', FORMATS.join(','), ...PROBE_DEPTH];

/** A path as ffmpeg's `file` protocol takes it literally, whatever characters it has. */
export const fileUrl = (file: string): string => `file:${path.resolve(file)}`;

/** `-i` of a media file with all guards; `before` are options of this input, such as `-ss`. */
export const inputArgs = (file: string, before: readonly string[] = []): string[] => [
  ...OPEN_SAFELY,
  ...before,
  '-i',
  fileUrl(file),
];

/** Options that start every ffmpeg command; `-progress` keeps the watchdog informed while nothing comes out. */
export const FFMPEG_GLOBAL = ['-nostdin', '-hide_banner', '-nostats', '-v', 'error', '-progress', 'pipe:2'] as const;

/** Arguments of a transcode described with fluent-ffmpeg's builder; input and output pass the guards above. */
export function transcodeArgs(
  source: string,
  target: string,
  describe: (command: FfmpegCommand) => void,
  before: readonly string[] = [],
): string[] {
  const command = createCommand();
  command.input(fileUrl(source)).inputOptions([...OPEN_SAFELY, ...before]);
  command.output(fileUrl(target));
  describe(command);
  return [...FFMPEG_GLOBAL, ...command._getArguments()];
}

/** Run ffprobe on a file and return its stdout. `args` name what to show; at most 32 MiB are taken. */
export async function ffprobeText(
  tools: FfmpegTools,
  file: string,
  args: readonly string[],
  options: { signal?: AbortSignal | undefined; logLevel?: 'error' | 'warning' } = {},
): Promise<{ text: string; exitCode: number | null; stderrTail: string }> {
  const parts: Buffer[] = [];
  let size = 0;
  const outcome = await runTool(
    tools.ffprobePath,
    ['-v', options.logLevel ?? 'error', '-hide_banner', ...args, ...inputArgs(file)],
    {
      signal: options.signal,
      mediaPath: file,
      onStdout: (chunk) => {
        size += chunk.length;
        if (size > 32 * 2 ** 20) return 'stop';
        parts.push(chunk);
        return undefined;
      },
    },
  );
  if (outcome.crash) throw crashedError(tools.ffprobePath, outcome.crash, file, outcome.stderrTail);
  return { text: Buffer.concat(parts).toString('utf8'), exitCode: outcome.exitCode, stderrTail: outcome.stderrTail };
}

interface CodecAbility {
  readonly decode: boolean;
  readonly encoders: readonly string[];
}
const abilities = new Map<string, Promise<Map<string, CodecAbility>>>();

/** Codecs the ffmpeg at hand knows, from `ffmpeg -codecs`; read once per binary. */
async function codecsOf(tools: FfmpegTools): Promise<Map<string, CodecAbility>> {
  const key = `${tools.ffmpegPath}\n${tools.ffmpegVersion}`;
  let known = abilities.get(key);
  if (!known) {
    known = readCodecs(tools.ffmpegPath);
    abilities.set(key, known);
    known.catch(() => abilities.delete(key));
  }
  return known;
}

async function readCodecs(ffmpegPath: string): Promise<Map<string, CodecAbility>> {
  const text = await output(ffmpegPath, ['-hide_banner', '-v', 'error', '-codecs']);
  const codecs = new Map<string, CodecAbility>();
  for (const line of text.split('\n')) {
    const match = /^ ([D.])([E.])[VASDT.]\S* (\S+)(.*)$/.exec(line);
    if (!match) continue;
    const [, decode, encode, name = '', rest = ''] = match;
    const listed = /\(encoders: ([^)]*)\)/.exec(rest)?.[1]?.trim().split(/\s+/);
    codecs.set(name, { decode: decode === 'D', encoders: listed ?? (encode === 'E' ? [name] : []) });
  }
  return codecs;
}

/** Encoders the ffmpeg at hand has for a codec, such as `libx264` for `h264`; empty when it has none. */
export async function encodersFor(tools: FfmpegTools, codec: string): Promise<readonly string[]> {
  return (await codecsOf(tools)).get(codec)?.encoders ?? [];
}

const frameTiming = new Map<string, Promise<readonly string[]>>();

/**
 * Output options that keep each frame at its own time instead of repeating and dropping frames to a steady rate, which
 * is what ffmpeg up to 5.0 does for MP4. Their name changed in 5.1.
 */
export async function keepFrameTimes(tools: FfmpegTools): Promise<readonly string[]> {
  const key = `${tools.ffmpegPath}\n${tools.ffmpegVersion}`;
  let known = frameTiming.get(key);
  if (!known) {
    known = output(tools.ffmpegPath, ['-hide_banner', '-v', 'error', '-h', 'full']).then((help) =>
      /^-fps_mode\b/m.test(help) ? ['-fps_mode', 'vfr'] : ['-vsync', 'vfr'],
    );
    frameTiming.set(key, known);
    known.catch(() => frameTiming.delete(key));
  }
  return known;
}

/** stdout of a short command that reads no media. */
async function output(binary: string, args: readonly string[]): Promise<string> {
  const parts: Buffer[] = [];
  await runTool(binary, args, { onStdout: (chunk) => void parts.push(chunk) });
  return Buffer.concat(parts).toString('utf8');
}

/**
 * Refuse early, by name, what the ffmpeg at hand cannot decode.
 * @throws AppError `unsupported`
 */
export async function assertDecodable(tools: FfmpegTools, codec: string, file: string): Promise<void> {
  if ((await codecsOf(tools)).get(codec)?.decode) return;
  const name = codec === 'unknown' || codec === '' ? 'an unknown codec' : `the codec ${codec}`;
  throw new AppError('unsupported', `This file uses ${name}, which the ffmpeg at hand cannot decode.`, {
    file,
    fix: `Install an ffmpeg that can and choose it in Settings or with DIARIST_FFMPEG, or convert the file first.`,
    detail: `${tools.ffmpegVersion} (${tools.ffmpegPath})`,
  });
}
