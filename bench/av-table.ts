/**
 *   npm run bench -- av-table [--folder DIR] [--models-dir DIR] [--set node.param=value]
 *
 * Diarist AV against Diarist audio on the composed videos of ../shared/data, or of another folder: error rates, speaker confusion, the error that
 * our voice activity alone would leave with the true labels, and how much of the speaking time went to the right panel of
 * the picture.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { EngineResult } from '#shared/engine/protocol.ts';
import { parseRttm } from '#shared/formats/rttm.ts';
import type { Turn } from '#shared/formats/turn.ts';
import type { FileScore } from '#shared/metrics/score.ts';
import { scoreDiarization } from '#shared/metrics/score.ts';
import { avEvidenceSchema, trackIndexSchema, trackRowValues } from '#shared/evidence/face-schemas.ts';
import { speechSchema } from '#engine/audio/speech-regions.ts';
import { Diarizer } from '#jobs/diarize-files.ts';

const dataDir = path.resolve(import.meta.dirname, '../../shared/data/composed/grid_av/dev');

export interface AvScore {
  id: string;
  av: FileScore;
  avCollar: FileScore;
  audio: FileScore;
  audioCollar: FileScore;
  /** Our voice activity with the true labels. */
  floor: FileScore;
  /** Of the speaking time that somebody was given: share given to the face in the right panel. */
  rightPanel: number;
  /** Share of the speaking time that was given to anybody. */
  given: number;
}

export async function run(args: string[]): Promise<number> {
  if (!existsSync(dataDir)) {
    console.error(`Nothing to score: ${dataDir} is not there.`);
    return 2;
  }
  const options = new Map<string, string>();
  for (let i = 0; i + 1 < args.length; i += 2) options.set(args[i]!, args[i + 1]!);
  const [key, value] = (options.get('--set') ?? '').split('=');
  await printAvTable({
    folder: options.get('--folder'),
    modelsDir: options.get('--models-dir'),
    params: key && value !== undefined ? { [key]: Number.isNaN(Number(value)) ? value : Number(value) } : {},
  });
  return 0;
}

/** Scores the clips and prints a row for each. */
export async function printAvTable(options: {
  modelsDir?: string | undefined;
  params?: Record<string, unknown>;
  folder?: string | undefined;
}): Promise<AvScore[]> {
  const folder = options.folder ?? dataDir;
  const scores: AvScore[] = [];
  const diarizer = await Diarizer.open({ modelsDir: options.modelsDir });
  console.log('                    Diarist AV                              Diarist audio        voice activity');
  console.log(
    'clip                DER    .25   confusion  speakers        DER    .25           with true labels   panel',
  );
  try {
    for (const name of (await readdir(folder)).sort()) {
      if (!name.endsWith('.rttm')) continue;
      const score = await scoreClip(diarizer, path.join(folder, path.parse(name).name), options.params ?? {});
      scores.push(score);
      console.log(rowOf(score));
    }
  } finally {
    await diarizer.close();
  }
  const mean = (of: (score: AvScore) => number): string =>
    ((100 * scores.reduce((sum, score) => sum + of(score), 0)) / scores.length).toFixed(1);
  console.log(
    `mean: DER ${mean(({ av }) => av.der)} against ${mean(({ audio }) => audio.der)} by sound alone; collar .25: ${mean(({ avCollar }) => avCollar.der)} against ${mean(({ audioCollar }) => audioCollar.der)}`,
  );
  return scores;
}

/** @param stem path of a clip without its ending: `.mp4`, `.rttm` and `.csv` lie beside each other */
export async function scoreClip(diarizer: Diarizer, stem: string, params: Record<string, unknown>): Promise<AvScore> {
  const id = path.basename(stem);
  const reference = parseRttm(await readFile(`${stem}.rttm`, 'utf8')).turns;
  const seen = await diarizer.diarize(`${stem}.mp4`, { systemId: 'diarist-av', params });
  const heard = await diarizer.diarize(`${stem}.mp4`, { systemId: 'diarist-audio' });
  const durationSec = seen.result.decodedSec;
  const score = (segments: readonly HypothesisSegment[], collarSec: number): FileScore => {
    const hypothesis = segments.map((one): Turn => ({ ...one, fileId: id, channel: '1' }));
    const regions = [{ fileId: id, channel: '1', startSec: 0, endSec: durationSec }];
    return scoreDiarization(reference, hypothesis, { collarSec, regions }).files[0]!;
  };
  return {
    id,
    av: score(seen.result.segments, 0),
    avCollar: score(seen.result.segments, 0.25),
    audio: score(heard.result.segments, 0),
    audioCollar: score(heard.result.segments, 0.25),
    floor: score(await trueLabels(seen.result, reference), 0),
    ...(await panels(`${stem}.csv`, seen.result)),
  };
}

const artifact = (result: EngineResult, name: string): string => {
  const found = result.artifacts.find((one) => one.name === name);
  if (!found) throw new Error(`the job left no ${name}`);
  return found.path;
};

/** What speech our voice activity found, with the speakers of the reference; what is no speech there, with the nearest one. */
async function trueLabels(result: EngineResult, reference: readonly Turn[]): Promise<HypothesisSegment[]> {
  const { regions } = speechSchema.parse(JSON.parse(await readFile(artifact(result, 'speech/speech.json'), 'utf8')));
  const borders = [...regions, ...reference]
    .flatMap(({ startSec, endSec }) => [startSec, endSec])
    .sort((a, b) => a - b);
  return borders.flatMap((startSec, k) => {
    const endSec = borders[k + 1] ?? startSec;
    const middle = (startSec + endSec) / 2;
    const inside = (one: { startSec: number; endSec: number }): boolean =>
      one.startSec <= middle && middle < one.endSec;
    if (endSec <= startSec || !regions.some(inside)) return [];
    const away = ({ startSec: from, endSec: to }: Turn): number => Math.max(from - middle, middle - to, 0);
    const speaking = reference.filter(inside);
    const nearest = reference.reduce((a, b) => (away(a) <= away(b) ? a : b));
    return (speaking.length > 0 ? speaking : [nearest]).map(({ speaker }) => ({
      ...{ startSec, endSec, speaker },
      confidence: null,
    }));
  });
}

interface PanelFrame {
  frame: number;
  box: readonly [number, number, number, number];
  speaks: boolean;
}

/** Of each panel and frame with speech: does the speaker whose face is in the panel speak in the answer? */
async function panels(csv: string, result: EngineResult): Promise<Pick<AvScore, 'rightPanel' | 'given'>> {
  const size = [720, 576] as const;
  const rows = (await readFile(csv, 'utf8')).trim().split('\n').slice(1);
  const truth = rows.map((row): PanelFrame => {
    const [frame = '', , , x1, y1, x2, y2, speaks] = row.split(',');
    const box = [Number(x1) / size[0], Number(y1) / size[1], Number(x2) / size[0], Number(y2) / size[1]] as const;
    return { frame: Number(frame), box, speaks: speaks === '1' };
  });
  const { tracks } = trackIndexSchema.parse(JSON.parse(await readFile(artifact(result, 'faceTrackIndex'), 'utf8')));
  const bytes = await readFile(artifact(result, 'faceTracks'));
  const boxes = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const evidence = avEvidenceSchema.parse(JSON.parse(await readFile(artifact(result, 'avEvidence'), 'utf8')));
  const speakerOf = new Map(evidence.tracks.map(({ id, speaker }) => [id, speaker]));
  let right = 0;
  let given = 0;
  let speaking = 0;
  for (const { frame, box, speaks } of truth) {
    if (!speaks) continue;
    speaking++;
    const at = (frame + 0.5) / 25;
    const active = result.segments.filter((one) => one.startSec <= at && at < one.endSec).map((one) => one.speaker);
    if (active.length === 0) continue;
    given++;
    const here = tracks.filter(({ firstFrame, frameCount, firstRow }) => {
      if (frame < firstFrame || frame >= firstFrame + frameCount) return false;
      const row = trackRowValues * (firstRow + frame - firstFrame);
      const x = (boxes[row]! + boxes[row + 2]!) / 2;
      const y = (boxes[row + 1]! + boxes[row + 3]!) / 2;
      return x > box[0] && x < box[2] && y > box[1] && y < box[3];
    });
    if (here.some(({ id }) => active.includes(speakerOf.get(id) ?? ''))) right++;
  }
  return { rightPanel: right / Math.max(1, given), given: given / Math.max(1, speaking) };
}

const percent = (share: number, width: number): string => (100 * share).toFixed(1).padStart(width);

function rowOf({ id, av, avCollar, audio, audioCollar, floor, rightPanel, given }: AvScore): string {
  return (
    id.padEnd(17) +
    percent(av.der, 6) +
    percent(avCollar.der, 7) +
    percent(av.confusionSec / av.totalSec, 12) +
    `${av.hypothesisSpeakers} of ${av.referenceSpeakers}`.padStart(10) +
    percent(audio.der, 11) +
    percent(audioCollar.der, 7) +
    percent(floor.der, 19) +
    `${percent(rightPanel, 11)} of ${percent(given, 5)}` +
    `   miss ${percent(av.missedSec / av.totalSec, 4)} FA ${percent(av.falseAlarmSec / av.totalSec, 4)}`
  );
}
