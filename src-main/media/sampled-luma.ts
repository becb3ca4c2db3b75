import type { MediaProbe } from '#shared/domain/media.ts';
import { AppError } from '#shared/api/errors.ts';
import {
  assertDecodable,
  crashedError,
  FFMPEG_GLOBAL,
  inputArgs,
  keepFrameTimes,
  runTool,
  type FfmpegTools,
} from './ffmpeg.ts';

/** Of longer files only key frames are decoded: a sample of them says the same for a hundredth of the work. */
const WHOLE_UP_TO_SEC = 60;

export interface LumaFrame {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Row by row at the picture's own size, 0..255. Valid until the callback returns. */
  readonly data: Uint8Array;
}

/**
 * Brightness of single pictures of a file, at their own size, at least `everySec` seconds apart. One frame is in memory.
 * @throws AppError `bad-input` (no picture), `unsupported` (codec), `cancelled`, `crashed`
 */
export async function sampleLuma(
  tools: FfmpegTools,
  { path: file, probe }: { path: string; probe: MediaProbe },
  everySec: number,
  take: (frame: LumaFrame) => void,
  signal?: AbortSignal,
): Promise<void> {
  const stream = probe.video[0];
  if (!stream) throw new AppError('bad-input', 'The file has no picture.', { file, fix: 'Choose a video.' });
  await assertDecodable(tools, stream.codec, file);
  const lies = stream.rotationDeg % 180 !== 0;
  const [widthPx, heightPx] = lies ? [stream.heightPx, stream.widthPx] : [stream.widthPx, stream.heightPx];
  const data = new Uint8Array(widthPx * heightPx);
  let filled = 0;
  const keys = probe.durationSec > WHOLE_UP_TO_SEC ? ['-skip_frame', 'nokey'] : [];
  const select = `select='isnan(prev_selected_t)+gte(t-prev_selected_t,${everySec.toFixed(3)})'`;
  const outcome = await runTool(
    tools.ffmpegPath,
    [
      ...FFMPEG_GLOBAL,
      ...inputArgs(file, keys),
      ...['-map', `0:${stream.index}`, '-vf', `${select},scale=${widthPx}:${heightPx},format=gray`],
      ...(await keepFrameTimes(tools)),
      ...['-c:v', 'rawvideo', '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'],
    ],
    {
      signal,
      mediaPath: file,
      onStdout: (chunk) => {
        for (let at = 0; at < chunk.length;) {
          const count = Math.min(data.length - filled, chunk.length - at);
          data.set(chunk.subarray(at, at + count), filled);
          filled += count;
          at += count;
          if (filled < data.length) break;
          take({ widthPx, heightPx, data });
          filled = 0;
        }
      },
    },
  );
  if (outcome.crash) throw crashedError(tools.ffmpegPath, outcome.crash, file, outcome.stderrTail);
}
