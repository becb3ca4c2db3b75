import { open } from 'node:fs/promises';
import { findTools } from '#media/ffmpeg.ts';
import { streamPcm } from '#media/pcm.ts';
import { probeMedia } from '#media/probe.ts';
import { wavHeader } from '#media/wav.ts';

const RATE_HZ = 16_000;

/**
 * The sound of a file again and again, as a 16 kHz mono WAV of exactly `seconds`.
 * @param noise RMS of white noise added, other noise each time, in steps of a 16-bit sample; 0 = none
 */
export async function writeLoopedWav(media: string, wav: string, seconds: number, noise = 0): Promise<void> {
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
  const header = wavHeader(dataBytes / 2, RATE_HZ);
  const file = await open(wav, 'w');
  try {
    await file.writeFile(header);
    for (let written = 0; written < dataBytes; written += once.length) {
      const round = noise > 0 ? withNoise(once, noise) : once;
      await file.writeFile(round.subarray(0, Math.min(once.length, dataBytes - written)));
    }
  } finally {
    await file.close();
  }
}

function withNoise(samples: Buffer, noise: number): Buffer {
  const out = Buffer.alloc(samples.length);
  for (let at = 0; at + 1 < samples.length; at += 2) {
    const value = samples.readInt16LE(at) + noise * Math.sqrt(12) * (Math.random() - 0.5);
    out.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(value))), at);
  }
  return out;
}

if (import.meta.main) {
  const [media, wav, seconds] = process.argv.slice(2);
  if (!media || !wav || !(Number(seconds) > 0)) throw new Error('Usage: looped-wav.ts MEDIA WAV SECONDS');
  await writeLoopedWav(media, wav, Number(seconds));
}
