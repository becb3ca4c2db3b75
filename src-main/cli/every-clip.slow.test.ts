import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { parseRttm } from '#shared/formats/rttm.ts';
import { parseVia3 } from '#shared/formats/via3.ts';
import { hasShared, itShared, sharedPath } from '../testing/shared-data.ts';
import { runCli } from './testing/run-cli.ts';

/** Clips that cannot be diarized, and why: the command must say so and end with 3. */
const expectedBadInput: Record<string, RegExp> = {
  'video/misc_no_face/video.mp4': /no audio stream/,
};

const extensions = new Set(['.wav', '.mp3', '.flac', '.opus', '.sph', '.mp4', '.mpg']);
const clips = hasShared
  ? ['audio', 'video', 'composed'].flatMap((folder) =>
      readdirSync(sharedPath('data', folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => extensions.has(path.extname(name)))
        .map((name) => path.posix.join(folder, name.replaceAll(path.sep, '/'))),
    )
  : ['every clip'];

describe('diarist diarize', () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'diarist-clips-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  clips.sort().forEach((clip, index) => {
    itShared(`works on ${clip}`, async () => {
      const out = path.join(dir, String(index));
      const run = await runCli([
        'diarize',
        sharedPath('data', clip),
        '-o',
        out,
        '--cache-dir',
        path.join(dir, 'cache'),
      ]);
      const reason = expectedBadInput[clip];
      if (reason) {
        expect(run.code).toBe(3);
        expect(run.stderr).toMatch(reason);
        return;
      }
      expect(run.stderr).not.toMatch(/^diarist:/m);
      expect(run.code).toBe(0);
      const files = readdirSync(out).sort();
      expect(files).toHaveLength(2);
      const rttm = parseRttm(readFileSync(path.join(out, files[0]!), 'utf8'));
      const via = parseVia3(readFileSync(path.join(out, files[1]!), 'utf8'));
      expect(via.turns).toHaveLength(rttm.turns.length);
      for (const turn of rttm.turns) expect(turn.endSec).toBeGreaterThan(turn.startSec);
    });
  });
});
