import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { AppError } from '#shared/api/errors.ts';
import { convertLabels, findFormat, formatForOutput, labelFormats, readLabels } from '#shared/formats/index.ts';
import { writeSet } from '#jobs/export/write-set.ts';
import { appVersion } from '#runtime/version.ts';
import { convertLargeRttm } from './convert-large.ts';
import { asUsage, exitCode, guarded, printable, UsageError } from './exit.ts';
import { readInput } from './read-labels.ts';
import { isLargeRttm } from './rttm-stream.ts';

interface ConvertOptions {
  out: string;
  from?: string;
  to?: string;
  fps?: string;
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
    .option(
      '--fps <number>',
      'frames a second, where a format counts frames and does not say: else 25 in pictures, 100 in matrices',
    )
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
        const fps = fpsOf(options.fps);
        const rate = fps === undefined ? {} : { fps };
        if ((options.from ?? 'rttm') === 'rttm' && (await isLargeRttm(input))) {
          const large = await convertLargeRttm(input, out, format.id, options.force ?? false);
          report(options.json ?? false, { input, output: out, from: 'rttm', to: format.id, ...large });
          return exitCode.ok;
        }
        const source = readLabels(await readInput(input), path.basename(input), options.from, rate);
        const { bytes, warnings } = convertLabels(source, format.id, {
          ...rate,
          stem: path.basename(options.out).replace(/(?<=.)\..*$/u, ''),
          appVersion: appVersion(),
          createdMs: Date.now(),
        });
        await writeSet(
          path.dirname(path.resolve(out)),
          [{ name: path.basename(out), data: bytes }],
          options.force ?? false,
        );
        const turns = source.labels.turns.length;
        report(options.json ?? false, { input, output: out, from: source.formatId, to: format.id, turns, warnings });
        return exitCode.ok;
      });
    });
}

interface Converted {
  input: string;
  output: string;
  from: string;
  to: string;
  turns: number;
  warnings: string[];
}

function report(json: boolean, done: Converted): void {
  for (const warning of done.warnings) process.stderr.write(`warning: ${printable(warning)}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ type: 'done', ...done })}\n`);
}

/** @throws UsageError */
export function fpsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const fps = Number(text);
  if (fps > 0 && fps <= 100_000) return fps;
  throw new UsageError(`--fps takes a number above 0, not "${text}".`);
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
