import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { app } from 'electron';
import { toErrorData } from '#shared/api/errors.ts';
import { EngineClient } from '#jobs/engine-client.ts';
import { identifyFile } from '#media/identity.ts';
import { probeMedia } from '#media/probe.ts';
import { systemDescriptions } from '#shared/engine/systems.ts';
import { resolveWorkspace } from '#jobs/workspace.ts';
import { utilityEngine } from './engine-spawner.ts';
import { wavData, wavHeader } from '#media/wav.ts';

/** `Diarist --self-test`: does the packaged app decode and infer? Used by scripts/after-pack.ts; opens no window. */
export const selfTestFlag = '--self-test';

/** Runs the default system over one second of sound, prints one JSON line, exits 0 or 1. */
export async function selfTest(): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'diarist-self-test-'));
  let engine: EngineClient | undefined;
  let code = 1;
  try {
    await app.whenReady();
    const { tools, settings } = await resolveWorkspace({ cacheDir: path.join(folder, 'cache'), threads: 1 });
    const file = path.join(folder, 'second.wav');
    await writeFile(file, oneSecondWav());
    engine = new EngineClient({ spawn: utilityEngine(), settings });
    const result = await engine.run({
      jobId: 'self-test',
      kind: 'diarize',
      systemId: systemDescriptions[0]!.id,
      params: {},
      speakers: null,
      media: {
        path: file,
        identity: await identifyFile(file),
        probe: await probeMedia(tools, file),
        choice: { audioStream: null, channel: 'mix', range: null },
      },
    });
    console.log(
      JSON.stringify({
        ok: true,
        ffmpeg: tools.source,
        models: result.provenance.models,
        decodedSec: result.decodedSec,
      }),
    );
    code = 0;
  } catch (error) {
    console.log(JSON.stringify({ ok: false, error: toErrorData(error) }));
  } finally {
    await engine?.close();
    await rm(folder, { recursive: true, force: true });
  }
  app.exit(code);
}

/** 16 kHz mono int16: a tone of 220 Hz, so that there is a signal to look at. */
function oneSecondWav(): Buffer {
  const rateHz = 16_000;
  const tone = Int16Array.from({ length: rateHz }, (_, at) =>
    Math.round(8000 * Math.sin((2 * Math.PI * 220 * at) / rateHz)),
  );
  return Buffer.concat([wavHeader(rateHz, rateHz), wavData(tone)]);
}
