import { Command } from 'commander';
import { findProtocol, protocols } from '#shared/metrics/protocols.ts';
import { scoreDiarization, type FileScore, type Score, type ScoreReport } from '#shared/metrics/score.ts';
import { exitCode, guarded, printable, UsageError } from './exit.ts';
import { readLabelPath } from './read-labels.ts';

interface ScoreOptions {
  uem?: string;
  collar?: string;
  ignoreOverlap?: boolean;
  protocol: string;
  perFile?: boolean;
  json?: boolean;
}

/** `diarist score ref.rttm hyp.rttm` */
export function scoreCommand(): Command {
  return new Command('score')
    .description('Diarization error of a hypothesis against a reference, as md-eval-22 and dscore compute it.')
    .argument('<reference>', 'label file, or folder of label files')
    .argument('<hypothesis>', 'the same; recordings are matched by file id')
    .option('--uem <file>', 'scored regions')
    .option('--collar <seconds>', 'no-score zone on each side of every reference boundary')
    .option('--ignore-overlap', 'leave out where several reference speakers talk')
    .option(
      '--protocol <name>',
      `preset of a data set or challenge: ${protocols.map((one) => one.id).join(', ')}`,
      'strict',
    )
    .option('--per-file', 'a row per recording')
    .option('--json', 'as JSON: rates are shares (0.2639), times are seconds')
    .action(async (reference: string, hypothesis: string, options: ScoreOptions) => {
      process.exitCode = await guarded(options.json ?? false, async () => {
        if (!protocols.some((one) => one.id === options.protocol.toLowerCase())) {
          throw new UsageError(
            `There is no protocol "${options.protocol}"; there are ${protocols.map((one) => one.id).join(', ')}.`,
          );
        }
        const protocol = findProtocol(options.protocol);
        const collarSec = options.collar === undefined ? protocol.options.collarSec : Number(options.collar);
        if (!(collarSec >= 0 && collarSec < 3600))
          throw new UsageError(`--collar takes seconds, not "${options.collar}".`);
        const ref = await readLabelPath(reference);
        const hyp = await readLabelPath(hypothesis);
        const uem = options.uem === undefined ? null : await readLabelPath(options.uem);
        const scoring = {
          ...protocol.options,
          collarSec,
          ignoreOverlap: options.ignoreOverlap ?? protocol.options.ignoreOverlap,
          regions: uem?.regions ?? null,
        };
        const report = scoreDiarization(ref.turns, hyp.turns, scoring, options.json ?? false);
        const warnings = [...ref.warnings, ...hyp.warnings, ...(uem?.warnings ?? []), ...report.warnings];
        if (options.json)
          process.stdout.write(`${JSON.stringify(asJson(report, scoring, protocol.id, warnings), null, 2)}\n`);
        else process.stdout.write(asTable(report, options.perFile ?? false));
        for (const warning of warnings) process.stderr.write(`warning: ${printable(warning)}\n`);
        return exitCode.ok;
      });
    });
}

function asJson(
  report: ScoreReport,
  scoring: { collarSec: number; ignoreOverlap: boolean; convention: string },
  protocol: string,
  warnings: string[],
): unknown {
  const flat = ({ totalSec, missedSec, falseAlarmSec, confusionSec, ...rest }: Score | FileScore): unknown => ({
    ...rest,
    total: totalSec,
    missedSec,
    falseAlarmSec,
    confusionSec,
  });
  const { collarSec, ignoreOverlap, convention } = scoring;
  return {
    protocol,
    collar: collarSec,
    ignoreOverlap,
    convention,
    ...(flat(report.overall) as object),
    files: report.files.map(flat),
    warnings,
  };
}

/** Plain columns; percent with two decimals as in papers. */
function asTable(report: ScoreReport, perFile: boolean): string {
  const percent = (share: number): string => (Number.isFinite(share) ? (100 * share).toFixed(2) : '–').padStart(8);
  const row = (name: string, score: Score): string =>
    `${printable(name).padEnd(32)}${percent(score.der)}${percent(score.missed)}${percent(score.falseAlarm)}${percent(score.confusion)}${percent(score.jer)}${score.totalSec.toFixed(1).padStart(10)}${`${score.hypothesisSpeakers}/${score.referenceSpeakers}`.padStart(9)}\n`;
  const head = `${'%'.padEnd(32)}${['DER', 'missed', 'f.alarm', 'conf.', 'JER'].map((name) => name.padStart(8)).join('')}${'total s'.padStart(10)}${'speakers'.padStart(9)}\n`;
  return (
    head +
    (perFile ? report.files.map((file) => row(file.fileId, file)).join('') : '') +
    row(`overall (${report.files.length} files)`, report.overall)
  );
}
