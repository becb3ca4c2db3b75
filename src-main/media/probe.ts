import { AppError } from '#shared/api/errors.ts';
import type { AudioStream, MediaProbe, VideoStream } from '#shared/domain/media.ts';
import { isVariableRate } from '#shared/media/frame-table.ts';
import { ffprobeText, type FfmpegTools } from './ffmpeg.ts';
import { openForServing } from './open-regular.ts';
import { measureStreamEnds, measureTails, type StreamEnds } from './packet-scan.ts';
import { probeJsonSchema, type ProbeJson, type ProbedPacket, type ProbedStream } from './probe-json.ts';
import { wavClaimSec } from './wav-claim.ts';
import { firstPresentedSec, timeZeroOf } from './time-zero.ts';

export const MAX_STREAMS = 32;
export const MAX_DURATION_SEC = 24 * 3600;
export const MAX_SIDE_PX = 8192;
/** Packets read from the start: enough to see the first of each stream and how evenly frames follow. */
const HEAD_PACKETS = 600;

const SHOW = [
  'format=format_name,start_time,duration,nb_streams',
  'stream=index,codec_type,codec_name,profile,pix_fmt,width,height,sample_rate,channels,r_frame_rate,avg_frame_rate,start_time,duration',
  'stream_tags',
  'stream_disposition=attached_pic,still_image,timed_thumbnails',
  'stream_side_data=rotation',
  'packet=stream_index,pts_time,dts_time,duration_time,flags',
].join(':');

/**
 * What a media file holds. Reads the container's head, and all of its packets (no decoding) only where the container
 * does not know how long it is.
 * @throws AppError `bad-input` (not media, empty, beyond a limit), `not-found`, `io`, `cancelled`
 */
export async function probeMedia(
  tools: FfmpegTools,
  file: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<MediaProbe> {
  await refuseEmpty(file);
  const { signal } = options;
  const { text, stderrTail } = await ffprobeText(
    tools,
    file,
    ['-show_entries', SHOW, '-read_intervals', `%+#${HEAD_PACKETS}`, '-of', 'json=c=1'],
    { signal, logLevel: 'warning' },
  );
  const json = readJson(text);
  if (!json || json.streams.length === 0) throw notMedia(file, stderrTail);
  if (json.streams.length > MAX_STREAMS || (json.format.nb_streams ?? 0) > MAX_STREAMS) {
    throw overLimit(
      file,
      `more than ${MAX_STREAMS} streams`,
      'Keep only the streams you need (ffmpeg -map) and add that.',
    );
  }

  const container = json.format.format_name ?? 'unknown';
  const pictures = json.streams.filter(isPicture);
  const moving = json.streams.filter((stream) => stream.codec_type === 'video' && !pictures.includes(stream));
  const sound = json.streams.filter((stream) => stream.codec_type === 'audio' && (stream.channels ?? 0) > 0);
  if (moving.length + sound.length === 0) {
    throw new AppError('bad-input', 'The file holds neither sound nor moving pictures.', {
      file,
      fix: 'Choose an audio or video file.',
      detail: json.streams.map((stream) => `${stream.codec_type ?? '?'}: ${stream.codec_name ?? '?'}`).join('\n'),
    });
  }
  for (const stream of moving) checkSize(file, stream);

  const used = [...moving, ...sound];
  const starts = new Map(used.map((stream) => [stream.index, firstPresentedSec(stream, json.packets)]));
  const ends = new Map(await streamEnds(tools, file, json, used, starts, stderrTail, signal));
  const wavClaim = container === 'wav' ? await wavClaimSec(file) : null;
  if (wavClaim !== null && wavClaim > (ends.get(sound[0]!.index) ?? 0)) ends.set(sound[0]!.index, wavClaim);
  const timeZeroSec = timeZeroOf(container, [...starts.values()]);
  const endSec = Math.max(...used.map((stream) => ends.get(stream.index) ?? -Infinity), claimedEnd(json) ?? -Infinity);
  const durationSec = Number.isFinite(endSec) ? Math.max(0, endSec - timeZeroSec) : 0;
  if (durationSec > MAX_DURATION_SEC) {
    throw overLimit(file, `longer than ${MAX_DURATION_SEC / 3600} hours`, 'Cut it into shorter files.');
  }

  const times = (stream: ProbedStream): { startSec: number; durationSec: number | null } => {
    const startSec = starts.get(stream.index) ?? 0;
    const end = ends.get(stream.index);
    return { startSec, durationSec: end === undefined ? null : Math.max(0, end - startSec) };
  };
  return {
    container,
    durationSec,
    timeZeroSec,
    audio: sound.map((stream): AudioStream => ({
      index: stream.index,
      codec: stream.codec_name ?? 'unknown',
      sampleRateHz: stream.sample_rate ?? 0,
      channels: stream.channels ?? 0,
      ...times(stream),
      language: language(stream),
    })),
    video: moving.map((stream): VideoStream => ({
      index: stream.index,
      codec: stream.codec_name ?? 'unknown',
      profile: stream.profile,
      pixelFormat: stream.pix_fmt,
      widthPx: stream.width ?? 0,
      heightPx: stream.height ?? 0,
      rotationDeg: rotation(stream),
      frameRate: stream.avg_frame_rate ?? stream.r_frame_rate,
      variableFrameRate: looksVariable(stream, json.packets),
      ...times(stream),
    })),
    attachedPictures: pictures.length,
  };
}

async function refuseEmpty(file: string): Promise<void> {
  const { handle, sizeBytes } = await openForServing(file);
  await handle.close();
  if (sizeBytes === 0) {
    throw new AppError('bad-input', 'The file is empty (0 bytes).', { file, fix: 'Copy or download it again.' });
  }
}

function readJson(text: string): ProbeJson | null {
  try {
    return probeJsonSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Covers of music files and still images are not moving pictures. */
function isPicture(stream: ProbedStream): boolean {
  if (stream.codec_type !== 'video') return false;
  const { attached_pic: attached, still_image: still, timed_thumbnails: thumbnails } = stream.disposition;
  return attached === 1 || still === 1 || thumbnails === 1;
}

function checkSize(file: string, stream: ProbedStream): void {
  const width = stream.width ?? 0;
  const height = stream.height ?? 0;
  if (width > MAX_SIDE_PX || height > MAX_SIDE_PX) {
    throw overLimit(
      file,
      `larger than ${MAX_SIDE_PX} pixels on a side (${width} × ${height})`,
      'Scale the video down.',
    );
  }
}

/** Where each stream ends on the container's clock: its own claim, else measured when that is needed. */
async function streamEnds(
  tools: FfmpegTools,
  file: string,
  json: ProbeJson,
  used: readonly ProbedStream[],
  starts: ReadonlyMap<number, number>,
  stderrTail: string,
  signal: AbortSignal | undefined,
): Promise<StreamEnds> {
  const guessed = /Estimating duration from bitrate/i.test(stderrTail);
  const claimed = claimedEnd(json);
  if (claimed === null || guessed) return measureStreamEnds(tools, file, signal);
  const ends = new Map<number, number>();
  for (const stream of used) {
    const end = ownEnd(stream, starts.get(stream.index) ?? 0);
    if (end !== null) ends.set(stream.index, end);
  }
  const open = used.filter((stream) => !ends.has(stream.index));
  if (open.length === 0 || used.length === 1) return ends;
  const tails = await measureTails(tools, file, claimed, signal);
  // All streams ending early means the file was cut off: then the container's claim is the better promise.
  if (Math.max(...tails.values(), -Infinity) < claimed - 2) return ends;
  for (const stream of open) {
    const end = tails.get(stream.index);
    if (end !== undefined) ends.set(stream.index, end);
  }
  return ends;
}

/** Container time at which the file ends by its own head. */
function claimedEnd(json: ProbeJson): number | null {
  const { start_time: start, duration, format_name: container } = json.format;
  if (duration === null || duration <= 0) return null;
  // Matroska's duration counts from the container's zero, not from the first packet.
  return container?.includes('matroska') ? duration : (start ?? 0) + duration;
}

function ownEnd(stream: ProbedStream, startSec: number): number | null {
  if (stream.duration !== null && stream.duration > 0) return startSec + stream.duration;
  const tag = clockTime(stream.tags.get('duration'));
  if (tag === null || tag <= 0) return null;
  // FFmpeg writes the time at which the track ends into this tag, mkvmerge (with its statistics) its length.
  return stream.tags.has('_statistics_writing_app') ? startSec + tag : tag;
}

/** Matroska's DURATION tag: `00:01:02.345000000`. */
function clockTime(value: unknown): number | null {
  const match = typeof value === 'string' ? /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(value.trim()) : null;
  return match ? Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]) : null;
}

/** Clockwise degrees for display; ffprobe's display matrix counts counter-clockwise. */
function rotation(stream: ProbedStream): number {
  const matrix = stream.side_data_list.find((entry) => entry.rotation !== null)?.rotation;
  const tag = Number(stream.tags.get('rotate'));
  const clockwise = matrix === undefined || matrix === null ? (Number.isFinite(tag) ? tag : 0) : -matrix;
  return (((Math.round(clockwise / 90) * 90) % 360) + 360) % 360;
}

function language(stream: ProbedStream): string | null {
  const value = stream.tags.get('language');
  return typeof value === 'string' && value !== 'und' && value !== '' ? value.slice(0, 32) : null;
}

/** Whether the first frames are spaced unevenly, or the container's own mean and base rates differ. */
function looksVariable(stream: ProbedStream, packets: readonly ProbedPacket[]): boolean {
  const own = packets.filter((packet) => packet.stream_index === stream.index && !packet.flags?.includes('D'));
  const complete = own.every((packet) => packet.pts_time !== null);
  const times = own.flatMap((packet) => (complete ? packet.pts_time : packet.dts_time) ?? []);
  // The last packets read may wait for reordered ones that were not read.
  const settled = Float64Array.from(times).sort().slice(0, -8);
  if (settled.length === own.length - 8 && isVariableRate(settled)) return true;
  const { r_frame_rate: base, avg_frame_rate: mean } = stream;
  if (base === null || mean === null) return false;
  // Interlaced material has a base rate of twice the mean.
  const ratio = base / mean;
  return Math.min(Math.abs(ratio - 1), Math.abs(ratio - 2)) > 0.02;
}

function notMedia(file: string, stderrTail: string): AppError {
  // The detector takes any text in a file named .mp4 for MP4, and says that it hardly believes it.
  const missingHead = /moov atom not found/i.test(stderrTail) && !/low score/i.test(stderrTail);
  const cutOff = missingHead || /: End of file\s*$/.test(stderrTail);
  const problem = missingHead
    ? 'The file is cut off: its index (moov) is missing, so nothing can be read from it.'
    : cutOff
      ? 'The file is cut off before the end of its head, so nothing can be read from it.'
      : 'This is not a media file that can be read, or it is damaged where it says what it holds.';
  return new AppError('bad-input', problem, {
    file,
    fix: cutOff
      ? 'Copy or download it again; a recorder that crashed may have its own repair tool.'
      : 'Choose an audio or video file; playlists and concat lists are not followed.',
    detail: stderrTail,
  });
}

const overLimit = (file: string, what: string, fix: string): AppError =>
  new AppError('bad-input', `The file is ${what}.`, { file, fix });
