import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MatroskaStream, type PcmBlock } from './matroska-stream.ts';
import { makeMedia, testTools } from './testing/make-media.ts';

const written = (async () =>
  execFileSync((await testTools()).ffmpegPath, [
    ...['-v', 'error', '-i', await makeMedia('left-right.wav'), '-ac', '1', '-c:a', 'pcm_s16le'],
    ...['-output_ts_offset', '60', '-f', 'matroska', '-live', '1', 'pipe:1'],
  ]))();

test('blocks come out the same however the bytes were cut', async () => {
  const bytes = await written;
  const read = (cuts: readonly number[]): PcmBlock[] => {
    const stream = new MatroskaStream();
    const borders = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
    return borders.slice(1).flatMap((end, index) => stream.push(bytes.subarray(borders[index], end)));
  };
  const whole = read([]);
  expect(whole[0]!.timeMs).toBe(60_000);
  expect(whole.reduce((sum, block) => sum + block.data.length, 0)).toBe(2 * 32_000);
  let samples = 0;
  for (const block of whole) {
    expect(Math.abs(block.timeMs - 60_000 - samples / 16)).toBeLessThanOrEqual(0.5);
    samples += block.data.length / 2;
  }
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
      expect(read(cuts)).toEqual(whole);
    }),
    { numRuns: 50 },
  );
});

test('bytes that are no Matroska end in an error or in nothing, never in a loop', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), (chunks) => {
      const stream = new MatroskaStream();
      try {
        for (const chunk of chunks) stream.push(Buffer.from(chunk));
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }),
  );
});
