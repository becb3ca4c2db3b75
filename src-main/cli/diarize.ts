import path from 'node:path';
import { Command } from 'commander';
import { toErrorData, type AppErrorData } from '#shared/api/errors.ts';
import type { NameProposal } from '#shared/domain/enrolled-voice.ts';
import { describeSpeakerCount } from '#shared/domain/speaker-count.ts';
import { speechSources, variantId, voiceChoices } from '#shared/engine/system-variants.ts';
import { AUTO_SYSTEM, substituteOf, systemDescriptions } from '#shared/engine/systems.ts';
import { writeLabels, type LabelSet } from '#shared/formats/index.ts';
import { Diarizer, type DiarizedFile } from '#jobs/diarize-files.ts';
import { writeSet } from '#jobs/export/write-set.ts';
import { appVersion } from '#runtime/version.ts';
import { parseSettings, parseSpeakers } from './diarize-options.ts';
import { describeError, exitCode, exitCodeOf, guarded, printable, UsageError, worst, type ExitCode } from './exit.ts';
import { proposalLine, proposalsFor } from './name-proposals.ts';
import { writeFrames } from './frames-output.ts';
import { lipSettings, writeLips } from './lips-output.ts';
import { planOutputs, type PlannedOutput } from './output-plan.ts';
import { createProgressReporter } from './progress-line.ts';
import { writeVideo } from './visualize-output.ts';

interface DiarizeCommandOptions {
  out: string;
  speakers?: string;
  system?: string;
  vad?: string;
  speakerModel?: string;
  refine?: boolean;
  substitute?: boolean;
  set: string[];
  cacheDir?: string;
  modelsDir?: string;
  json?: boolean;
  force?: boolean;
  keepTree?: boolean;
  visualize?: boolean;
  lips?: boolean;
  frames?: boolean;
}

/** `diarist diarize talk.mp4 -o out` */
export function diarizeCommand(): Command {
  return new Command('diarize')
    .description('Find who speaks when in sound and video files; write <stem>.rttm and <stem>.via.json for each.')
    .argument('<media...>', 'files, or folders whose media files are taken')
    .requiredOption('-o, --out <dir>', 'folder to write into')
    .option('--speakers <n>', 'speaker count if known (4) or its bounds (2-6)')
    .option(
      '--system <id>',
      'diarization system (see diarist systems); default: Diarist AV where a face is found, else Diarist audio',
    )
    .option('--vad <name>', `how speech is found: ${namesOf(speechSources)}`)
    .option('--speaker-model <name>', `the voice net: ${namesOf(voiceChoices)}`)
    .option('--refine', 'move borders between turns to where speakers change')
    .option('--substitute', 'run the system on the voice embedding that comes with Diarist; the output is marked so')
    .option('--set <stage.param=value>', 'set a parameter of a stage; repeatable', collect, [])
    .option('--visualize', 'also write <stem>.visual.mp4: the picture with boxes, names and talking scores')
    .option('--lips', 'also write <stem>.roi.json (faces and lips in M3SD’s shape), <stem>.lips.npy and .lips.csv')
    .option(
      '--frames',
      'also write <stem>.frames.csv: a confidence every 0.04 s of each turn, and how surely it is speech',
    )
    .option('--cache-dir <dir>', 'folder for intermediate results; work goes on from there after an interruption')
    .option('--models-dir <dir>', 'folder searched first for model files')
    .option('--json', 'report progress and results as JSON lines')
    .option('--force', 'overwrite existing outputs')
    .option('--keep-tree', 'keep the folders of the inputs below the output folder')
    .action(async (media: string[], options: DiarizeCommandOptions) => {
      process.exitCode = await guarded(options.json ?? false, () => diarizeAll(media, options));
    });
}

const collect = (value: string, before: string[]): string[] => [...before, value];

async function diarizeAll(media: readonly string[], options: DiarizeCommandOptions): Promise<ExitCode> {
  const speakers = parseSpeakers(options.speakers);
  const params = { ...(options.lips ? lipSettings : {}), ...parseSettings(options.set) };
  const systemId = withVariant(chosenSystem(options.system, options.substitute ?? false), options);
  const plan = planOutputs(media, options.out, {
    keepTree: options.keepTree ?? false,
    force: options.force ?? false,
    visualize: options.visualize ?? false,
    frames: options.frames ?? false,
  });
  const cancel = new AbortController();
  const interrupt = (): void => cancel.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  let diarizer: Diarizer;
  try {
    diarizer = await Diarizer.open({ cacheDir: options.cacheDir, modelsDir: options.modelsDir });
  } catch (thrown) {
    return reportFailure(null, toErrorData(thrown), options.json ?? false);
  }
  const codes: ExitCode[] = [];
  try {
    for (const planned of plan) {
      const name = path.basename(planned.mediaPath);
      const progress = createProgressReporter(name, options.json ?? false);
      try {
        const file = await diarizer.diarize(planned.mediaPath, {
          systemId,
          speakers,
          params,
          onProgress: (step) => progress.update(step),
          signal: cancel.signal,
        });
        const names = await proposalsFor(diarizer, planned.mediaPath, file, cancel.signal);
        const isUnrefined = options.refine === true && !file.result.provenance.systemId.endsWith('+refined');
        const labelWarnings = await writeOutputs(planned, file, options.force ?? false);
        const frames = await writeFrames(planned, file, options.force ?? false);
        const lipWarnings = options.lips ? await writeLips(planned, file, options.force ?? false) : [];
        const video = await writeVideo(planned, file, diarizer.workspace.tools, { progress, signal: cancel.signal });
        const warnings = [
          ...(isUnrefined ? ['A face was seen, so borders go by the picture as well: --refine moved none.'] : []),
          ...labelWarnings,
          ...frames.warnings,
          ...lipWarnings,
          ...video.warnings,
        ];
        progress.clear();
        report(
          { ...planned, framesPath: frames.path, videoPath: video.path },
          file,
          warnings,
          names,
          options.json ?? false,
        );
        codes.push(exitCode.ok);
      } catch (thrown) {
        progress.clear();
        const error = namingSubstitute(toErrorData(thrown), options.system);
        const code = reportFailure(planned.mediaPath, error, options.json ?? false);
        codes.push(code);
        // A wrong setting or a missing net would fail on all files.
        if (code === exitCode.usage || isMissingModel(error) || cancel.signal.aborted) break;
      }
    }
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await diarizer.close();
  }
  return worst(codes);
}

/** @throws UsageError for `--substitute` with a system that has no substitute */
function chosenSystem(id: string | undefined, substitute: boolean): string | undefined {
  if (!substitute) return id;
  const stand = substituteOf(id ?? '');
  if (stand !== null) return stand;
  const having = systemDescriptions.filter((system) => system.substitute).map((system) => system.id);
  throw new UsageError(
    `--substitute needs a --system that has a substitute, not ${id ?? 'the default'}: one of ${having.join(', ')}.`,
  );
}

const namesOf = (list: readonly { id: string }[]): string => list.map(({ id }) => id).join(', ');

/** The system with another speech detection or voice net. @throws UsageError for an unknown name of one */
function withVariant(id: string | undefined, { vad, speakerModel, refine }: DiarizeCommandOptions): string | undefined {
  if (vad === undefined && speakerModel === undefined && !refine) return id;
  const source = speechSources.find((candidate) => candidate.id === vad);
  if (vad !== undefined && !source) throw new UsageError(`--vad takes one of ${namesOf(speechSources)}, not "${vad}".`);
  const voice = voiceChoices.find((candidate) => candidate.id === speakerModel);
  if (speakerModel !== undefined && !voice) {
    throw new UsageError(`--speaker-model takes one of ${namesOf(voiceChoices)}, not "${speakerModel}".`);
  }
  return variantId({
    base: id ?? AUTO_SYSTEM.id,
    vad: source?.id ?? null,
    voice: voice?.id ?? null,
    refined: refine ?? false,
  });
}

const isMissingModel = ({ code, message }: AppErrorData): boolean =>
  code === 'not-found' && /^The models? /u.test(message);

/** A missing net has a second way out where the system has a substitute. */
function namingSubstitute(error: AppErrorData, systemId: string | undefined): AppErrorData {
  if (!isMissingModel(error) || substituteOf(systemId ?? '') === null) return error;
  const other = 'Or add --substitute to run the system on what comes with Diarist.';
  return { ...error, fix: error.fix === undefined ? other : `${error.fix} ${other}` };
}

/** Says why one file, or with null all of them, cannot be worked on. */
function reportFailure(mediaPath: string | null, error: AppErrorData, json: boolean): ExitCode {
  if (json) process.stdout.write(`${JSON.stringify({ type: 'failed', file: mediaPath, error })}\n`);
  // A wrong setting is the fault of no file.
  const named = mediaPath === null || error.code === 'bad-parameter' ? error : { file: mediaPath, ...error };
  process.stderr.write(`diarist: ${describeError(named)}\n`);
  return exitCodeOf(error, mediaPath ?? '');
}

/** Both files or neither. */
async function writeOutputs(
  planned: PlannedOutput,
  { probe, result }: DiarizedFile,
  force: boolean,
): Promise<string[]> {
  const labels: LabelSet = {
    turns: result.segments.map((segment) => ({ ...segment, fileId: planned.fileId, channel: '1' })),
    regions: [],
    boxes: [],
    media: [{ fileId: planned.fileId, name: path.basename(planned.mediaPath), hasVideo: probe.video.length > 0 }],
  };
  // VIA names its maker; RTTM has no place for it that all readers pass over.
  const { systemId, systemVersion } = result.provenance;
  const maker = `${appVersion()} (${systemId} ${systemVersion})`;
  const options = { stem: planned.fileId, appVersion: maker, createdMs: Date.now() };
  const rttm = writeLabels(
    { ...labels, turns: labels.turns.map((turn) => ({ ...turn, confidence: null })), media: [] },
    'rttm',
    options,
  );
  const via = writeLabels(labels, 'via3', options);
  // What exists was refused before any work was done; with --force it is replaced.
  await writeSet(
    path.dirname(planned.rttmPath),
    [
      { name: path.basename(planned.rttmPath), data: rttm.text },
      { name: path.basename(planned.viaPath), data: via.text },
    ],
    force,
  );
  return [...new Set([...result.warnings, ...rttm.warnings, ...via.warnings])];
}

function report(
  planned: PlannedOutput,
  { result }: DiarizedFile,
  warnings: readonly string[],
  names: readonly NameProposal[],
  json: boolean,
): void {
  const speakers = new Set(result.segments.map((segment) => segment.speaker)).size;
  const { provenance, segments } = result;
  if (json) {
    const line = {
      type: 'done',
      file: planned.mediaPath,
      fileId: planned.fileId,
      rttm: planned.rttmPath,
      via: planned.viaPath,
      ...(planned.videoPath === null ? {} : { video: planned.videoPath }),
      ...(planned.framesPath === null ? {} : { frames: planned.framesPath }),
      system: provenance.systemId,
      systemVersion: provenance.systemVersion,
      speakers,
      segments: segments.length,
      names,
      decodedSec: result.decodedSec,
      expectedSec: result.expectedSec,
      warnings,
      provenance,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    return;
  }
  const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
  process.stdout.write(
    `${printable(planned.rttmPath)}: ${describeSpeakerCount(speakers, provenance.speakerCount)}, ${plural(segments.length, 'turn')} (${provenance.systemId})\n`,
  );
  for (const name of names) process.stdout.write(`${proposalLine(name)}\n`);
  for (const warning of warnings)
    process.stderr.write(`warning: ${printable(path.basename(planned.mediaPath))}: ${printable(warning)}\n`);
}
