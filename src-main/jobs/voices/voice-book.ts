import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '#shared/api/errors.ts';
import { enrolledVoiceSchema, type EnrolledVoice } from '#shared/domain/enrolled-voice.ts';
import { writeFileAtomic } from '#runtime/atomic-file.ts';
import { defaultDataDir } from '#runtime/dirs.ts';

const bookSchema = z.object({ format: z.literal(1), voices: z.array(enrolledVoiceSchema) });

/** Where a person's enrolled voices are kept; on this computer only. */
export const voiceBookPath = (): string => path.join(defaultDataDir(), 'voices.json');

/**
 * The enrolled voices, by name.
 * @throws AppError `bad-input` for a damaged file, which is left as it is
 */
export async function readVoices(file = voiceBookPath()): Promise<EnrolledVoice[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new AppError('bad-input', `The enrolled voices cannot be read: ${(error as Error).message}`, { file });
  }
  try {
    return bookSchema.parse(JSON.parse(text)).voices;
  } catch {
    throw new AppError('bad-input', 'The file of enrolled voices is damaged.', {
      file,
      fix: 'Move it away to begin a new one, or put back a copy of it.',
    });
  }
}

/** Adds a voice or replaces the one of that name. */
export async function saveVoice(voice: EnrolledVoice, file = voiceBookPath()): Promise<void> {
  const others = (await readVoices(file)).filter(({ name }) => name !== voice.name);
  await write(file, [...others, voice]);
}

/** @returns false when there is no voice of that name */
export async function removeVoice(name: string, file = voiceBookPath()): Promise<boolean> {
  const voices = await readVoices(file);
  const left = voices.filter((voice) => voice.name !== name);
  if (left.length === voices.length) return false;
  await write(file, left);
  return true;
}

/** @throws AppError `not-found` for a name nobody has, `conflict` for one somebody else has */
export async function renameVoice(from: string, to: string, file = voiceBookPath()): Promise<void> {
  const voices = await readVoices(file);
  const voice = voices.find(({ name }) => name === from);
  if (!voice) throw new AppError('not-found', `No voice of the name ${from} is enrolled.`);
  if (from === to) return;
  if (voices.some(({ name }) => name === to))
    throw new AppError('conflict', `Another voice is enrolled as ${to} already.`, {
      fix: 'Choose another name, or forget that voice first.',
    });
  await write(file, [...voices.filter(({ name }) => name !== from), { ...voice, name: to }]);
}

async function write(file: string, voices: readonly EnrolledVoice[]): Promise<void> {
  const sorted = voices.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  await writeFileAtomic(file, `${JSON.stringify({ format: 1, voices: sorted })}\n`);
}
