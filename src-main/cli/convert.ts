import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { AppError } from '#shared/api/errors.ts';
import { convertLabels, findFormat, formatForOutput, labelFormats, readLabels } from '#shared/formats/index.ts';
import { sortformerRules } from '#shared/signal/hysteresis.ts';
import type { HysteresisRules } from '#shared/signal/hysteresis.ts';
import { writeSet } from '#jobs/export/write-set.ts';
import { appVersion } from '#runtime/version.ts';
import { convertLargeRttm } from './convert-large.ts';
import { asUsage, exitCode, guarded, printable, UsageError } from './exit.ts';
import { readInput } from './read-labels.ts';
import { isLargeRttm } from './rttm-stream.ts';

/** Post-processings published with Sortformer, whose frames are 80 ms. */
const postRules: Readonly<Record<string, HysteresisRules>> = {
  'sortformer-dihard3': sortformerRules.dihard3,
  'sortformer-callhome': sortformerRules.callhome,
};
const SORTFORMER_FPS = 12.5;

/** @throws UsageError */
function postOf(name: string | undefined): HysteresisRules | undefined {
  if (name === undefined) return undefined;
  const rules = postRules[name];
  if (rules) return rules;
  throw new UsageError(`--post takes ${Object.keys(postRules).join(' or ')}, not "${name}".`);
}

interface ConvertOptions {
  out: string;
  from?: string;
  to?: string;
  fps?: string;
  post?: string;
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
    .option(
      '--post <rule>',
      `how the posteriors of a .npy matrix become turns, frames being 80 ms: ${Object.keys(postRules).join(' or ')}`,
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
        const post = postOf(options.post);
        const fps = fpsOf(options.fps) ?? (post ? SORTFORMER_FPS : undefined);
        const rate = fps === undefined ? {} : { fps };
        if (!post && (options.from ?? 'rttm') === 'rttm' && (await isLargeRttm(input))) {
          const large = await convertLargeRttm(input, out, format.id, options.force ?? false);
          report(options.json ?? false, { input, output: out, from: 'rttm', to: format.id, ...large });
          return exitCode.ok;
        }
        const source = readLabels(await readInput(input), path.basename(input), options.from, {
          ...rate,
          ...(post ? { posteriorRules: post } : {}),
        });
        if (post && source.formatId !== 'npy') {
          throw new UsageError(
            `--post is for probabilities in a .npy matrix; ${input} is of format ${source.formatId}.`,
          );
        }
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
