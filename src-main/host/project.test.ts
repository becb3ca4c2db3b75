import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiEvent, ApiInput, ApiMethod, ApiOutput } from '#shared/api/contract.ts';
import { fromErrorData } from '#shared/api/errors.ts';
import type { Host } from './host.ts';
import { scriptedEngine, scriptedResult } from './testing/scripted-engine.ts';
import type { TestPlace } from './testing/test-host.ts';
import { testHost, testPlace, toneWav } from './testing/test-host.ts';

let place: TestPlace;
const hosts: Host[] = [];
beforeEach(async () => {
  place = await testPlace();
});
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
  await place.remove();
});

async function open(
  ...args: Parameters<typeof testHost> extends [unknown, ...infer Rest] ? Rest : never
): Promise<Host> {
  const host = await testHost(place, ...args);
  hosts.push(host);
  return host;
}
async function call<M extends ApiMethod>(host: Host, method: M, input: ApiInput<M>): Promise<ApiOutput<M>> {
  const result = await host.dispatch(method, input);
  if (!result.ok) throw fromErrorData(result.error);
  return result.value as ApiOutput<M>;
}
const states = async (host: Host): Promise<string[]> => (await call(host, 'media.list', {})).map(({ state }) => state);

describe('files of a project', () => {
  it('takes each content once, under whatever names it comes', async () => {
    const copy = path.join(place.folder, 'copy.wav');
    await copyFile(place.wav, copy);
    const host = await open();
    const added = await call(host, 'media.add', { paths: [place.wav, copy], diarize: false });
    expect(added.map(({ name }) => name)).toEqual(['talk.wav']);
    expect(await call(host, 'media.add', { paths: [copy], diarize: false })).toMatchObject([{ id: added[0]!.id }]);
    expect(await call(host, 'jobs.list', {})).toHaveLength(1);
  });

  it('refuses all when one is bad, and names it', async () => {
    const empty = path.join(place.folder, 'empty.mp4');
    await writeFile(empty, '');
    const host = await open();
    for (const bad of [empty, path.join(place.folder, 'gone.mp4'), place.folder, 'relative.mp4']) {
      const add = call(host, 'media.add', { paths: [place.wav, bad], diarize: true });
      await expect(add, bad).rejects.toMatchObject({ data: { file: bad } });
    }
    expect(await call(host, 'media.list', {})).toEqual([]);
    expect(await call(host, 'jobs.list', {})).toEqual([]);
  });

  it('finds moved files again by content, whole folders at once', async () => {
    const second = path.join(place.folder, 'second.wav');
    await writeFile(second, toneWav(1, 7));
    const host = await open({ media: [place.wav, second] });
    await expect.poll(() => states(host)).toEqual(['ready', 'ready']);
    const moved = path.join(place.folder, 'archive', '2026');
    await mkdir(moved, { recursive: true });
    await rename(place.wav, path.join(moved, 'renamed.bin'));
    await rename(second, path.join(moved, 'talk.wav'));
    expect(await states(host)).toEqual(['missing', 'missing']);
    const ids = (await call(host, 'media.list', {})).map(({ id }) => id);
    const sources = await call(host, 'media.sources', { mediaId: ids[0]! });
    expect(sources).toMatchObject({ playUrl: null, playNote: expect.stringContaining('relink') as string });

    await rm(path.join(moved, 'talk.wav'));
    const first = await call(host, 'media.relink', { folder: place.folder });
    expect(first).toEqual({ relinked: [ids[0]], stillMissing: [ids[1]] });
    const list = await call(host, 'media.list', {});
    expect(list.map(({ path: file, state }) => [path.basename(file), state])).toEqual([
      ['renamed.bin', 'ready'],
      ['second.wav', 'missing'],
    ]);
    await expect(call(host, 'media.relink', { folder: '/no/such' })).rejects.toMatchObject({
      data: { code: 'not-found' },
    });
  });

  it('says where bulk arrays are, and that they are gone when the cache was emptied', async () => {
    const peaks = path.join(place.folder, 'cache', 'peaks.bin');
    await mkdir(path.dirname(peaks), { recursive: true });
    await writeFile(peaks, 'peaks!');
    const artifacts = [{ name: 'peaks', key: 'k', path: peaks, sizeBytes: 6 }];
    const host = await open({
      media: [place.wav],
      spawnEngine: scriptedEngine((job) => scriptedResult(job, artifacts)),
    });
    await expect.poll(() => states(host)).toEqual(['ready']);
    const [item] = await call(host, 'media.list', {});
    const { peaksUrl, vadUrl } = await call(host, 'media.sources', { mediaId: item!.id });
    expect(vadUrl).toBeNull();
    const answer = await host.respond({ method: 'GET', path: peaksUrl!, range: null });
    expect([answer.status, answer.headers['Content-Length']]).toEqual([200, '6']);
    if (answer.body && !(answer.body instanceof Uint8Array)) answer.body.destroy();
    await rm(peaks);
    expect((await host.respond({ method: 'GET', path: peaksUrl!, range: null })).status).toBe(404);
    // Asked for again, they are made again: once, not in a circle.
    const ingests = async () => (await call(host, 'jobs.list', {})).filter(({ kind }) => kind === 'ingest');
    for (let round = 0; round < 3; round += 1) {
      expect((await call(host, 'media.sources', { mediaId: item!.id })).peaksUrl).toBeNull();
      await expect.poll(async () => (await ingests()).map(({ state }) => state)).toEqual(['done']);
    }
    await writeFile(peaks, 'peaks!');
    expect((await call(host, 'media.sources', { mediaId: item!.id })).peaksUrl).toBe(peaksUrl);
  });

  it('takes a file that is given again from another place for moved when its old place is empty', async () => {
    const host = await open({ media: [place.wav] });
    await expect.poll(() => states(host)).toEqual(['ready']);
    const moved = path.join(place.folder, 'moved.wav');
    await rename(place.wav, moved);
    const [item] = await call(host, 'media.add', { paths: [moved], diarize: true });
    expect(item!.path).toBe(moved);
    expect(await states(host)).toEqual(['ready']);
  });
});

describe('hosts and projects', () => {
  it('opens a project that another host has open for reading only, and says why', async () => {
    const first = await open({ media: [place.wav] });
    await expect.poll(() => states(first)).toEqual(['ready']);
    const second = await open();
    const project = await call(second, 'project.get', {});
    expect(project.readOnly).toBe(true);
    expect(project.readOnlyReason).toMatch(/\w+/);
    const [item] = await call(second, 'media.list', {});
    const { revision } = await call(second, 'document.get', { mediaId: item!.id });
    const edit = { mediaId: item!.id, baseRevision: revision, op: { op: 'speaker.add' as const } };
    await expect(call(second, 'edit.apply', edit)).rejects.toMatchObject({ data: { code: 'read-only' } });
    await expect(call(second, 'media.add', { paths: [place.wav], diarize: true })).resolves.toHaveLength(1);
    await call(second, 'project.setView', { patch: { a: 1 } });
    await call(first, 'edit.apply', edit);
  });

  it('keeps the open project when another cannot be opened', async () => {
    const host = await open({ media: [place.wav] });
    const before = await call(host, 'project.get', {});
    const text = path.join(place.folder, 'no-project.diarist');
    await writeFile(text, 'not a project');
    await expect(call(host, 'project.open', { path: text, create: false })).rejects.toThrow();
    await expect(call(host, 'project.open', { path: 'relative.diarist', create: true })).rejects.toThrow();
    expect(await call(host, 'project.get', {})).toEqual(before);
    expect(await readFile(text, 'utf8')).toBe('not a project');
  });

  it('tells every face about an edit, with the change itself', async () => {
    const host = await open({ media: [place.wav] });
    await expect.poll(() => states(host)).toEqual(['ready']);
    const seen: ApiEvent[] = [];
    host.events.on((event) => seen.push(event));
    const [item] = await call(host, 'media.list', {});
    const { revision } = await call(host, 'document.get', { mediaId: item!.id });
    const change = await call(host, 'edit.apply', {
      mediaId: item!.id,
      baseRevision: revision,
      op: { op: 'speaker.add', name: 'Anna' },
    });
    expect(seen).toContainEqual({ type: 'document.changed', change });
    expect(seen).toContainEqual({ type: 'media.changed', mediaId: item!.id });
  });

  it('opens what it was started with as the file to look at, and tells of a bad one without failing', async () => {
    const host = await open({ media: [place.wav] });
    const [item] = await call(host, 'media.list', {});
    expect(await call(host, 'project.getView', {})).toMatchObject({ 'review.mediaId': item!.id });
    await host.openMedia([path.join(place.folder, 'gone.mp4')]);
    expect((await call(host, 'app.info', {})).notices).toMatchObject([
      { level: 'error', text: expect.stringContaining('gone.mp4') as unknown, error: { code: 'not-found' } },
    ]);
  });

  it('opens without ffmpeg, so that another can be chosen, and says what is missing', async () => {
    process.env['DIARIST_FFMPEG'] = path.join(place.folder, 'none');
    try {
      const host = await open();
      expect((await call(host, 'app.info', {})).ffmpeg).toBeNull();
      const add = call(host, 'media.add', { paths: [place.wav], diarize: true });
      await expect(add).rejects.toMatchObject({
        data: { code: 'not-found', fix: expect.stringMatching(/Settings/) as string },
      });
    } finally {
      delete process.env['DIARIST_FFMPEG'];
    }
  });
});
