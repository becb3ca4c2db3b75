import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { EngineSpawner } from '#jobs/engine-process.ts';
import type { Host, HostOptions } from '../host.ts';
import { createHost } from '../host.ts';
import { scriptedEngine } from './scripted-engine.ts';
import { wavData, wavHeader } from '#media/wav.ts';

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
  const tone = Int16Array.from({ length: samples }, (_, at) =>
    Math.round(8000 * Math.sin((2 * Math.PI * (220 + seed) * at) / rateHz)),
  );
  return Buffer.concat([wavHeader(samples, rateHz), wavData(tone)]);
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
