import path from 'node:path';
import { Command } from 'commander';
import { AppError } from '#shared/api/errors.ts';
import type { EnrolledVoice } from '#shared/domain/enrolled-voice.ts';
import { Diarizer } from '#jobs/diarize-files.ts';
import { clipPrint, makeVoice, type ClipPrint } from '#jobs/voices/make-voice.ts';
import { readVoices, removeVoice, saveVoice, voiceBookPath } from '#jobs/voices/voice-book.ts';
import { exitCode, guarded, printable, UsageError, type ExitCode } from './exit.ts';
import { createProgressReporter } from './progress-line.ts';

interface EnrolOptions {
  remove?: boolean;
  cacheDir?: string;
  modelsDir?: string;
  json?: boolean;
}

/** `diarist enrol Katie katie1.wav katie2.wav` */
export function enrolCommand(): Command {
  return new Command('enrol')
    .description(
      'Give a voice a name: every diarization then proposes it, or "unknown". Without a name: list the enrolled voices.',
    )
    .argument('[name]', 'what the person is called; an enrolled voice of that name is replaced')
    .argument('[clips...]', 'files in which only that person speaks, 10 seconds or more together')
    .option('--remove', 'forget the voice of that name')
    .option('--cache-dir <dir>', 'folder for intermediate results')
    .option('--models-dir <dir>', 'folder searched first for model files')
    .option('--json', 'as JSON')
    .action(async (name: string | undefined, clips: string[], options: EnrolOptions) => {
      process.exitCode = await guarded(options.json ?? false, () => {
        if (name === undefined) return list(options.json ?? false);
        if (name.trim() === '') throw new UsageError('A voice needs a name.');
        if (options.remove) return remove(name.trim(), clips, options.json ?? false);
        if (clips.length === 0) throw new UsageError(`enrol takes at least one clip of ${name}'s voice.`);
        return enrol(onOneLine(name), clips, options);
      });
    });
}

/** A name stands in lists, labels and file names: line ends and other control characters in it become spaces. */
const onOneLine = (name: string): string => name.replace(/[\p{Cc}\s]+/gu, ' ').trim();

async function list(json: boolean): Promise<ExitCode> {
  const voices = await readVoices();
  if (json) process.stdout.write(`${JSON.stringify({ type: 'voices', voices: voices.map(shown) })}\n`);
  else if (voices.length === 0) process.stdout.write('No voice is enrolled yet: diarist enrol <name> <clips…>\n');
  else for (const voice of voices) process.stdout.write(`${line(voice)}\n`);
  return exitCode.ok;
}

async function remove(name: string, clips: readonly string[], json: boolean): Promise<ExitCode> {
  if (clips.length > 0) throw new UsageError('--remove takes a name and no clips.');
  if (!(await removeVoice(name)))
    throw new AppError('not-found', `No voice of the name ${name} is enrolled.`, { fix: 'diarist enrol lists them.' });
  process.stdout.write(json ? `${JSON.stringify({ type: 'removed', name })}\n` : `${printable(name)} is forgotten.\n`);
  return exitCode.ok;
}

async function enrol(name: string, clips: readonly string[], options: EnrolOptions): Promise<ExitCode> {
  const diarizer = await Diarizer.open({ cacheDir: options.cacheDir, modelsDir: options.modelsDir });
  const cancel = new AbortController();
  const interrupt = (): void => cancel.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const parts: ClipPrint[] = [];
    for (const clip of clips) {
      const progress = createProgressReporter(path.basename(clip), options.json ?? false);
      const prints = await diarizer
        .voicePrints(clip, null, { onProgress: (step) => progress.update(step), signal: cancel.signal })
        .finally(() => progress.clear());
      parts.push(clipPrint(path.basename(clip), clip, prints));
    }
    const voice = makeVoice(name, parts);
    await saveVoice(voice);
    if (options.json)
      process.stdout.write(`${JSON.stringify({ type: 'enrolled', ...shown(voice), file: voiceBookPath() })}\n`);
    else process.stdout.write(`${line(voice)}\n`);
    return exitCode.ok;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await diarizer.close();
  }
}

const shown = ({ name, speechSec, clips, enrolledMs }: EnrolledVoice): object => ({
  name,
  speechSec,
  clips,
  enrolledMs,
});

const line = ({ name, speechSec, clips }: EnrolledVoice): string =>
  `${printable(name)}: ${speechSec.toFixed(1)} s of speech from ${printable(clips.join(', '))}`;
