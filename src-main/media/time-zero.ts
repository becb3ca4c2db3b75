import type { ProbedPacket, ProbedStream } from './probe-json.ts';

/**
 * Time zero (docs/adr/0020): labels, PCM, frame table and proxy count from the moment that Chromium's media element
 * calls 0.
 */

const isShown = (packet: ProbedPacket): boolean => packet.pts_time !== null && !(packet.flags ?? '').includes('D');

/** Container time of the first sample or frame that is presented; packets an edit list discards do not count. */
export function firstPresentedSec(stream: ProbedStream, packets: readonly ProbedPacket[]): number {
  const shown = packets.filter((packet) => packet.stream_index === stream.index && isShown(packet));
  const first = shown.reduce((least, packet) => Math.min(least, packet.pts_time!), Infinity);
  if (stream.start_time !== null) return stream.start_time;
  return Number.isFinite(first) ? first : 0;
}

export function earliestShownSec(
  container: string,
  streams: readonly ProbedStream[],
  packets: readonly ProbedPacket[],
): number {
  const starts = streams.map((stream) => firstPresentedSec(stream, packets));
  const earliest = Math.min(...starts);
  return container === 'mp3' ? earliest : Math.min(earliest, 0);
}
