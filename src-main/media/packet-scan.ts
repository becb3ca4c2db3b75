import { crashedError, inputArgs, runTool, type FfmpegTools } from './ffmpeg.ts';

/** Stream index → container time at which its last packet ends, in seconds. */
export type StreamEnds = ReadonlyMap<number, number>;

/** Read lines of ffprobe's stdout without ever holding them all. */
export async function forEachLine(
  tools: Pick<FfmpegTools, 'ffprobePath'>,
  file: string,
  args: readonly string[],
  onLine: (line: string) => void,
  signal?: AbortSignal,
): Promise<{ exitCode: number | null; stderrTail: string }> {
  let rest = '';
  const outcome = await runTool(tools.ffprobePath, ['-v', 'error', '-hide_banner', ...args, ...inputArgs(file)], {
    signal,
    mediaPath: file,
    onStdout: (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    },
  });
  if (outcome.crash) throw crashedError(tools.ffprobePath, outcome.crash, file, outcome.stderrTail);
  if (rest) onLine(rest);
  return outcome;
}

async function scanEnds(
  tools: FfmpegTools,
  file: string,
  interval: readonly string[],
  signal: AbortSignal | undefined,
): Promise<StreamEnds> {
  const ends = new Map<number, number>();
  await forEachLine(
    tools,
    file,
    ['-show_entries', 'packet=stream_index,pts_time,duration_time', ...interval, '-of', 'csv=p=0'],
    (line) => {
      const [index, pts, duration] = line.split(',').map(Number);
      if (index === undefined || pts === undefined || !Number.isFinite(pts)) return;
      const end = pts + (Number.isFinite(duration) ? duration! : 0);
      if (end > (ends.get(index) ?? -Infinity)) ends.set(index, end);
    },
    signal,
  );
  return ends;
}

/** Ends of all streams by reading every packet (no decoding): for containers that do not know their length. */
export const measureStreamEnds = (tools: FfmpegTools, file: string, signal?: AbortSignal): Promise<StreamEnds> =>
  scanEnds(tools, file, [], signal);

/** Ends of all streams by reading the last packets only: for containers that know their length but not each stream's. */
export const measureTails = (
  tools: FfmpegTools,
  file: string,
  claimedEndSec: number,
  signal?: AbortSignal,
): Promise<StreamEnds> =>
  scanEnds(tools, file, ['-read_intervals', `${Math.max(0, claimedEndSec - 15).toFixed(3)}%`], signal);
