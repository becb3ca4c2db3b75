import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ReverseSound, reversedSamples } from './reverse-sound.ts';

/** An audio clock under the test's hand that notes what was queued. */
class FakeContext {
  static last: FakeContext;
  currentTime = 0;
  destination = {};
  closed = false;
  readonly starts: { samples: Float32Array; rate: number; whenSec: number; offsetSec: number }[] = [];

  constructor() {
    FakeContext.last = this;
  }

  createBuffer(_channels: number, length: number) {
    const samples = new Float32Array(length);
    return { samples, copyToChannel: (from: Float32Array) => samples.set(from) };
  }

  createBufferSource() {
    const node = {
      buffer: null as { samples: Float32Array } | null,
      playbackRate: { value: 1 },
      connect: () => undefined,
      start: (whenSec: number, offsetSec: number) =>
        this.starts.push({ samples: node.buffer!.samples, rate: node.playbackRate.value, whenSec, offsetSec }),
    };
    return node;
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

const pcm = Int16Array.from({ length: 16_000 * 10 }, (_, i) => Math.floor(i / 16) % 30_000);
const requests: string[] = [];

beforeEach(() => {
  requests.length = 0;
  vi.stubGlobal('AudioContext', FakeContext);
  vi.stubGlobal('fetch', (_url: string, { headers }: { headers: { Range: string } }) => {
    requests.push(headers.Range);
    const [, from, to] = /bytes=(\d+)-(\d+)/u.exec(headers.Range)!;
    const part = new Uint8Array(pcm.buffer).slice(Number(from), Number(to) + 1);
    return Promise.resolve({ status: 206, arrayBuffer: () => Promise.resolve(part.buffer) });
  });
});
afterEach(() => vi.unstubAllGlobals());

it('turns samples round', () => {
  const bytes = new Uint8Array(Int16Array.of(0, 16_384, -32_768).buffer);
  expect([...reversedSamples(bytes)]).toEqual([-1, 0.5, 0]);
});

it('queues blocks one after another on the audio clock, from the playhead backwards', async () => {
  const sound = new ReverseSound();
  sound.start({ url: '/artifact/pcm', startSec: 0 }, 6, 2);
  await vi.waitFor(() => expect(FakeContext.last.starts.length).toBe(3));
  const { starts } = FakeContext.last;
  expect(starts.map((start) => start.whenSec)).toEqual([0, 1, 2]);
  expect(starts.map((start) => start.rate)).toEqual([2, 2, 2]);
  expect(starts[0]!.samples[0]).toBeCloseTo(pcm[6 * 16_000 - 1]! / 32_768, 6);
  expect(starts[1]!.samples[0]).toBeCloseTo(pcm[4 * 16_000 - 1]! / 32_768, 6);
  sound.stop();
  expect(FakeContext.last.closed).toBe(true);
});

it('reads from the part of the file that has sound, in its own time', async () => {
  const sound = new ReverseSound();
  sound.start({ url: '/artifact/pcm', startSec: 100 }, 101, 1);
  await vi.waitFor(() => expect(requests).toEqual([`bytes=0-${16_000 * 2 - 1}`]));
  sound.stop();
});

it('does not read further ahead than it must', async () => {
  const sound = new ReverseSound();
  sound.start({ url: '/artifact/pcm', startSec: 0 }, 10, 1);
  await vi.waitFor(() => expect(FakeContext.last.starts.length).toBe(2));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(requests.length).toBe(2);
  sound.stop();
});
