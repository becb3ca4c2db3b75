import os from 'node:os';
import { AppError } from '#shared/api/errors.ts';
import type { AudioStream, MediaChoice, MediaProbe } from '#shared/domain/media.ts';
import {
  assertDecodable,
  crashedError,
  FFMPEG_GLOBAL,
  inputArgs,
  runTool,
  type FfmpegTools,
  type ToolOutcome,
} from './ffmpeg.ts';
import { monoFilter } from './channel-mix.ts';
import { MatroskaStream, type PcmBlock } from './matroska-stream.ts';
import { SampleGrid } from './sample-grid.ts';
import { openForServing } from './open-regular.ts';

export const PCM_RATE_HZ = 16_000;

export interface PcmSource {
  readonly path: string;
  readonly probe: MediaProbe;
  readonly choice: MediaChoice;
}

export interface PcmOptions {
  readonly signal?: AbortSignal | undefined;
  /** 16 kHz mono samples in order and without gaps; `startSample` counts from t = 0. A promise holds ffmpeg back. */
  onChunk(samples: Int16Array, startSample: number): void | Promise<void>;
  /** Stop here although the range goes on. Unlike a range's start this never moves a sample. */
  readonly untilSec?: number | undefined;
  /** 0..1, never falling. */
  onProgress?(share: number): void;
}

export interface PcmResult {
  /** Seconds the decoder gave inside the range; gaps in time stamps count where no decoder error explains them. */
  readonly decodedSec: number;
  /** Seconds the container promises inside the range. */
  readonly expectedSec: number;
  /** Seconds of silence put into gaps of the time stamps. Chromium skips gaps, so that sound runs ahead of picture. */
  readonly gapSec: number;
  /** Sentences for the person. */
  readonly warnings: readonly string[];
}

/** Stamps are offset so that Matroska, which has no negative time, can carry those before t = 0. */
const STAMP_OFFSET_SEC = 60;
/** Decoding starts so much before a range: codecs need a run-up (Opus 80 ms, bit reservoirs of MP3). */
const RUN_UP_SEC = 1;
/** Time stamps may disagree so much with the count of samples: 20 ms is what lips forgive. */
const TOLERANCE = 0.015 * PCM_RATE_HZ;
const JUMP = 2 * PCM_RATE_HZ;
const CHUNK_SAMPLES = 16_000;
/** Containers whose time stamps may start over in the middle: ffmpeg mends that, but only on its own clock. */
export const restarts = (container: string): boolean => /^(?:mpeg|mpegts)$/.test(container);

/** The stream a choice names. @throws AppError `bad-input` when there is none */
export function chosenAudio(source: PcmSource): AudioStream {
  const { probe, choice, path: file } = source;
  const first = probe.audio[0];
  if (!first) {
    throw new AppError('bad-input', 'The file has no audio stream.', {
      file,
      fix: 'Choose a recording with sound.',
    });
  }
  if (choice.audioStream === null) return first;
  const stream = probe.audio.find((candidate) => candidate.index === choice.audioStream);
  if (stream) return stream;
  throw new AppError('bad-input', `The file has no audio stream number ${choice.audioStream}.`, {
    file,
    fix: `Choose one of: ${probe.audio.map((candidate) => candidate.index).join(', ')}.`,
  });
}

/**
 * Decode the chosen audio to 16 kHz mono, streamed: memory does not grow with length. Sample 0 is t = 0: a stream that
 * starts later is padded with silence, one that starts earlier is cut; gaps in its time stamps become silence.
 * @throws AppError `bad-input` (no audio, nothing decodes, file gone), `unsupported` (codec), `cancelled`, `io`
 */
export async function streamPcm(tools: FfmpegTools, source: PcmSource, options: PcmOptions): Promise<PcmResult> {
  const { path: file, probe, choice } = source;
  const stream = chosenAudio(source);
  await (await openForServing(file)).handle.close();
  await assertDecodable(tools, stream.codec, file);

  if (choice.range && !(choice.range.endSec > choice.range.startSec)) {
    throw new AppError('bad-input', 'The part to work on ends before it begins.', {
      file,
      fix: 'Choose another part.',
    });
  }
  const rangeStart = choice.range?.startSec ?? 0;
  const rangeEnd = Math.min(choice.range?.endSec ?? Infinity, options.untilSec ?? Infinity);
  const promised = promisedSpan(probe, stream);
  const expectedSec = Math.max(0, Math.min(promised.endSec, rangeEnd) - Math.max(promised.startSec, rangeStart, 0));

  // Chunks of one second, whatever the codec's frames are; the queue is drained before more is read.
  const queue: { samples: Int16Array; start: number }[] = [];
  const gather = new Gather((samples, start) => void queue.push({ samples, start }));
  const grid = new SampleGrid({
    from: Math.round(rangeStart * PCM_RATE_HZ),
    // A damaged stamp must not grow the file without end.
    to: Math.round(Math.min(rangeEnd, probe.durationSec + 60) * PCM_RATE_HZ),
    tolerance: TOLERANCE,
    jump: JUMP,
    emit: (samples, start) => gather.push(samples, start),
  });

  let share = 0;
  const deliver = async (): Promise<void> => {
    for (const { samples, start } of queue.splice(0)) await options.onChunk(samples, start);
    if (!options.onProgress || expectedSec <= 0) return;
    const reached = Math.min(1, (grid.emittedTo / PCM_RATE_HZ - rangeStart) / expectedSec);
    if (reached > share) options.onProgress((share = reached));
  };

  const counted = new CountInRange(rangeStart, rangeEnd);
  const reader = new MatroskaStream();
  const outcome = await runTool(tools.ffmpegPath, decodeArgs(source, stream), {
    signal: options.signal,
    mediaPath: file,
    onStdout: async (chunk) => {
      for (const block of blocksOf(reader, chunk, stream, file)) {
        const stamp = Math.round((block.timeMs / 1000 - STAMP_OFFSET_SEC) * PCM_RATE_HZ);
        const samples = int16(block.data);
        counted.add(stamp, samples.length);
        grid.push(stamp, samples);
      }
      await deliver();
      return grid.full ? 'stop' : undefined;
    },
  });
  grid.finish();
  gather.flush();
  await deliver();

  if (outcome.crash) throw crashedError(tools.ffmpegPath, outcome.crash, file, outcome.stderrTail);
  if (grid.decoded === 0 && expectedSec > 0) throw nothingDecoded(file, stream, outcome);
  options.onProgress?.(1);
  const gapSec = grid.gaps / PCM_RATE_HZ;
  // Recorders pause and leave a gap on purpose; after decoder errors a gap is what could not be decoded.
  const decodedSec = counted.samples / PCM_RATE_HZ + (outcome.errorLines === 0 ? gapSec : 0);
  return { decodedSec, expectedSec, gapSec, warnings: decodeWarnings(decodedSec, expectedSec, gapSec, outcome) };
}

function decodeArgs({ path: file, probe, choice }: PcmSource, stream: AudioStream): string[] {
  const ownClock = restarts(probe.container);
  const start = choice.range ? Math.max(0, choice.range.startSec - RUN_UP_SEC) : 0;
  // -seek_timestamp: count from the container's zero, not from wherever this ffmpeg believes the file to start.
  const seek =
    start > 0 ? ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', (start + probe.timeZeroSec).toFixed(6)] : [];
  const offset = ownClock ? STAMP_OFFSET_SEC + (start > 0 ? start : 0) : STAMP_OFFSET_SEC - probe.timeZeroSec;
  return [
    ...FFMPEG_GLOBAL,
    ...inputArgs(file, [...(ownClock ? [] : ['-copyts']), ...seek]),
    ...['-map', `0:${stream.index}`, '-map_metadata', '-1', '-map_chapters', '-1'],
    ...['-af', [...monoFilter(stream, choice.channel, file), `aresample=${PCM_RATE_HZ}`].join(',')],
    ...['-c:a', 'pcm_s16le', '-ac', '1', '-output_ts_offset', offset.toFixed(6)],
    ...['-flush_packets', '1', '-f', 'matroska', '-live', '1', 'pipe:1'],
  ];
}

function promisedSpan(probe: MediaProbe, stream: AudioStream): { startSec: number; endSec: number } {
  const startSec = stream.startSec - probe.timeZeroSec;
  return { startSec, endSec: stream.durationSec === null ? probe.durationSec : startSec + stream.durationSec };
}

/** Share of the promised audio that did not come; 0 when the difference is a container's rounding. */
export function undecodedShare(decodedSec: number, expectedSec: number): number {
  const missingSec = expectedSec - decodedSec;
  return missingSec > 0.25 + 0.0005 * expectedSec ? Math.min(1, missingSec / expectedSec) : 0;
}

function decodeWarnings(decodedSec: number, expectedSec: number, gapSec: number, outcome: ToolOutcome): string[] {
  const share = undecodedShare(decodedSec, expectedSec);
  if (share > 0) {
    const percent = share * 100;
    const shown = percent < 10 ? Math.max(0.1, percent).toFixed(1) : percent.toFixed(0);
    return [`${shown} % of the audio could not be decoded.`];
  }
  if (outcome.errorLines > 0) {
    return [
      `The audio is damaged in places (${outcome.errorLines} decoder messages), but nearly all could be decoded.`,
    ];
  }
  return gapSec >= 0.1
    ? [`The audio pauses for ${gapSec.toFixed(1)} s in all (gaps in its time stamps), taken as silence.`]
    : [];
}

/** Blocks beyond all measure come of absurd heads, such as a sample rate of 1 Hz. @throws AppError `bad-input` */
function blocksOf(reader: MatroskaStream, chunk: Buffer, stream: AudioStream, file: string): PcmBlock[] {
  try {
    return reader.push(chunk);
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `The sound cannot be brought to 16 kHz (codec ${stream.codec}, ${stream.sampleRateHz} Hz).`,
      { file, fix: 'The head of the file may be damaged: copy or download it again.', detail: String(cause) },
    );
  }
}

function nothingDecoded(file: string, stream: AudioStream, outcome: ToolOutcome): AppError {
  return new AppError('bad-input', `No audio could be decoded (codec ${stream.codec}).`, {
    file,
    fix: 'If it plays elsewhere, choose a newer ffmpeg in Settings or with DIARIST_FFMPEG; else copy or download it again.',
    detail: outcome.stderrTail,
  });
}

function int16(data: Buffer): Int16Array {
  // A copy, because blocks start at odd bytes and share their buffer with what comes next.
  const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + (data.length & ~1)) as ArrayBuffer;
  return new Int16Array(os.endianness() === 'LE' ? bytes : Buffer.from(bytes).swap16().buffer);
}

/** Decoded samples whose own time stamps lie in the range. */
class CountInRange {
  samples = 0;
  readonly #from: number;
  readonly #to: number;
  constructor(fromSec: number, toSec: number) {
    this.#from = fromSec * PCM_RATE_HZ;
    this.#to = toSec * PCM_RATE_HZ;
  }
  add(stamp: number, count: number): void {
    this.samples += Math.max(0, Math.min(stamp + count, this.#to) - Math.max(stamp, this.#from));
  }
}

/** Joins small pieces into chunks of one second. */
class Gather {
  readonly #emit: (samples: Int16Array, start: number) => void;
  #buffer = new Int16Array(CHUNK_SAMPLES);
  #start = 0;
  #filled = 0;
  constructor(emit: (samples: Int16Array, start: number) => void) {
    this.#emit = emit;
  }
  push(samples: Int16Array, start: number): void {
    if (this.#filled === 0) this.#start = start;
    let taken = 0;
    while (taken < samples.length) {
      const part = samples.subarray(taken, taken + CHUNK_SAMPLES - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      if (this.#filled === CHUNK_SAMPLES) this.flush();
    }
  }
  flush(): void {
    if (this.#filled === 0) return;
    this.#emit(this.#buffer.subarray(0, this.#filled), this.#start);
    this.#start += this.#filled;
    this.#buffer = new Int16Array(CHUNK_SAMPLES);
    this.#filled = 0;
  }
}
