import { open } from 'node:fs/promises';
import { findTools } from '#media/ffmpeg.ts';
import { streamPcm } from '#media/pcm.ts';
import { probeMedia } from '#media/probe.ts';

const RATE_HZ = 16_000;

/** The sound of a file again and again, as a 16 kHz mono WAV of exactly `seconds`. */
export async function writeLoopedWav(media: string, wav: string, seconds: number): Promise<void> {
  const tools = await findTools();
  const probe = await probeMedia(tools, media);
  const pieces: Buffer[] = [];
  await streamPcm(
    tools,
    { path: media, probe, choice: { audioStream: null, channel: 'mix', range: null } },
    {
      signal: new AbortController().signal,
      onChunk: (samples) => {
        pieces.push(Buffer.from(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)));
      },
    },
  );
  const once = Buffer.concat(pieces);
  if (once.length === 0) throw new Error(`${media} holds no sound`);
  const dataBytes = Math.round(seconds * RATE_HZ) * 2;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE_HZ, 24);
  header.writeUInt32LE(RATE_HZ * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(dataBytes, 40);
  const file = await open(wav, 'w');
  try {
    await file.writeFile(header);
    for (let written = 0; written < dataBytes; written += once.length) {
      await file.writeFile(once.subarray(0, Math.min(once.length, dataBytes - written)));
    }
  } finally {
    await file.close();
  }
}
