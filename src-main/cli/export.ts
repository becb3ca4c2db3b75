import { Command } from 'commander';
import type { SubsetChoice } from '#shared/api/contract.ts';
import { AppError } from '#shared/api/errors.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import type { Store } from '#store/store.ts';
import { exitCode, guarded, printable, UsageError } from './exit.ts';

interface ExportOptions {
  project: string;
  out: string;
  file: string[];
  speaker: string[];
  reviewedOnly?: boolean;
  minTurn: string;
  overlap: boolean;
  cuts: string;
  json?: boolean;
}

/** `diarist export --project p.diarist -o dir`: a curated subset of a project's corrected labels. */
export function exportCommand(): Command {
  const collect = (value: string, before: string[]): string[] => [...before, value];
  return new Command('export')
    .description('Write a curated subset of a project: RTTM, UEM, WAV cuts and a manifest, whole or not at all.')
    .requiredOption('--project <file>', 'project file (.diarist)')
    .requiredOption('-o, --out <dir>', 'folder to write; must not exist or be empty')
    .option('--file <name>', 'only this file of the project, by name or file id; repeatable', collect, [])
    .option('--speaker <name>', 'only turns of this speaker; repeatable', collect, [])
    .option('--reviewed-only', 'only segments that a person accepted or made')
    .option('--min-turn <seconds>', 'shortest turn', '0')
    .option('--no-overlap', 'only speech of a single speaker')
    .option('--cuts <whole|turns>', 'sound as whole files or one file per turn', 'turns')
    .option('--json', 'report as JSON lines')
    .action(async (options: ExportOptions) => {
      process.exitCode = await guarded(options.json ?? false, async () => {
        const minTurnSec = Number(options.minTurn);
        if (!(minTurnSec >= 0)) throw new UsageError(`--min-turn takes seconds, not "${options.minTurn}".`);
        if (options.cuts !== 'whole' && options.cuts !== 'turns')
          throw new UsageError(`--cuts takes whole or turns, not "${options.cuts}".`);
        // Loaded when asked for: other commands need no store.
        const { openStore } = await import('#store/store.ts');
        const { exportSubset } = await import('#jobs/export/index.ts');
        const { findTools } = await import('#media/ffmpeg.ts');
        const store = await openStore({ path: options.project, create: false, readOnly: true });
        try {
          const media = chooseMedia(await store.listMedia(), options.file);
          const speakerIds = await chooseSpeakers(store, media, options.speaker);
          const choice: SubsetChoice = {
            mediaIds: media.map((item) => item.id),
            ...(speakerIds ? { speakerIds } : {}),
            reviewedOnly: options.reviewedOnly ?? false,
            minTurnSec,
            withOverlap: options.overlap,
            cuts: options.cuts,
          };
          const { folder, counts, warnings } = await exportSubset(store, await findTools(), choice, options.out);
          if (options.json) process.stdout.write(`${JSON.stringify({ type: 'done', folder, counts, warnings })}\n`);
          else
            process.stdout.write(
              `${printable(folder)}: ${counts.files} files, ${counts.speakers} speakers, ${counts.turns} turns, ${counts.speechSec.toFixed(1)} s of speech\n`,
            );
          for (const warning of warnings) process.stderr.write(`warning: ${printable(warning)}\n`);
          return exitCode.ok;
        } finally {
          await store.close();
        }
      });
    });
}

function chooseMedia(all: readonly MediaItem[], names: readonly string[]): MediaItem[] {
  if (all.length === 0)
    throw new AppError('bad-input', 'The project holds no files.', { fix: 'Add media to it in the app first.' });
  if (names.length === 0) return [...all];
  return names.map((name) => {
    const found = all.find((item) => item.name === name || item.fileId === name || item.id === name);
    if (found) return found;
    throw new AppError('not-found', `The project holds no file "${name}".`, {
      fix: `It holds: ${all.map((item) => item.name).join(', ')}.`,
    });
  });
}

/** Speaker ids per file of the named speakers; a name that occurs nowhere is an error. */
async function chooseSpeakers(
  store: Store,
  media: readonly MediaItem[],
  names: readonly string[],
): Promise<Record<string, string[]> | null> {
  if (names.length === 0) return null;
  const unseen = new Set(names);
  const chosen: Record<string, string[]> = {};
  for (const item of media) {
    const { records } = await store.getDocument(item.id);
    const speakers = records
      .filter((record) => record.kind === 'speaker')
      .filter((speaker) => names.includes(speaker.name));
    for (const speaker of speakers) unseen.delete(speaker.name);
    chosen[item.id] = speakers.map((speaker) => speaker.id);
  }
  const [missing] = unseen;
  if (missing !== undefined)
    throw new AppError('not-found', `No speaker of these files is called "${missing}".`, {
      fix: 'Names are as shown in the app, upper and lower case included.',
    });
  return chosen;
}
