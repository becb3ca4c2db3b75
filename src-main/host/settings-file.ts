import { copyFile, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Settings } from '#shared/api/contract.ts';
import { settingsSchema } from '#shared/api/contract.ts';
import { AppError } from '#shared/api/errors.ts';
import { writeFileAtomic } from '#runtime/atomic-file.ts';

export const defaultSettings: Settings = {
  theme: 'system',
  playOnSelect: true,
  follow: 'page',
  ffmpegPath: null,
  cacheLimitBytes: 20 * 1024 ** 3,
  doubtLimit: 0.5,
  modelMirror: null,
  tourSeen: false,
};

/** Reads what any version wrote: a field that is missing or unreadable takes its default, unknown ones are kept. */
const storedSchema = z.looseObject(
  Object.fromEntries(
    Object.entries(settingsSchema.shape).map(([key, schema]) => [
      key,
      (schema as z.ZodType).catch(defaultSettings[key as keyof Settings]),
    ]),
  ),
);

/** The person's settings as one JSON file with the previous good copy beside it (`.bak`). */
export class SettingsFile {
  readonly path: string;
  /** What the person should know about the last reading; null = nothing. */
  readonly notice: string | null;
  #stored: Record<string, unknown>;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(file: string, stored: Record<string, unknown>, notice: string | null) {
    this.path = file;
    this.#stored = stored;
    this.notice = notice;
  }

  /** Never fails because of a damaged file: that one is put aside as `.broken` and the backup or the defaults serve. */
  static async open(file: string): Promise<SettingsFile> {
    const main = await readStored(file);
    if (main === 'absent') return new SettingsFile(file, storedSchema.parse({}), null);
    if (main !== 'broken') return new SettingsFile(file, main, null);
    await rename(file, `${file}.broken`).catch(() => {});
    const backup = await readStored(`${file}.bak`);
    const usable = typeof backup === 'object';
    const from = usable ? 'the previous copy is used' : 'the defaults are used';
    const notice = `The settings file could not be read; ${from}. The damaged file is kept as ${path.basename(file)}.broken.`;
    return new SettingsFile(file, usable ? backup : storedSchema.parse({}), notice);
  }

  get(): Settings {
    return settingsSchema.parse(this.#stored);
  }

  /** Writes to disk before it returns. */
  async set(patch: Partial<Settings>): Promise<Settings> {
    const write = async (): Promise<Settings> => {
      const next = { ...this.#stored, ...patch };
      settingsSchema.parse(next);
      try {
        await copyFile(this.path, `${this.path}.bak`).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error;
        });
        await writeFileAtomic(this.path, `${JSON.stringify(next, null, 2)}\n`);
      } catch (error) {
        throw new AppError('io', `The settings could not be written (${codeOf(error)}); nothing was changed.`, {
          file: this.path,
          fix: 'Make room on the disk and see that its folder can be written, or start with DIARIST_DATA_DIR set to another one.',
          detail: String(error),
        });
      }
      this.#stored = next;
      return this.get();
    };
    const result = this.#writing.then(write, write);
    this.#writing = result.catch(() => {});
    return result;
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown reason';

async function readStored(file: string): Promise<Record<string, unknown> | 'absent' | 'broken'> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'broken';
  }
  try {
    const parsed = storedSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : 'broken';
  } catch {
    return 'broken';
  }
}
