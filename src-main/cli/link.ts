import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { AppError } from '#shared/api/errors.ts';
import { leastLikeness } from '#shared/domain/enrolled-voice.ts';
import { linkSpeakers, type RecordedVoice } from '#shared/domain/link-speakers.ts';
import { parseRttm } from '#shared/formats/rttm.ts';
import { writeLabels } from '#shared/formats/index.ts';
import type { Turn } from '#shared/formats/turn.ts';
import { Diarizer } from '#jobs/diarize-files.ts';
import { writeSet } from '#jobs/export/write-set.ts';
import { appVersion } from '#runtime/version.ts';
import { exitCode, guarded, printable, UsageError, type ExitCode } from './exit.ts';
import { createProgressReporter } from './progress-line.ts';

interface LinkOptions {
  labels: string;
  out: string;
  likeness: string;
  cacheDir?: string;
  modelsDir?: string;
  force?: boolean;
  json?: boolean;
}

/** `diarist link *.wav --labels out -o linked` */
export function linkCommand(): Command {
  return new Command('link')
    .description(
      'Give a voice that speaks in several files one name in all of them (LIUM’s cross-show clustering by integer linear program).',
    )
    .argument('<media...>', 'the files, diarized before')
    .requiredOption('--labels <dir>', 'folder with <stem>.rttm for each of them')
    .requiredOption('-o, --out <dir>', 'folder to write the renamed <stem>.rttm into')
    .option('--likeness <number>', 'likeness from which two voices may be one, 0 to 1', String(leastLikeness))
    .option('--cache-dir <dir>', 'folder for intermediate results')
    .option('--models-dir <dir>', 'folder searched first for model files')
    .option('--force', 'overwrite existing outputs')
    .option('--json', 'as JSON')
    .action(async (media: string[], options: LinkOptions) => {
      process.exitCode = await guarded(options.json ?? false, () => link(media, options));
    });
}

async function link(media: readonly string[], options: LinkOptions): Promise<ExitCode> {
  const likeness = Number(options.likeness);
  if (!(likeness > 0 && likeness < 1)) throw new UsageError(`--likeness takes 0 to 1, not "${options.likeness}".`);
  const files = await Promise.all(media.map((file) => labelled(file, options.labels)));
  const stems = new Set(files.map(({ stem }) => stem));
  if (stems.size < files.length)
    throw new UsageError('Two of the files have one name: their labels cannot be told apart.');
  const voices = await voicesOf(files, options);
  const linked = linkSpeakers(voices, likeness);
  const nameOf = new Map(linked.map(({ file, speaker, label }) => [`${file}\n${speaker}`, label]));
  let unknown = 0;
  const outputs = files.map(({ stem, turns }) => {
    const renamed = turns.map((turn) => {
      const key = `${stem}\n${turn.speaker}`;
      // Who says too little for a voice keeps a name of the file's own.
      if (!nameOf.has(key)) nameOf.set(key, `${stem}-U${String(unknown++).padStart(4, '0')}`);
      return { ...turn, speaker: nameOf.get(key)! };
    });
    const labels = { turns: renamed, regions: [], boxes: [], media: [] };
    const { text } = writeLabels(labels, 'rttm', { stem, appVersion: appVersion(), createdMs: Date.now() });
    return { name: `${stem}.rttm`, data: text };
  });
  await writeSet(options.out, outputs, options.force ?? false);
  const count = new Set(linked.map(({ label }) => label)).size;
  if (options.json)
    process.stdout.write(`${JSON.stringify({ type: 'linked', files: files.length, voices: linked })}\n`);
  else {
    process.stdout.write(`${voices.length} speakers of ${files.length} files are ${count} voices.\n`);
    for (const { file, speaker, label } of linked) {
      process.stdout.write(`  ${label}  ${printable(file)} ${printable(speaker)}\n`);
    }
  }
  return exitCode.ok;
}

interface LabelledFile {
  mediaPath: string;
  stem: string;
  turns: Turn[];
}

async function labelled(mediaPath: string, folder: string): Promise<LabelledFile> {
  const stem = path.parse(mediaPath).name;
  const file = path.join(folder, `${stem}.rttm`);
  const text = await readFile(file, 'utf8').catch(() => {
    throw new AppError('not-found', `There are no labels for ${path.basename(mediaPath)}.`, {
      file,
      fix: `Run diarist diarize first, with -o ${folder}.`,
    });
  });
  return { mediaPath, stem, turns: parseRttm(text, { file }).turns };
}

async function voicesOf(files: readonly LabelledFile[], options: LinkOptions): Promise<RecordedVoice[]> {
  const diarizer = await Diarizer.open({ cacheDir: options.cacheDir, modelsDir: options.modelsDir });
  const cancel = new AbortController();
  const interrupt = (): void => cancel.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const voices: RecordedVoice[] = [];
    for (const { mediaPath, stem, turns } of files) {
      const spans = turns.map(({ speaker, startSec, endSec }) => ({ speaker, startSec, endSec }));
      if (spans.length === 0) continue;
      const progress = createProgressReporter(path.basename(mediaPath), options.json ?? false);
      const { prints } = await diarizer
        .voicePrints(mediaPath, spans, { onProgress: (step) => progress.update(step), signal: cancel.signal })
        .finally(() => progress.clear());
      for (const { speaker, vector, speechSec } of prints) voices.push({ file: stem, speaker, vector, speechSec });
    }
    return voices;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await diarizer.close();
  }
}
