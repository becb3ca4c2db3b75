import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultSettings, SettingsFile } from './settings-file.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'diarist-settings-'));
  file = path.join(folder, 'settings.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('settings file', () => {
  it('begins with the defaults and writes nothing until something is set', async () => {
    const settings = await SettingsFile.open(file);
    expect(settings.get()).toEqual(defaultSettings);
    expect(settings.notice).toBeNull();
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps what was set for the next start, with the previous copy beside it', async () => {
    const settings = await SettingsFile.open(file);
    await settings.set({ theme: 'light' });
    await settings.set({ doubtLimit: 0.25 });
    expect((await SettingsFile.open(file)).get()).toEqual({ ...defaultSettings, theme: 'light', doubtLimit: 0.25 });
    expect(JSON.parse(await readFile(`${file}.bak`, 'utf8'))).toMatchObject({ theme: 'light', doubtLimit: 0.5 });
  });

  it('makes one file of many changes at once', async () => {
    const settings = await SettingsFile.open(file);
    await Promise.all(Array.from({ length: 20 }, (_, at) => settings.set({ cacheLimitBytes: at })));
    expect((await SettingsFile.open(file)).get().cacheLimitBytes).toBe(19);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('reads files of other versions: a wrong field takes its default, an unknown one is kept', async () => {
    await writeFile(file, JSON.stringify({ theme: 'sepia', tourSeen: true, fromTheFuture: [1] }));
    const settings = await SettingsFile.open(file);
    expect(settings.get()).toEqual({ ...defaultSettings, tourSeen: true });
    await settings.set({ follow: 'off' });
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ fromTheFuture: [1], follow: 'off' });
  });

  it('falls back to the previous copy when the file is damaged, keeps the damaged one and says so', async () => {
    const settings = await SettingsFile.open(file);
    await settings.set({ theme: 'light' });
    await settings.set({ theme: 'dark' });
    await writeFile(file, '{"theme":"da');
    const again = await SettingsFile.open(file);
    expect(again.get().theme).toBe('light');
    expect(again.notice).toContain('settings.json.broken');
    expect(await readFile(`${file}.broken`, 'utf8')).toBe('{"theme":"da');
  });

  it('opens whatever lies there (property)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        await rm(`${file}.bak`, { force: true });
        await writeFile(file, text);
        const settings = await SettingsFile.open(file);
        expect(Object.keys(settings.get()).sort()).toEqual(Object.keys(defaultSettings).sort());
      }),
      { numRuns: 100 },
    );
  });
});
