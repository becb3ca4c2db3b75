import { AppError } from '#shared/api/errors.ts';
import type { MediaProbe } from '#shared/domain/media.ts';
import type { FfmpegTools } from './ffmpeg.ts';
import { openForServing } from './open-regular.ts';
import { forEachLine } from './packet-scan.ts';

/** Frames of a whole file at most: 24 h at 120 per second. */
const MAX_FRAMES = 24 * 3600 * 120;
/** Frames up to half a millisecond before t = 0 are rounding, not discarded ones. */
const ROUNDING_SEC = 0.0005;

/**
 * Presentation times of all frames of the (first) picture, in seconds from t = 0, rising. Read from packets without
 * decoding; frames that an edit list discards are left out. 8 bytes a frame are held: 5 MB for 3 h at 60 per second.
 * Without a picture the table is empty.
 * @throws AppError `bad-input`, `not-found`, `io`, `cancelled`
 */
export async function readFrameTable(
  tools: Pick<FfmpegTools, 'ffprobePath'>,
  file: string,
  probe: MediaProbe,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const stream = probe.video[0];
  if (!stream) return new Float64Array(0);
  await (await openForServing(file)).handle.close();

  const presented = new Times();
  const decoding = new Times();
  let packets = 0;
  const outcome = await forEachLine(
    tools,
    file,
    ['-select_streams', String(stream.index), '-show_entries', 'packet=pts_time,dts_time,flags', '-of', 'csv=p=0'],
    (line) => {
      const [pts = '', dts = '', flags = ''] = line.split(',');
      // Side data of a packet leaves an empty line.
      if (line.trim() === '' || flags.includes('D')) return;
      packets++;
      // Number('') is 0, which is a time.
      if (pts !== '' && pts !== 'N/A') presented.add(Number(pts));
      if (dts !== '' && dts !== 'N/A') decoding.add(Number(dts));
    },
    signal,
  );
  const times = mergeTimes(presented.sorted(), decoding.sorted(), packets);
  if (times.length === 0) {
    throw new AppError('bad-input', 'No frame of the picture could be read.', {
      file,
      fix: 'The file may be damaged: play it elsewhere, or copy or download it again.',
      detail: outcome.stderrTail,
    });
  }
  return fromTimeZero(times, probe.timeZeroSec);
}

/**
 * One time a packet. AVI and raw streams know decoding times only: these keep the rate and need the first presentation
 * as their start. MPEG program streams time only some packets: the rest lie evenly between them.
 */
function mergeTimes(presented: Float64Array, decoding: Float64Array, packets: number): Float64Array {
  if (presented.length === packets) return presented;
  if (decoding.length === packets) {
    const shift = presented.length > 0 ? presented[0]! - decoding[0]! : 0;
    return decoding.map((time) => time + shift);
  }
  return fillEvenly(presented.length > 0 ? presented : decoding, packets);
}

function fillEvenly(known: Float64Array, packets: number): Float64Array {
  let missing = packets - known.length;
  if (known.length < 3 || missing <= 0) return known;
  const steps = Float64Array.from({ length: known.length - 1 }, (_, index) => known[index + 1]! - known[index]!);
  // Where most are missing the usual step spans several frames; the shortest tenth is a single one in either case.
  const frame = steps.sort()[Math.floor(steps.length / 10)]!;
  if (!(frame > 0)) return known;
  const filled: number[] = [known[0]!];
  for (let index = 1; index < known.length; index++) {
    const [from, to] = [known[index - 1]!, known[index]!];
    const between = Math.min(missing, Math.max(0, Math.round((to - from) / frame) - 1));
    for (let step = 1; step <= between; step++) filled.push(from + ((to - from) * step) / (between + 1));
    missing -= between;
    filled.push(to);
  }
  for (; missing > 0; missing--) filled.push(filled.at(-1)! + frame);
  return Float64Array.from(filled);
}

/** Shift to t = 0 in place, dropping what lies before it and repeated times. */
function fromTimeZero(times: Float64Array, timeZeroSec: number): Float64Array {
  let used = 0;
  for (const time of times) {
    const sec = time - timeZeroSec;
    if (sec < -ROUNDING_SEC || (used > 0 && sec <= times[used - 1]!)) continue;
    times[used++] = Math.max(0, sec);
  }
  return times.slice(0, used);
}

/** Growing list of numbers. */
class Times {
  count = 0;
  #values = new Float64Array(1 << 12);
  add(value: number): void {
    if (!Number.isFinite(value) || this.count >= MAX_FRAMES) return;
    if (this.count === this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.count++] = value;
  }
  sorted(): Float64Array {
    return this.#values.subarray(0, this.count).sort();
  }
}
