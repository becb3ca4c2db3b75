import path from 'node:path';
import { Command } from 'commander';
import { AppError } from '#shared/api/errors.ts';
import { encodeLabels, formatForOutput, writeLabels } from '#shared/formats/index.ts';
import { doverLapDefaults, type DoverLapOptions } from '#shared/fusion/dover-lap.ts';
import { fuseRecordings, turnsOfFusion } from '#shared/fusion/fuse-recordings.ts';
import { writeSet } from '#jobs/export/write-set.ts';
import { appVersion } from '#runtime/version.ts';
import { asUsage, exitCode, guarded, printable, UsageError } from './exit.ts';
import { readLabelPath } from './read-labels.ts';

interface FuseOptions {
  out: string;
  mapping: string;
  method: string;
  weights?: string;
  sigma: string;
  ties: string;
  bugCompatible?: boolean;
  force?: boolean;
  json?: boolean;
}

/** `diarist fuse a.rttm b.rttm c.rttm -o fused.rttm` */
export function fuseCommand(): Command {
  return new Command('fuse')
    .description(
      'Fuse the answers of several systems by DOVER-Lap: common labels, then a weighted vote that keeps overlap.',
    )
    .argument('<labels...>', 'two or more label files or folders, one per system')
    .requiredOption('-o, --out <file>', 'file to write')
    .option('--mapping <greedy|hungarian|local-search>', 'how labels are matched', doverLapDefaults.mapping)
    .option('--method <dover-lap|rover>', 'the vote: with overlap, or plain with one speaker at a time', 'dover-lap')
    .option(
      '--weights <independent|region|rank|norm|equal|w1,w2,…>',
      'what each system counts: by what it says of its own (default), by region (agreement there, confidence), by its rank as in DOVER-Lap (default with --bug-compatible), by its agreement, alike, or as given in the order of the files',
    )
    .option(
      '--sigma <number>',
      'smoothing of the vote along its regions; 0 = none',
      String(doverLapDefaults.voting.sigma),
    )
    .option('--ties <all|uniform>', 'tied speakers all speak, or share the time', doverLapDefaults.voting.ties)
    .option('--bug-compatible', 'reproduce the released DOVER-Lap, which ranks the systems the wrong way round')
    .option('--force', 'overwrite the output')
    .option('--json', 'report as one JSON line')
    .action(async (inputs: string[], options: FuseOptions) => {
      process.exitCode = await guarded(options.json ?? false, async () => {
        if (inputs.length < 2) throw new UsageError('fuse takes the answers of at least two systems.');
        const fusion = parseFusion(options, inputs.length);
        const format = asUsage(() => formatForOutput(path.basename(options.out)));
        const systems: ({ name: string } & Awaited<ReturnType<typeof readLabelPath>>)[] = [];
        for (const input of inputs) systems.push({ name: path.basename(input), ...(await readLabelPath(input)) });
        if (systems.every((system) => system.turns.length === 0))
          throw new AppError('bad-input', 'The inputs hold no turns.', {
            fix: 'Give label files with at least one turn.',
          });
        const warnings = systems.flatMap((system) => system.warnings);
        const fused = fuseRecordings(systems, fusion);
        for (const { fileId, silent, warnings: own } of fused) {
          for (const name of silent) warnings.push(`${name} says nothing about ${fileId}.`);
          warnings.push(...own.map((warning) => `${fileId}: ${warning}`));
        }
        const turns = turnsOfFusion(fused);
        const labels = {
          turns: format.can.confidence ? turns : turns.map((turn) => ({ ...turn, confidence: null })),
          regions: [],
          boxes: [],
          media: [],
        };
        const written = writeLabels(labels, format.id, {
          stem: path.basename(options.out).replace(/(?<=.)\..*$/u, ''),
          appVersion: appVersion(),
          createdMs: Date.now(),
        });
        await writeSet(
          path.dirname(path.resolve(options.out)),
          [{ name: path.basename(options.out), data: encodeLabels(written.text, format.id) }],
          options.force ?? false,
        );
        warnings.push(...written.warnings);
        if (options.json) {
          process.stdout.write(
            `${JSON.stringify({ type: 'done', output: options.out, systems: inputs, files: fused.map(({ fileId, weights }) => ({ fileId, weights })), turns, warnings })}\n`,
          );
        }
        for (const warning of [...new Set(warnings)]) process.stderr.write(`warning: ${printable(warning)}\n`);
        return exitCode.ok;
      });
    });
}

function parseFusion(options: FuseOptions, systems: number): DoverLapOptions {
  const { mapping, method, ties } = options;
  if (mapping !== 'greedy' && mapping !== 'hungarian' && mapping !== 'local-search')
    throw new UsageError(`--mapping takes greedy, hungarian or local-search, not "${mapping}".`);
  if (method !== 'dover-lap' && method !== 'rover')
    throw new UsageError(`--method takes dover-lap or rover, not "${method}".`);
  if (ties !== 'all' && ties !== 'uniform') throw new UsageError(`--ties takes all or uniform, not "${ties}".`);
  const sigma = Number(options.sigma);
  if (!(sigma >= 0 && sigma <= 100))
    throw new UsageError(`--sigma takes a number from 0 to 100, not "${options.sigma}".`);
  const base = { mapping, method, voting: { sigma, ties }, bugCompatible: options.bugCompatible ?? false } as const;
  const wanted = options.weights ?? (base.bugCompatible ? 'rank' : doverLapDefaults.weights);
  const named = (['independent', 'region', 'rank', 'norm', 'equal'] as const).find((one) => one === wanted);
  if (named) return { ...base, weights: named };
  const given = wanted.split(',').map(Number);
  if (given.length !== systems || given.some((weight) => !(weight >= 0)) || given.every((weight) => weight === 0)) {
    throw new UsageError(
      `--weights takes independent, region, rank, norm, equal, or ${systems} numbers separated by commas, not "${wanted}".`,
    );
  }
  return { ...base, weights: 'custom', given };
}
