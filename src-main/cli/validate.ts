import path from 'node:path';
import { Command } from 'commander';
import { readLabels, type LabelSet } from '#shared/formats/index.ts';
import { validateLabels, type Finding } from '#shared/formats/validate.ts';
import { fpsOf } from './convert.ts';
import { exitCode, guarded, printable, UsageError } from './exit.ts';
import { readInput, readLabelPath } from './read-labels.ts';
import { isLargeRttm } from './rttm-stream.ts';
import { validateLargeRttm } from './validate-large.ts';

interface ValidateOptions {
  from?: string;
  fps?: string;
  uem?: string;
  speakers?: string;
  duration?: string;
  minTurn?: string;
  json?: boolean;
}

/** Findings shown as text; all are counted, and all are in the JSON. */
const shownFindings = 100;

/** `diarist validate a.rttm` */
export function validateCommand(): Command {
  return new Command('validate')
    .description('Check a label file: overlaps of a speaker with itself, doubles, times out of range, unknown ids.')
    .argument('<file>', 'label file of any known format')
    .option('--from <format>', 'its format, where the name does not tell')
    .option('--fps <number>', 'frames a second, where the format counts frames and does not say')
    .option('--uem <file>', 'scored regions: recordings it does not know and turns outside are reported')
    .option('--speakers <a,b,…>', 'the names there are: others are reported')
    .option('--duration <seconds>', 'length of the recording: turns beyond it are reported')
    .option('--min-turn <seconds>', 'report turns shorter than this')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExit status: 0 nothing found, 1 something found, 2 usage, 3 the file cannot be read.')
    .action(async (file: string, options: ValidateOptions) => {
      process.exitCode = await guarded(options.json ?? false, async () => {
        const durationSec = secondsOf(options.duration, '--duration');
        const minTurnSec = secondsOf(options.minTurn, '--min-turn') ?? 0;
        const fps = fpsOf(options.fps);
        const known =
          options.speakers === undefined ? null : new Set(options.speakers.split(',').map((one) => one.trim()));
        const uem = options.uem === undefined ? null : await readLabelPath(options.uem);
        const checks = { minTurnSec, durationSec: durationSec ?? null, speakers: known, regions: uem?.regions ?? null };
        const result =
          (options.from ?? 'rttm') === 'rttm' && (await isLargeRttm(file))
            ? await validateLargeRttm(file, checks)
            : validateWhole(
                readLabels(await readInput(file), path.basename(file), options.from, fps === undefined ? {} : { fps }),
                checks,
              );
        print(file, result, options.json ?? false);
        return result.found > 0 ? exitCode.failed : exitCode.ok;
      });
    });
}

export interface Checks {
  minTurnSec: number;
  durationSec: number | null;
  speakers: ReadonlySet<string> | null;
  regions: LabelSet['regions'] | null;
}

export interface ValidationResult {
  format: string;
  turns: number;
  files: number;
  /** All findings; `findings` may hold only the first of very many. */
  found: number;
  findings: (Omit<Finding, 'kind'> & { kind: Finding['kind'] | 'unknown-id' | 'not-in-order' })[];
  warnings: string[];
}

function validateWhole(file: ReturnType<typeof readLabels>, checks: Checks): ValidationResult {
  const { labels } = file;
  const fileIds = new Set([...labels.turns, ...labels.regions, ...labels.boxes].map((one) => one.fileId));
  const durationSec =
    checks.durationSec === null ? {} : { durationSec: new Map([...fileIds].map((id) => [id, checks.durationSec!])) };
  const regions = checks.regions ?? labels.regions;
  const findings: ValidationResult['findings'] = [
    ...unknownIds(labels.turns, checks),
    ...validateLabels({ ...labels, regions }, { ...durationSec, minTurnSec: checks.minTurnSec }),
  ];
  return {
    format: file.formatId,
    turns: labels.turns.length,
    files: fileIds.size,
    found: findings.length,
    findings,
    warnings: file.warnings,
  };
}

/** Recordings the UEM does not know, and speakers that are not among the names. */
export function unknownIds(
  turns: readonly { fileId: string; speaker: string }[],
  { speakers, regions }: Checks,
): ValidationResult['findings'] {
  const knownFiles = regions && new Set(regions.map((region) => region.fileId));
  const findings = new Map<string, ValidationResult['findings'][number]>();
  for (const { fileId, speaker } of turns) {
    const say = (text: string): void => {
      findings.set(text, { kind: 'unknown-id', fileId, startSec: null, endSec: null, text });
    };
    if (knownFiles && !knownFiles.has(fileId)) say(`The recording ${fileId} is not in the UEM.`);
    if (speakers && !speakers.has(speaker)) say(`The speaker ${speaker} of ${fileId} is not among the names given.`);
  }
  return [...findings.values()];
}

function print(file: string, result: ValidationResult, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ file, ...result }, null, 2)}\n`);
    return;
  }
  for (const warning of result.warnings) process.stderr.write(`warning: ${printable(warning)}\n`);
  for (const one of result.findings.slice(0, shownFindings))
    process.stdout.write(`${printable(one.fileId)}: ${one.kind}: ${printable(one.text)}\n`);
  if (result.found > shownFindings) process.stdout.write(`… and ${result.found - shownFindings} more\n`);
  process.stdout.write(
    `${printable(path.basename(file))}: ${result.format}, ${result.turns} turns in ${result.files} recording(s), ${result.found} finding(s)\n`,
  );
}

function secondsOf(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 360_000) return value;
  throw new UsageError(`${option} takes seconds, not "${text}".`);
}
