import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { EngineJob } from '#shared/engine/protocol.ts';
import { scriptedVoices } from './testing/scripted-engine.ts';
import { VoicePrinter, type HeardFile } from './voice-prints.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'diarist-prints-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const file: HeardFile = {
  path: '/talk.wav',
  identity: { sizeBytes: 1, mtimeMs: 0, hash: 'sha256:talk' },
  probe: { container: 'wav', durationSec: 9, timeZeroSec: 0, audio: [], video: [], attachedPictures: 0 },
  choice: { audioStream: null, channel: 'mix', range: null },
};
const spans = [{ speaker: 'a', startSec: 0, endSec: 4 }];

it('asks the engine once for the same turns, anew for others, and anew after a failure', async () => {
  const asked: EngineJob[] = [];
  let fails = true;
  const printer = new VoicePrinter({
    run: async (job) => {
      asked.push(job);
      if (fails) throw new Error('the engine died');
      return scriptedVoices(job, dir);
    },
  });
  await expect(printer.print(file, spans)).rejects.toThrow('died');
  fails = false;
  const first = await printer.print(file, spans);
  expect(first.prints.map(({ speaker }) => speaker)).toEqual(['a']);
  expect(await printer.print(file, [...spans])).toEqual(first);
  expect(asked).toHaveLength(2);
  await printer.print(file, [{ ...spans[0]!, endSec: 5 }]);
  await printer.print({ ...file, choice: { ...file.choice, channel: 1 } }, spans);
  expect(asked).toHaveLength(4);
  expect(asked.at(-1)).toMatchObject({ kind: 'voices', media: { choice: { channel: 1 } } });
});
