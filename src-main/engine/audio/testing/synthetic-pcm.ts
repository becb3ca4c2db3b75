import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ffmpeg from '@ffmpeg-installer/ffmpeg';

/** Repeatable noise in [−1, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** Something voice-like that moves: harmonics of a gliding pitch in bursts, over faint noise; int16, 16 kHz. */
export function voiceLikePcm(seconds: number, seed = 1): Int16Array {
  const random = seededRandom(seed);
  const out = new Int16Array(Math.round(seconds * 16_000));
  let phase = 0;
  for (let n = 0; n < out.length; n++) {
    const sec = n / 16_000;
    const pitch = 120 + 60 * Math.sin(2 * Math.PI * 0.4 * sec) + 25 * Math.sin(2 * Math.PI * 3.1 * sec);
    phase += (2 * Math.PI * pitch) / 16_000;
    const loud = Math.max(0, Math.sin(2 * Math.PI * 1.7 * sec)) ** 0.5;
    let value = 0.002 * random();
    for (let k = 1; k <= 12; k++) value += (loud * 0.25 * Math.sin(k * phase)) / k;
    out[n] = Math.round(20_000 * Math.max(-1, Math.min(1, value)));
  }
  return out;
}

/** Writes samples as the `pcm` node of a local run would; returns the run's folder and the file. */
export async function writePcm(samples: Int16Array): Promise<{ dir: string; pcmPath: string }> {
  const dir = await mkdtemp(path.join(tmpdir(), 'diarist-pcm-'));
  await mkdir(path.join(dir, 'pcm'));
  const pcmPath = path.join(dir, 'pcm', 'pcm.s16');
  await writeFile(pcmPath, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
  await writeFile(path.join(dir, 'pcm', 'decoded.json'), JSON.stringify({ startSec: 0 }));
  return { dir, pcmPath };
}

/** Sound of a media file, 16 kHz mono. */
export function decodePcm(file: string): Int16Array {
  const args = ['-nostdin', '-v', 'error', '-i', file, '-ac', '1', '-ar', '16000', '-f', 's16le', '-'];
  const { stdout, status, stderr } = spawnSync(ffmpeg.path, args, { maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`ffmpeg: ${stderr.toString()}`);
  return new Int16Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.byteLength));
}
