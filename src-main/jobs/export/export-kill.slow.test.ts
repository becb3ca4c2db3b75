import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readLabels } from '#shared/formats/index.ts';
import { wavData, wavHeader } from '#media/wav.ts';
import { verifySubset } from './subset-verify.ts';

const child = path.join(import.meta.dirname, 'testing/export-child.ts');

it('a killed export leaves the old file or the new one, and a subset whole or not at all', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'diarist-kill-'));
  try {
    const recording = path.join(root, 'talk.wav');
    const samples = new Int16Array(16_000 * 2.5);
    await writeFile(recording, Buffer.concat([wavHeader(samples.length), wavData(samples)]));
    let subsets = 0;
    for (let kill = 0; kill < 15; kill++) {
      const folder = path.join(root, `out-${kill}`);
      await mkdir(folder);
      const exporter = fork(child, [recording, folder], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
      await once(exporter.stdout!, 'data');
      // After the first round, at points spread over the next ones.
      await sleep((kill * 137) % 900);
      const exited = once(exporter, 'exit');
      exporter.kill('SIGKILL');
      await exited;
      for (const name of ['talk.rttm', 'talk.via.json', 'talk.uem']) {
        const file = path.join(folder, name);
        const { labels } = readLabels(await readFile(file), name);
        if (name.endsWith('.uem')) expect(labels.regions).toHaveLength(1);
        else expect(labels.turns).toHaveLength(100);
        // Old or new, never a mixture.
        expect(new Set(labels.turns.map((turn) => turn.speaker)).size).toBe(name.endsWith('.uem') ? 0 : 1);
      }
      for (const subset of (await readdir(folder)).filter((name) => name.startsWith('subset-'))) {
        const manifest = await verifySubset(path.join(folder, subset));
        expect(manifest.counts.turns).toBe(100);
        subsets += 1;
      }
    }
    expect(subsets).toBeGreaterThanOrEqual(15);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
