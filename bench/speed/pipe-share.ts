import { readFileSync } from 'node:fs';
import { FRAME_RATE_HZ, FrameStream, type FrameOptions, type FrameSize } from '#media/frames.ts';
import type { FfmpegTools } from '#media/find-tools.ts';
import { probeMedia } from '#media/probe.ts';

const TICKS_PER_SEC = 100;

export interface PipeCost {
  /** CPU seconds of ffmpeg: decoding, making smaller, writing. */
  readonly decodeSec: number;
  /** CPU seconds of this process for taking the frames, which it does nothing with. */
  readonly pipeSec: number;
  readonly frames: number;
  readonly size: FrameSize;
}

/** Reads the picture of a file once; null where /proc does not tell about children. */
export async function pipeCost(tools: FfmpegTools, file: string, options: FrameOptions): Promise<PipeCost | null> {
  const probe = await probeMedia(tools, file);
  const source = { path: file, probe, choice: { range: null } };
  const stream = new FrameStream(tools, source, options);
  const before = childrenSec();
  const own = process.cpuUsage();
  let frames = 0;
  for await (const frame of stream) frames += frame.data.length > 0 ? 1 : 0;
  const { user, system } = process.cpuUsage(own);
  const after = childrenSec();
  if (before === null || after === null) return null;
  return { decodeSec: after - before, pipeSec: (user + system) / 1e6, frames, size: stream.size };
}

export function printPipeCost(what: string, { decodeSec, pipeSec, frames, size }: PipeCost): number {
  const mediaSec = frames / FRAME_RATE_HZ;
  const share = pipeSec / decodeSec;
  console.log(
    `pipe, ${what}, ${size.widthPx}×${size.heightPx}: ffmpeg ${(decodeSec / mediaSec).toFixed(4)}, taking frames ` +
      `${(pipeSec / mediaSec).toFixed(4)} CPU seconds a second: ${(100 * share).toFixed(1)} %`,
  );
  return share;
}

/** CPU seconds of children that have ended. */
function childrenSec(): number | null {
  try {
    const text = readFileSync('/proc/self/stat', 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SEC;
  } catch {
    return null;
  }
}
