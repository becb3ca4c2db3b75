import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MediaItem } from '#shared/domain/media.ts';
import { identifyFile } from '#media/identity.ts';
import { probeMedia } from '#media/probe.ts';
import { makeMedia, testTools } from '#media/testing/make-media.ts';
import { Artifacts } from './artifacts.ts';
import { mediaSources } from './sources.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'diarist-sources-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function itemOf(file: string): Promise<MediaItem> {
  return {
    id: 'm1',
    path: file,
    name: path.basename(file),
    fileId: 'x',
    identity: await identifyFile(file),
    probe: await probeMedia(await testTools(), file),
    choice: { audioStream: null, channel: 'mix', range: null },
    state: 'ready',
    undecodedShare: 0,
    segmentCount: 0,
    speakerCount: 0,
    doubtCount: 0,
    addedMs: 0,
  };
}

/** Review copies that are always just being made. */
const copies = { find: () => Promise.resolve(null), want: () => ({ state: 'making' as const, share: 0.4 }) };

describe('what a file is played from', () => {
  it.each([
    [0, false],
    [0.5, true],
  ])('with gaps of %s s in its sound: a review copy = %s', async (gapSec, playsProxy) => {
    const item = await itemOf(path.resolve(import.meta.dirname, '../../resources/sample/sample.mp4'));
    const artifacts = new Artifacts(dir);
    const decoded = path.join(dir, 'decoded.json');
    await writeFile(decoded, JSON.stringify({ gapSec }));
    await artifacts.add(item, [{ name: 'decoded', key: 'k', path: decoded, sizeBytes: 1 }]);
    const sources = await mediaSources(item, artifacts, copies as never);
    expect(sources.playsProxy).toBe(playsProxy);
    if (playsProxy) expect(sources.playNote).toMatch(/gaps[\s\S]*40 %/);
    else expect(sources.playUrl).toBe('/media/m1');
  });

  it('has no address for what the cache lost', async () => {
    const item = await itemOf(await makeMedia('audio-gap.mkv'));
    const sources = await mediaSources(item, new Artifacts(dir), copies as never);
    expect(sources).toMatchObject({ peaksUrl: null, pcmUrl: null, vadUrl: null, frameTableUrl: null });
  });
});
