import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { hasShared, itShared, sharedPath } from '../testing/shared-data.ts';
import { readFrameTable } from './frame-table.ts';
import { identifyFile, statMatches } from './identity.ts';
import { probeMedia } from './probe.ts';
import { allPcm, wholeFile } from './testing/flash-click.ts';
import { testTools } from './testing/make-media.ts';

const mediaFile = /\.(?:wav|mp3|opus|flac|sph|mp4|mpg)$/;
const roots = ['audio', 'video', 'composed'];
const files = hasShared
  ? roots.flatMap((root) =>
      readdirSync(sharedPath('data', root), { recursive: true, encoding: 'utf8' })
        .filter((name) => mediaFile.test(name))
        .map((name) => path.join('data', root, name)),
    )
  : [];
/** Clips of the folder that hold no sound. */
const silent = new Set(['data/video/misc_no_face/video.mp4']);

itShared('there is reference media to decode', () => {
  expect(files.length).toBeGreaterThan(40);
});

for (const name of files) {
  itShared(`${name}: probe, identity, PCM and frame table`, async () => {
    const tools = await testTools();
    const file = sharedPath(name);
    const probe = await probeMedia(tools, file);
    expect(await statMatches(await identifyFile(file), file)).toBe(true);
    if (silent.has(name)) {
      await expect(allPcm(tools, { path: file, probe, choice: wholeFile })).rejects.toMatchObject({
        data: { code: 'bad-input', message: 'The file has no audio stream.' },
      });
    } else {
      const { samples, result } = await allPcm(tools, { path: file, probe, choice: wholeFile });
      expect(result.warnings).toEqual([]);
      expect(Math.abs(samples.length / 16_000 - probe.durationSec)).toBeLessThan(0.2);
    }
    const times = await readFrameTable(tools, file, probe);
    const stream = probe.video[0];
    if (!stream) expect(times).toHaveLength(0);
    else expect(Math.abs(times.length - stream.frameRate! * (stream.durationSec ?? probe.durationSec))).toBeLessThan(2);
  });
}
