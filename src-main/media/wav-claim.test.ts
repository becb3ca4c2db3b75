import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makeMedia, scratchFolder } from './testing/make-media.ts';
import { wavClaimSec } from './wav-claim.ts';
import { wavHeader } from './wav.ts';

test('the header’s promise, whatever is there; none for placeholders and other files', async () => {
  const { folder, remove } = await scratchFolder();
  const claim = async (bytes: Uint8Array): Promise<number | null> => {
    const file = path.join(folder, 'a.wav');
    await writeFile(file, bytes);
    return wavClaimSec(file);
  };
  const header = wavHeader(160_000);
  const sound = Buffer.alloc(64_000);
  const whole = Buffer.concat([header, sound]);
  expect(await claim(whole)).toBe(10);
  expect(await claim(whole.subarray(0, 20_000))).toBeNull();
  expect(await wavClaimSec(await makeMedia('tone.wav'))).toBeCloseTo(3);
  for (const placeholder of [0xffff_ffff, 0x7fff_f000]) {
    const open = Buffer.from(whole);
    open.writeUInt32LE(placeholder, 40);
    expect(await claim(open)).toBeNull();
  }
  const withList = Buffer.concat([
    header.subarray(0, 36),
    Buffer.from('LIST\x03\0\0\0abc\0', 'latin1'),
    header.subarray(36),
    sound,
  ]);
  expect(await claim(withList)).toBe(10);
  expect(await claim(Buffer.from('RIFF'))).toBeNull();
  expect(await claim(new Uint8Array(0))).toBeNull();
  expect(await wavClaimSec(await makeMedia('click.flac'))).toBeNull();
  await remove();
});
