import path from 'node:path';
import { Command } from 'commander';
import { encodeLabels, formatForOutput, writeLabels, type Turn } from '#shared/formats/index.ts';
import { readPosteriors } from '#shared/formats/npy.ts';
import { decodeBytes } from '#shared/formats/text/decode.ts';
import { scoreDiarization } from '#shared/metrics/score.ts';
import { MISP_FPS, MISP_THRESHOLD, mispThresholds, mispTurns } from '#shared/signal/misp-post.ts';
import { writeSet } from '#jobs/export/write-set.ts';
import { appVersion } from '#runtime/version.ts';
import { fpsOf } from './convert.ts';
import { asUsage, exitCode, guarded, printable, UsageError } from './exit.ts';
import { readInput, readLabelPath } from './read-labels.ts';

interface PosteriorOptions {
  out: string;
  threshold?: string;
  fps?: string;
  speech?: string;
  reference?: string;
  force?: boolean;
  json?: boolean;
}

/** `diarist posteriors session.npy -o session.rttm` */
export function posteriorsCommand(): Command {
  return new Command('posteriors')
    .description(
      'Turns from the frame probabilities of another program (T × S, .npy), as the audio-visual baseline of MISP 2022 makes them.',
    )
    .argument('<matrix>', 'probabilities, a row per frame, a column per speaker')
    .requiredOption('-o, --out <file>', 'label file to write; its extension tells the format')
    .option('--threshold <p>', `a speaker talks above it (default ${MISP_THRESHOLD}, as submitted)`)
    .option('--fps <number>', 'frames a second', String(MISP_FPS))
    .option(
      '--speech <labels>',
      'voice activity: what lies outside is dropped, holes in it go to who talks around them',
    )
    .option(
      '--reference <labels>',
      `score the thresholds ${mispThresholds[0]} to ${mispThresholds.at(-1)!} against it (collar 0) and take the best`,
    )
    .option('--force', 'overwrite the output')
    .option('--json', 'report as one JSON line')
    .action(async (matrix: string, options: PosteriorOptions) => {
      process.exitCode = await guarded(options.json ?? false, async () => {
        if (options.threshold !== undefined && options.reference !== undefined)
          throw new UsageError('Give --threshold or --reference, which finds the threshold, not both.');
        const given = Number(options.threshold ?? MISP_THRESHOLD);
        if (!(given >= 0 && given <= 1))
          throw new UsageError(`--threshold takes a number from 0 to 1, not "${options.threshold}".`);
        const format = asUsage(() => formatForOutput(path.basename(options.out)));
        const stepSec = 1 / (fpsOf(options.fps) ?? MISP_FPS);
        const columns = readPosteriors(decodeBytes(await readInput(matrix)).text, path.basename(matrix));
        const fileId = path.basename(matrix).replace(/(?<=.)\..*$/u, '');
        const speech = options.speech === undefined ? null : (await readLabelPath(options.speech)).turns;
        const turnsAt = (threshold: number): Turn[] =>
          mispTurns(columns, stepSec, threshold, speech).map(({ startSec, endSec, speaker }) => ({
            fileId,
            channel: '1',
            startSec: Math.round(startSec * 1e6) / 1e6,
            endSec: Math.round(endSec * 1e6) / 1e6,
            speaker: `spk${String(speaker).padStart(2, '0')}`,
            confidence: null,
          }));
        const sweep =
          options.reference === undefined
            ? []
            : sweepAgainst((await readLabelPath(options.reference)).turns, fileId, turnsAt);
        const threshold = sweep.toSorted((a, b) => a.der - b.der)[0]?.threshold ?? given;
        const turns = turnsAt(threshold);
        const written = writeLabels({ turns, regions: [], boxes: [], media: [] }, format.id, {
          stem: fileId,
          appVersion: appVersion(),
          createdMs: Date.now(),
        });
        const file = { name: path.basename(options.out), data: encodeLabels(written.text, format.id) };
        await writeSet(path.dirname(path.resolve(options.out)), [file], options.force ?? false);
        for (const warning of written.warnings) process.stderr.write(`warning: ${printable(warning)}\n`);
        if (options.json) {
          const done = { type: 'done', input: matrix, output: options.out, threshold, turns: turns.length, sweep };
          process.stdout.write(`${JSON.stringify(done)}\n`);
        } else {
          for (const row of sweep)
            process.stdout.write(`threshold ${row.threshold.toFixed(2)}: DER ${(100 * row.der).toFixed(2)} %\n`);
          process.stdout.write(`${printable(options.out)}: ${turns.length} turns above ${threshold}\n`);
        }
        return exitCode.ok;
      });
    });
}

/** A reference of one recording may bear any name. */
function sweepAgainst(
  reference: readonly Turn[],
  fileId: string,
  turnsAt: (threshold: number) => Turn[],
): { threshold: number; der: number }[] {
  const own = reference.filter((turn) => turn.fileId === fileId);
  const truth = (own.length > 0 ? own : reference).map((turn) => ({ ...turn, fileId }));
  return mispThresholds.map((threshold) => ({
    threshold,
    der: scoreDiarization(truth, turnsAt(threshold)).overall.der,
  }));
}
