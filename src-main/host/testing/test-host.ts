import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { EngineSpawner } from '#jobs/engine-process.ts';
import type { Host, HostOptions } from '../host.ts';
import { createHost } from '../host.ts';
import { scriptedEngine } from './scripted-engine.ts';

export interface TestPlace {
  folder: string;
  /** A real two-second recording. */
  wav: string;
  rendererDir: string;
  remove(): Promise<void>;
}

/** 16 kHz mono int16, a tone; `seed` makes the content its own. */
export function toneWav(seconds: number, seed = 0): Buffer {
  const rateHz = 16_000;
  const samples = Math.round(seconds * rateHz);
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + samples * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rateHz, 24);
  wav.writeUInt32LE(rateHz * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples * 2, 40);
  for (let at = 0; at < samples; at += 1) {
    wav.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * (220 + seed) * at) / rateHz)), 44 + at * 2);
  }
  return wav;
}

/** A folder of its own for everything the app keeps, with a recording in it. */
export async function testPlace(): Promise<TestPlace> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'diarist-host-'));
  process.env['DIARIST_DATA_DIR'] = path.join(folder, 'data');
  process.env['DIARIST_CACHE_DIR'] = path.join(folder, 'cache');
  const rendererDir = path.join(folder, 'renderer');
  await mkdir(rendererDir);
  await writeFile(path.join(rendererDir, 'index.html'), '<!doctype html><meta nonce="__CSP_NONCE__"><p>Diarist');
  const wav = path.join(folder, 'talk.wav');
  await writeFile(wav, toneWav(2));
  return {
    folder,
    wav,
    rendererDir,
    remove: async () => {
      delete process.env['DIARIST_DATA_DIR'];
      delete process.env['DIARIST_CACHE_DIR'];
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The real host (store, scheduler, ffmpeg) on a scripted engine. */
export function testHost(
  place: TestPlace,
  options: Partial<HostOptions> & { spawnEngine?: EngineSpawner } = {},
): Promise<Host> {
  return createHost({
    face: 'served',
    rendererDir: place.rendererDir,
    project: path.join(place.folder, 'test.diarist'),
    media: [],
    notices: [],
    spawnEngine: scriptedEngine(),
    ...options,
  });
}
