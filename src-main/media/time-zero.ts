import type { ProbedPacket, ProbedStream } from './probe-json.ts';

/**
 * Time zero (docs/adr/0020, measured in Chromium): labels, PCM, frame table and proxy count from the moment that
 * Chromium's media element calls 0. That is the container's own zero, whether anything is presented there or not, with
 * two exceptions: MP3, whose encoder delay Chromium does not count, and files it cannot play as they are, where the
 * proxy starts at the earliest presentation.
 */

/** Container formats (ffprobe's names) that Chromium's media element opens. */
const CHROMIUM_CONTAINERS: ReadonlySet<string> = new Set([
  'mov',
  'mp4',
  'matroska',
  'webm',
  'wav',
  'mp3',
  'ogg',
  'flac',
  'aac',
]);

/** Whether Chromium opens this container at all; `container` is ffprobe's comma-separated list of names. */
export const opensInChromium = (container: string): boolean =>
  container.split(',').some((name) => CHROMIUM_CONTAINERS.has(name));

/** Audio codecs prime their decoder with up to so much before the first sample that is heard (Opus 80 ms). */
const PRIMING_SEC = 0.1;

/**
 * Container time of the first sample or frame that is presented: priming and what an edit list discards do not count.
 */
export function firstPresentedSec(stream: ProbedStream, packets: readonly ProbedPacket[]): number {
  let start = stream.start_time;
  if (start === null) {
    const shown = packets.filter(
      (packet) => packet.stream_index === stream.index && packet.pts_time !== null && !packet.flags?.includes('D'),
    );
    start = shown.reduce((least, packet) => Math.min(least, packet.pts_time!), Infinity);
    if (!Number.isFinite(start)) start = 0;
  }
  const isPriming = stream.codec_type === 'audio' && start < 0 && start >= -PRIMING_SEC;
  return isPriming ? 0 : start;
}

/** Container time of t = 0. `starts`: first presented moment of each stream in use. */
export function timeZeroOf(container: string, starts: readonly number[]): number {
  const earliest = Math.min(...starts);
  if (container === 'mp3' || !opensInChromium(container)) return earliest;
  return Math.min(earliest, 0);
}
