import type { MediaProbe } from '#shared/domain/media.ts';
import { inputArgs, runTool, type FfmpegTools } from '../ffmpeg.ts';
import { readFrameTable } from '../frame-table.ts';
import { streamPcm, type PcmResult } from '../pcm.ts';

export const wholeFile = { audioStream: null, channel: 'mix', range: null } as const;

/** All PCM of a file at once, for short test media; fails when chunks are not in order. */
export async function allPcm(
  tools: FfmpegTools,
  source: Parameters<typeof streamPcm>[1],
): Promise<{ samples: Int16Array; startSample: number; result: PcmResult }> {
  const chunks: Int16Array[] = [];
  let startSample = -1;
  let next = -1;
  const result = await streamPcm(tools, source, {
    onChunk: (samples, start) => {
      if (startSample < 0) startSample = next = start;
      if (start !== next) throw new Error(`chunk at ${start}, expected at ${next}`);
      next += samples.length;
      chunks.push(samples);
    },
  });
  const samples = new Int16Array(next < 0 ? 0 : next - startSample);
  let at = 0;
  for (const chunk of chunks) {
    samples.set(chunk, at);
    at += chunk.length;
  }
  return { samples, startSample, result };
}

/** Seconds from t = 0 at which loud sound begins after 0.3 s of quiet. */
export function onsets(samples: Int16Array, startSample = 0): number[] {
  const found: number[] = [];
  let last = -Infinity;
  samples.forEach((value, index) => {
    if (Math.abs(value) < 5000) return;
    const sec = (startSample + index) / 16_000;
    if (sec - last > 0.3) found.push(sec);
    last = sec;
  });
  return found;
}

/** Seconds from t = 0 of the frames that turn white: pictures decoded one by one, their times from the frame table. */
export async function flashes(tools: FfmpegTools, file: string, probe: MediaProbe): Promise<number[]> {
  const times = await readFrameTable(tools, file, probe);
  const parts: Buffer[] = [];
  await runTool(
    tools.ffmpegPath,
    [
      ...['-nostdin', '-v', 'error', ...inputArgs(file), '-map', `0:${probe.video[0]!.index}`, '-vsync', '0'],
      ...['-vf', 'scale=1:1,format=gray', '-f', 'rawvideo', 'pipe:1'],
    ],
    { onStdout: (chunk) => void parts.push(chunk) },
  );
  const brightness = Buffer.concat(parts);
  if (Math.abs(brightness.length - times.length) > 1) {
    throw new Error(`${brightness.length} pictures decoded, ${times.length} in the frame table`);
  }
  return [...brightness.keys()]
    .filter((index) => brightness[index]! > 128 && !(brightness[index - 1]! > 128))
    .map((index) => times[index]!);
}
