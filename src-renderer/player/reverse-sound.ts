/** The PCM artifact: 16 kHz, mono, int16 little endian. */
const rateHz = 16_000;
const blockSec = 2;
/** Blocks are asked for this long before they are due. */
const aheadSec = 3;

/** Sound of one stretch, backwards: the last sample first, −1..1. */
export function reversedSamples(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.byteLength >> 1;
  const samples = new Float32Array(count);
  for (let i = 0; i < count; i++) samples[i] = view.getInt16(2 * (count - 1 - i), true) / 32_768;
  return samples;
}

/**
 * The sound of reverse playback, true to the sample: blocks of the file's PCM are read in ranges, turned round and
 * queued on the audio clock. Speed changes the pitch, as on tape. Pictures follow their own clock; both start together
 * and neither waits for the other.
 */
export class ReverseSound {
  private run: { context: AudioContext; abort: AbortController } | null = null;

  /**
   * @param pcm where the sound is, and the time of its first sample in seconds
   * @param speed > 0, times real time
   */
  start(pcm: { url: string; startSec: number }, fromSec: number, speed: number): void {
    this.stop();
    const context = new AudioContext();
    const abort = new AbortController();
    this.run = { context, abort };
    // Sound that cannot be read leaves the pictures alone.
    this.queue(context, pcm, fromSec, speed, abort.signal).catch(() => undefined);
  }

  stop(): void {
    const { run } = this;
    this.run = null;
    if (!run) return;
    run.abort.abort();
    void run.context.close();
  }

  private async queue(
    context: AudioContext,
    pcm: { url: string; startSec: number },
    fromSec: number,
    speed: number,
    signal: AbortSignal,
  ): Promise<void> {
    const beginSec = context.currentTime;
    for (let endSec = fromSec; endSec > pcm.startSec; endSec -= blockSec) {
      const startSec = Math.max(pcm.startSec, endSec - blockSec);
      const samples = reversedSamples(await readRange(pcm, startSec, endSec, signal));
      if (signal.aborted) return;
      if (samples.length > 0) {
        const buffer = context.createBuffer(1, samples.length, rateHz);
        buffer.copyToChannel(samples, 0);
        const node = context.createBufferSource();
        node.buffer = buffer;
        node.playbackRate.value = speed;
        node.connect(context.destination);
        const dueSec = beginSec + (fromSec - endSec) / speed;
        const lateSec = Math.max(0, context.currentTime - dueSec);
        // What came too late is skipped, so that sound never lags behind the pictures.
        if (lateSec * speed < blockSec) node.start(Math.max(dueSec, context.currentTime), lateSec * speed);
      }
      const nextDueSec = beginSec + (fromSec - startSec) / speed;
      await pause((nextDueSec - context.currentTime - aheadSec) * 1000, signal);
    }
  }
}

async function readRange(
  pcm: { url: string; startSec: number },
  startSec: number,
  endSec: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const first = Math.round((startSec - pcm.startSec) * rateHz) * 2;
  const last = Math.round((endSec - pcm.startSec) * rateHz) * 2 - 1;
  if (last < first) return new Uint8Array(0);
  const response = await fetch(pcm.url, { signal, headers: { Range: `bytes=${first}-${last}` } });
  // 416: the sound ends before the picture does; that stretch is silent.
  if (response.status !== 206) return new Uint8Array(0);
  return new Uint8Array(await response.arrayBuffer());
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
