import { Command } from 'commander';
import { AppError } from '#shared/api/errors.ts';
import { readAvaRows } from '#shared/formats/ava.ts';
import { isNumpyFile, readNumpyDictionary } from '#shared/formats/pickle/numpy-dictionary.ts';
import { decodeText } from '#shared/formats/text/decode.ts';
import { annotatorAgreement } from '#shared/metrics/agreement.ts';
import { averagePrecision, equalErrorRate, minDetectionCost, openSetScores } from '#shared/metrics/detection.ts';
import {
  activeSpeakerTrials,
  columbiaF1,
  openSetProbes,
  readEmbeddings,
  readScores,
  readTrials,
  readUtteranceLabels,
  scoredTrials,
} from '#shared/metrics/evaluation-files.ts';
import { exitCode, guarded, printable, UsageError } from './exit.ts';
import { readInput, readLabelPath } from './read-labels.ts';

const percent = (share: number): string => `${(100 * share).toFixed(3)} %`;

/** `diarist evaluate asv|ossi|asd|agreement` */
export function evaluateCommand(): Command {
  const evaluate = new Command('evaluate').description(
    'Score other tasks: speaker verification, open-set identification, active speakers, agreement of annotators.',
  );
  for (const command of [asvCommand(), ossiCommand(), asdCommand(), agreementCommand()])
    evaluate.addCommand(command.exitOverride().option('--json', 'as JSON: rates are shares'));
  return evaluate;
}

interface Evaluation {
  result: object;
  lines: [name: string, value: string][];
  warnings?: string[];
}

async function run(json: boolean, body: () => Promise<Evaluation>): Promise<void> {
  process.exitCode = await guarded(json, async () => {
    const { result, lines, warnings = [] } = await inWords(body);
    if (json) process.stdout.write(`${JSON.stringify({ ...result, warnings }, null, 2)}\n`);
    else for (const [name, value] of lines) process.stdout.write(`${name.padEnd(20)} ${printable(value)}\n`);
    for (const warning of warnings) process.stderr.write(`warning: ${printable(warning)}\n`);
    return exitCode.ok;
  });
}

/** What a metric refuses (trials of one kind only) is bad input here. */
async function inWords(body: () => Promise<Evaluation>): Promise<Evaluation> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof RangeError) throw new AppError('bad-input', error.message, { fix: 'Check the lists.' });
    throw error;
  }
}

const textOf = async (file: string): Promise<string> => decodeText(await readInput(file), file).text;

async function embeddingsOf(file: string): Promise<Map<string, Float64Array>> {
  const bytes = await readInput(file);
  return isNumpyFile(bytes) ? readNumpyDictionary(bytes, file) : readEmbeddings(decodeText(bytes, file).text, file);
}

function asvCommand(): Command {
  return new Command('asv')
    .description('Speaker verification: equal error rate and least detection cost.')
    .argument('<trials>', 'lines of "1|0 enrol test" or "enrol test target|nontarget", a score may follow')
    .argument('[scores]', 'lines of "enrol test score"')
    .option('--p-target <share>', 'prior of a target trial', '0.01')
    .action(async (trialFile: string, scoreFile: string | undefined, options: { pTarget: string; json?: boolean }) => {
      await run(options.json ?? false, async () => {
        const prior = Number(options.pTarget);
        if (!(prior > 0 && prior < 1))
          throw new UsageError(`--p-target takes a share between 0 and 1, not "${options.pTarget}".`);
        const list = readTrials(await textOf(trialFile), trialFile);
        const scores = scoreFile === undefined ? null : readScores(await textOf(scoreFile), scoreFile);
        const trials = scoredTrials(list, scores, scoreFile ?? trialFile);
        const [eer, minDcf] = [equalErrorRate(trials), minDetectionCost(trials, prior)];
        const targets = trials.filter((one) => one.isTarget).length;
        return {
          result: { eer, minDcf, pTarget: prior, trials: trials.length, targets },
          lines: [
            ['EER', percent(eer)],
            [`minDCF (p ${prior})`, minDcf.toFixed(4)],
            ['trials', `${trials.length}, ${targets} of them targets`],
          ],
        };
      });
    });
}

function ossiCommand(): Command {
  return new Command('ossi')
    .description('Open-set identification as VoxBlink2 scores it: DIR at false alarm rates, and AUC.')
    .argument('<gallery>', 'lines of "utterance label"')
    .argument('<probe>', 'the same; the label of the last line is that of unknown people')
    .argument('<embeddings>', 'lines of "utterance v1 v2 …" (Kaldi text archives too), or a dictionary saved by NumPy')
    .action(async (galleryFile: string, probeFile: string, embeddingFile: string, options: { json?: boolean }) => {
      await run(options.json ?? false, async () => {
        const gallery = readUtteranceLabels(await textOf(galleryFile), galleryFile);
        const probe = readUtteranceLabels(await textOf(probeFile), probeFile);
        const embeddings = await embeddingsOf(embeddingFile);
        const probes = openSetProbes(gallery, probe, embeddings, embeddingFile);
        const { dirAtFar, auc } = openSetScores(probes);
        const known = probes.filter((one) => one.isCorrect !== null).length;
        return {
          result: { dirAtFar, auc, known, unknown: probes.length - known },
          lines: [
            ...dirAtFar.map(({ far, dir }): [string, string] => [`FAR=${far.toFixed(4)}:`, `DIR=${dir.toFixed(4)}`]),
            ['AUC', auc.toFixed(4)],
            ['probes', `${known} known, ${probes.length - known} unknown`],
          ],
        };
      });
    });
}

function asdCommand(): Command {
  return new Command('asd')
    .description('Active speakers: average precision of AVA-ActiveSpeaker, or F1 by person as on Columbia.')
    .argument('<truth>', 'AVA-ActiveSpeaker CSV')
    .argument('<predictions>', 'the same with a score in the ninth cell')
    .option('--protocol <ava|columbia>', 'average precision, or F1 of every face and their mean', 'ava')
    .option('--threshold <score>', 'columbia: a face speaks from this score on', '0')
    .action(
      async (
        truthFile: string,
        predictionFile: string,
        options: { protocol: string; threshold: string; json?: boolean },
      ) => {
        await run(options.json ?? false, async () => {
          const { protocol } = options;
          const threshold = Number(options.threshold);
          if (protocol !== 'ava' && protocol !== 'columbia')
            throw new UsageError(`--protocol takes ava or columbia, not "${protocol}".`);
          if (!Number.isFinite(threshold))
            throw new UsageError(`--threshold takes a number, not "${options.threshold}".`);
          const truth = readAvaRows(await textOf(truthFile), { file: truthFile });
          const predictions = readAvaRows(await textOf(predictionFile), { file: predictionFile });
          const files = { truth: truthFile, predictions: predictionFile };
          const { trials, unpredicted, extra } = activeSpeakerTrials(truth, predictions, files);
          const warnings: string[] = [];
          if (unpredicted > 0) warnings.push(`${unpredicted} row(s) have no prediction and count as not speaking.`);
          if (extra > 0)
            warnings.push(`${extra} prediction(s) of faces or times that are not in the truth are ignored.`);
          const targets = trials.filter((one) => one.isTarget).length;
          const counts = { rows: trials.length, targets };
          if (protocol === 'columbia') {
            const { mean, faces } = columbiaF1(trials, threshold);
            const lines = faces.map(({ face, f1 }): [string, string] => [face, percent(f1)]);
            return {
              result: { protocol, f1: mean, faces, ...counts },
              lines: [...lines, ['mean F1', percent(mean)]],
              warnings,
            };
          }
          const map = averagePrecision(trials);
          return {
            result: { protocol, averagePrecision: map, ...counts },
            lines: [
              ['average precision', percent(map)],
              ['rows', `${trials.length}, ${targets} of them speaking`],
            ],
            warnings,
          };
        });
      },
    );
}

function agreementCommand(): Command {
  return new Command('agreement')
    .description("Agreement of annotators, pair by pair: Cohen's kappa on 10 ms frames and DER either way.")
    .argument('<labels...>', 'two or more label files or folders, one per annotator')
    .action(async (inputs: string[], options: { json?: boolean }) => {
      await run(options.json ?? false, async () => {
        if (inputs.length < 2) throw new UsageError('agreement takes the labels of at least two annotators.');
        const sets: Awaited<ReturnType<typeof readLabelPath>>[] = [];
        for (const input of inputs) sets.push(await readLabelPath(input));
        const pairs = sets.flatMap((first, i) =>
          sets.slice(i + 1).map((second, k) => {
            const found = annotatorAgreement(first.turns, second.turns);
            return { first: inputs[i]!, second: inputs[i + 1 + k]!, ...found };
          }),
        );
        return {
          result: { pairs },
          lines: pairs.flatMap(
            ({ first, second, kappa, observed, derOfFirst, derOfSecond, comparedSec }): [string, string][] => [
              ['pair', `${first} – ${second}`],
              ['kappa', kappa === null ? '–' : kappa.toFixed(4)],
              ['same frames', percent(observed)],
              ['DER of the second', percent(derOfSecond)],
              ['DER of the first', percent(derOfFirst)],
              ['compared', `${comparedSec.toFixed(1)} s`],
            ],
          ),
          warnings: sets.flatMap((set) => set.warnings),
        };
      });
    });
}
