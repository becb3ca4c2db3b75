import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { AppError } from '#shared/api/errors.ts';
import { convertLabels, findFormat, formatForOutput, labelFormats, readLabels } from '#shared/formats/index.ts';
import { writeSet } from '#jobs/export/write-set.ts';
import { appVersion } from '#runtime/version.ts';
import { asUsage, exitCode, guarded, printable } from './exit.ts';
import { readInput } from './read-labels.ts';

interface ConvertOptions {
  out: string;
  from?: string;
  to?: string;
  force?: boolean;
  json?: boolean;
}

/** `diarist convert a.rttm -o a.via.json` */
export function convertCommand(): Command {
  const ids = labelFormats.map((format) => format.id).join(', ');
  return new Command('convert')
    .description('Convert a label file. What the target cannot hold is listed, never dropped in silence.')
    .argument('<input>', 'label file')
    .requiredOption('-o, --out <file>', 'file to write; its extension tells the format')
    .option('--from <format>', `format of the input where its name does not tell (${ids})`)
    .option('--to <format>', 'format of the output where its name does not tell')
    .option('--force', 'overwrite the output')
    .option('--json', 'report as one JSON line')
    .action(async (input: string, options: ConvertOptions) => {
      process.exitCode = await guarded(options.json ?? false, async () => {
        const { from, to, out } = options;
        const format = asUsage(() => (to === undefined ? formatForOutput(path.basename(out)) : findFormat(to)));
        if (from !== undefined) asUsage(() => findFormat(from));
        if (!options.force && (await exists(options.out))) {
          throw new AppError('conflict', `${options.out} exists already.`, {
            file: options.out,
            fix: 'Choose another name, or overwrite it with --force.',
          });
        }
        const source = readLabels(await readInput(input), path.basename(input), options.from);
        const { bytes, warnings } = convertLabels(source, format.id, {
          stem: path.basename(options.out).replace(/(?<=.)\..*$/u, ''),
          appVersion: appVersion(),
          createdMs: Date.now(),
        });
        await writeSet(
          path.dirname(path.resolve(out)),
          [{ name: path.basename(out), data: bytes }],
          options.force ?? false,
        );
        for (const warning of warnings) process.stderr.write(`warning: ${printable(warning)}\n`);
        if (options.json) {
          process.stdout.write(
            `${JSON.stringify({ type: 'done', input, output: options.out, from: source.formatId, to: format.id, turns: source.labels.turns.length, warnings })}\n`,
          );
        }
        return exitCode.ok;
      });
    });
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
