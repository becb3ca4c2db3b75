/**
 *   npm run bench -- accuracy [--system ID]… [--set node.param=value] [--data DIR] [--write]
 *
 * Every system whose models are installed, or those named, on every clip of ../shared/data that has a reference (or on the
 * conversations in DIR that `bench -- conversations` composed): error rate strict (collar 0, overlap scored), fair (0.25 s)
 * and forgiving (0.25 s, overlap left out), Jaccard error, speaker counts; automatic count, whole file scored. Then the same
 * chain as Diarist audio on cepstral statistics alone, how honest the confidences of Diarist audio are, and what the
 * picture adds (`bench -- av-table`). `--write` puts
 * the tables into docs/evaluation.md. Runs come from the stage cache where they can.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Diarizer } from '#jobs/diarize-files.ts';
import { modelDirs } from '#jobs/workspace.ts';
import { listModels } from '#models/registry.ts';
import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import { systemDescriptions } from '#shared/engine/systems.ts';
import { parseRttm } from '#shared/formats/rttm.ts';
import { reliability } from './accuracy/calibration.ts';
import { cepstralBaseline } from './accuracy/cepstral-baseline.ts';
import { accuracyTables, replaceBlock } from './accuracy/markdown.ts';
import type { SystemScores } from './accuracy/markdown.ts';
import { scoreClip } from './accuracy/score-clip.ts';
import type { ClipScore } from './accuracy/score-clip.ts';
import { printAvTable } from './av-table.ts';
import { readReferences } from './references.ts';
import type { ReferenceClip } from './references.ts';

const dataDir = path.resolve(import.meta.dirname, '../../shared/data');
const document = path.resolve(import.meta.dirname, '../docs/evaluation.md');
const DIARIST_AUDIO = 'diarist-audio';
const CEPSTRA_ALONE = 'cepstra alone';

interface Options {
  systemIds: string[];
  params: Record<string, unknown>;
  data: string;
  write: boolean;
}

export async function run(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    console.error('Usage: npm run bench -- accuracy [--system ID]… [--set node.param=value] [--data DIR] [--write]');
    return 2;
  }
  if (!existsSync(options.data)) {
    console.error(`Nothing to score: ${options.data} is not there.`);
    return 2;
  }
  const clips = options.data === dataDir ? await readReferences(dataDir) : await readComposed(options.data);
  const systemIds = options.systemIds.length > 0 ? options.systemIds : await runnableSystems();
  const diarizer = await Diarizer.open();
  const systems: SystemScores[] = [];
  const heard: { clip: ReferenceClip; score: ClipScore; segments: readonly HypothesisSegment[] }[] = [];
  try {
    for (const systemId of systemIds) {
      const scores = new Map<ReferenceClip, ClipScore | null>();
      const baseline = new Map<ReferenceClip, ClipScore>();
      systems.push({ name: systemId, scores });
      if (systemId === DIARIST_AUDIO) systems.push({ name: CEPSTRA_ALONE, scores: baseline });
      for (const clip of clips) {
        const result = await diarize(diarizer, clip, systemId, options.params);
        if (!result) {
          scores.set(clip, null);
          continue;
        }
        const score = scoreClip(clip, result.segments, result.decodedSec);
        scores.set(clip, score);
        console.log(rowOf(systemId, clip, score));
        if (systemId !== DIARIST_AUDIO) continue;
        heard.push({ clip, score, segments: result.segments });
        baseline.set(clip, scoreClip(clip, await cepstralBaseline(result), result.decodedSec));
      }
    }
  } finally {
    await diarizer.close();
  }
  const tables = accuracyTables(clips, systems);
  console.log(`\n${tables}`);
  // What the picture adds: on the composed videos alone.
  if (options.data === dataDir && options.systemIds.length === 0) await printAvTable({});
  if (heard.length > 0) console.log(reliability(heard));
  if (options.write) {
    let text = replaceBlock(await readFile(document, 'utf8'), 'accuracy', tables);
    if (heard.length > 0) text = replaceBlock(text, 'reliability', reliability(heard));
    await writeFile(document, text);
  }
  return 0;
}

/** Systems of the catalogue whose models are all installed, each once. */
async function runnableSystems(): Promise<string[]> {
  const installed = new Set(
    (await listModels(modelDirs())).filter((model) => model.installed).map((model) => model.id),
  );
  return systemDescriptions.filter((system) => system.models.every((id) => installed.has(id))).map(({ id }) => id);
}

/** null where the system cannot work on the clip: no picture, a net that is missing. */
async function diarize(
  diarizer: Diarizer,
  clip: ReferenceClip,
  systemId: string,
  params: Record<string, unknown>,
): Promise<Awaited<ReturnType<Diarizer['diarize']>>['result'] | null> {
  try {
    return (await diarizer.diarize(clip.path, { systemId, params })).result;
  } catch (error) {
    console.log(
      `${systemId} cannot run on ${clip.set}/${clip.id}: ${error instanceof Error ? error.message : String(error)}`,
    );
    return null;
  }
}

function readOptions(args: readonly string[]): Options | null {
  const options: Options = { systemIds: [], params: {}, data: dataDir, write: false };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--write') {
      options.write = true;
      continue;
    }
    const value = args[++i];
    if (value === undefined) return null;
    const name = args[i - 1];
    if (name === '--system') options.systemIds.push(value);
    else if (name === '--data') options.data = path.resolve(value);
    else if (name === '--set' && value.includes('=')) {
      const at = value.indexOf('=');
      const text = value.slice(at + 1);
      options.params[value.slice(0, at)] = Number.isNaN(Number(text)) ? text : Number(text);
    } else return null;
  }
  return options;
}

/** Composed conversations: `NNN-<sound>-<speakers>.wav` beside their RTTM; a set is a kind of sound. */
async function readComposed(folder: string): Promise<ReferenceClip[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.rttm')).sort();
  return Promise.all(
    names.map(async (name) => {
      const id = path.parse(name).name;
      const file = path.join(folder, name);
      const { turns } = parseRttm(await readFile(file, 'utf8'), { file });
      return { set: id.split('-')[1] ?? 'composed', id, path: path.join(folder, `${id}.wav`), turns };
    }),
  );
}

function rowOf(systemId: string, clip: ReferenceClip, { strict, fair, forgiving }: ClipScore): string {
  const percent = (share: number): string => (100 * share).toFixed(1).padStart(6);
  return (
    `${systemId.padEnd(28)} ${`${clip.set}/${clip.id}`.padEnd(34)}` +
    ` ${strict.hypothesisSpeakers} of ${strict.referenceSpeakers}  DER${percent(strict.der)}${percent(fair.der)}${percent(forgiving.der)}` +
    `  missed${percent(strict.missedSec / strict.totalSec)} false${percent(strict.falseAlarmSec / strict.totalSec)}` +
    ` confused${percent(strict.confusionSec / strict.totalSec)}  JER${percent(strict.jer)}`
  );
}
