import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { MediaChoice } from '#shared/domain/media.ts';
import type { EngineJob, EngineSettings } from '#shared/engine/protocol.ts';
import { findTools } from '#media/ffmpeg.ts';
import { identifyFile } from '#media/identity.ts';
import { probeMedia } from '#media/probe.ts';
import { wavData, wavHeader } from '#media/wav.ts';

export const testEngineFile = path.resolve(import.meta.dirname, '../engine/testing/test-engine.ts');
export const wholeFile: MediaChoice = { audioStream: null, channel: 'mix', range: null };

/** A 16 kHz mono WAV of alternating loud and quiet seconds. */
export async function writeTestWav(file: string, seconds: number): Promise<void> {
  const rate = 16_000;
  const samples = new Int16Array(Math.round(seconds * rate));
  for (let i = 0; i < samples.length; i++) {
    const level = Math.floor(i / rate) % 3 === 2 ? 0.001 : 0.2 + 0.05 * (Math.floor(i / rate) % 5);
    samples[i] = Math.round(32_767 * level * Math.sin((2 * Math.PI * 220 * i) / rate));
  }
  await writeFile(file, Buffer.concat([wavHeader(samples.length, rate), wavData(samples)]));
}

/** Settings, a media file and jobs for tests of the engine, in a folder that `remove` takes away. */
export class EngineFixture {
  readonly folder: string;
  readonly settings: EngineSettings;
  readonly media: EngineJob['media'];

  private constructor(folder: string, settings: EngineSettings, media: EngineJob['media']) {
    this.folder = folder;
    this.settings = settings;
    this.media = media;
  }

  static async create(seconds: number, settings: Partial<EngineSettings> = {}): Promise<EngineFixture> {
    const folder = await mkdtemp(path.join(tmpdir(), 'diarist-engine-'));
    const file = path.join(folder, 'sound.wav');
    await writeTestWav(file, seconds);
    const tools = await findTools();
    return new EngineFixture(
      folder,
      {
        cacheDir: path.join(folder, 'cache'),
        cacheLimitBytes: 1e9,
        modelDirs: [],
        ffmpegPath: tools.ffmpegPath,
        ffprobePath: tools.ffprobePath,
        ffmpegVersion: tools.ffmpegVersion,
        appVersion: '0.0.0-test',
        threads: 2,
        layout: 'workers',
        provider: 'cpu',
        ...settings,
      },
      { path: file, identity: await identifyFile(file), probe: await probeMedia(tools, file), choice: wholeFile },
    );
  }

  job(patch: Partial<EngineJob> = {}): EngineJob {
    return {
      jobId: randomUUID(),
      kind: 'diarize',
      media: this.media,
      systemId: 'test-levels',
      params: {},
      speakers: null,
      ...patch,
    };
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Every file of the finished stages but their descriptions (which hold times): `stage/key/name` → bytes, base64. */
export async function cacheContents(cacheDir: string): Promise<Record<string, string>> {
  const root = path.join(cacheDir, 'stages');
  const contents: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === 'meta.json') continue;
    const file = path.join(entry.parentPath, entry.name);
    contents[path.relative(root, file)] = (await readFile(file)).toString('base64');
  }
  return contents;
}
