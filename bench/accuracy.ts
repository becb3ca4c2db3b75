/**
 *   npm run bench -- accuracy [--system ID] [--set node.param=value]
 *
 * Diarization error rate of a system on every clip of ../shared/data that has a reference: automatic and given speaker
 * count, collar 0 and 0.25 s, overlap scored, whole file scored; then means per set, the speaker counts and how honest the
 * confidences are. The clips are few and short: one wrong speaker moves a row by tens of points.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Diarizer } from '#jobs/diarize-files.ts';
import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { Turn } from '#shared/formats/turn.ts';
import type { FileScore } from '#shared/metrics/score.ts';
import { scoreDiarization } from '#shared/metrics/score.ts';
import { readReferences } from './references.ts';
import type { ReferenceClip } from './references.ts';

const dataDir = path.resolve(import.meta.dirname, '../../shared/data');

interface ClipResult {
  clip: ReferenceClip;
  auto: FileScore;
  autoCollar: FileScore;
  given: FileScore;
  givenCollar: FileScore;
  segments: readonly HypothesisSegment[];
}

export async function run(args: string[]): Promise<number> {
  if (!existsSync(dataDir)) {
    console.error(`Nothing to score: ${dataDir} is not there.`);
    return 2;
  }
  const options = readOptions(args);
  if (!options) {
    console.error('Usage: npm run bench -- accuracy [--system ID] [--set node.param=value]');
    return 2;
  }
  const clips = await readReferences(dataDir);
  const diarizer = await Diarizer.open();
  const results: ClipResult[] = [];
  console.log('                                 speakers       automatic count                     given count');
  console.log('clip                           true found   DER  .25   miss    FA   conf         DER   .25');
  try {
    for (const clip of clips) {
      const result = await scoreClip(diarizer, clip, options);
      results.push(result);
      console.log(rowOf(result));
    }
  } finally {
    await diarizer.close();
  }
  printSets(results);
  printCalibration(results);
  return 0;
}

function readOptions(args: readonly string[]): { systemId?: string; params: Record<string, unknown> } | null {
  const params: Record<string, unknown> = {};
  let systemId: string | undefined;
  for (let i = 0; i < args.length; i += 2) {
    const value = args[i + 1];
    if (value === undefined) return null;
    if (args[i] === '--system') systemId = value;
    else if (args[i] === '--set' && value.includes('=')) {
      const at = value.indexOf('=');
      const text = value.slice(at + 1);
      params[value.slice(0, at)] = Number.isNaN(Number(text)) ? text : Number(text);
    } else return null;
  }
  return { ...(systemId === undefined ? {} : { systemId }), params };
}

async function scoreClip(
  diarizer: Diarizer,
  clip: ReferenceClip,
  options: { systemId?: string; params: Record<string, unknown> },
): Promise<ClipResult> {
  const count = new Set(clip.turns.map((turn) => turn.speaker)).size;
  const score = (segments: readonly HypothesisSegment[], durationSec: number, collarSec: number): FileScore => {
    const hypothesis = segments.map((segment): Turn => ({ ...segment, fileId: clip.id, channel: '1' }));
    const region = { fileId: clip.id, channel: '1', startSec: 0, endSec: durationSec };
    return scoreDiarization(clip.turns, hypothesis, { collarSec, regions: [region] }).files[0]!;
  };
  const auto = await diarizer.diarize(clip.path, options);
  const given = await diarizer.diarize(clip.path, { ...options, speakers: { min: count, max: count } });
  const durationSec = auto.result.decodedSec;
  return {
    clip,
    auto: score(auto.result.segments, durationSec, 0),
    autoCollar: score(auto.result.segments, durationSec, 0.25),
    given: score(given.result.segments, durationSec, 0),
    givenCollar: score(given.result.segments, durationSec, 0.25),
    segments: auto.result.segments,
  };
}

const percent = (share: number, width: number): string => (100 * share).toFixed(1).padStart(width);

function rowOf({ clip, auto, autoCollar, given, givenCollar }: ClipResult): string {
  return (
    `${clip.set}/${clip.id}`.padEnd(32) +
    String(auto.referenceSpeakers).padStart(3) +
    String(auto.hypothesisSpeakers).padStart(6) +
    percent(auto.der, 7) +
    percent(autoCollar.der, 6) +
    percent(auto.missedSec / auto.totalSec, 7) +
    percent(auto.falseAlarmSec / auto.totalSec, 6) +
    percent(auto.confusionSec / auto.totalSec, 7) +
    percent(given.der, 12) +
    percent(givenCollar.der, 6)
  );
}

function printSets(results: readonly ClipResult[]): void {
  const mean = (list: readonly ClipResult[], of: (result: ClipResult) => number): number =>
    list.reduce((sum, result) => sum + of(result), 0) / list.length;
  console.log('\nmean of clips      clips   DER   .25   given count   .25   confusion   counts right   mean |error|');
  const sets = [...new Set(results.map((result) => result.clip.set))];
  for (const [name, list] of [
    ...sets.map((set) => [set, results.filter((result) => result.clip.set === set)] as const),
    ['all', results] as const,
  ]) {
    const wrong = (result: ClipResult): number =>
      Math.abs(result.auto.hypothesisSpeakers - result.auto.referenceSpeakers);
    console.log(
      name.padEnd(18) +
        String(list.length).padStart(6) +
        percent(
          mean(list, (result) => result.auto.der),
          6,
        ) +
        percent(
          mean(list, (result) => result.autoCollar.der),
          6,
        ) +
        percent(
          mean(list, (result) => result.given.der),
          14,
        ) +
        percent(
          mean(list, (result) => result.givenCollar.der),
          6,
        ) +
        percent(
          mean(list, (result) => result.auto.confusionSec / result.auto.totalSec),
          12,
        ) +
        `${list.filter((result) => wrong(result) === 0).length} of ${list.length}`.padStart(15) +
        mean(list, wrong).toFixed(2).padStart(15),
    );
  }
}

/** Of the time said to be a speaker's, how much is that speaker's in the reference, by confidence. */
function printCalibration(results: readonly ClipResult[]): void {
  const bins = Array.from({ length: 5 }, () => ({ sec: 0, rightSec: 0, confidence: 0 }));
  for (const { clip, auto, segments } of results) {
    const referenceOf = new Map(Object.entries(auto.mapping).map(([reference, found]) => [found, reference]));
    for (const { startSec, endSec, speaker, confidence } of segments) {
      if (confidence === null) continue;
      const bin = bins[Math.min(4, Math.floor(confidence * 5))]!;
      const name = referenceOf.get(speaker);
      bin.sec += endSec - startSec;
      bin.confidence += confidence * (endSec - startSec);
      for (const turn of clip.turns) {
        if (turn.speaker !== name) continue;
        bin.rightSec += Math.max(0, Math.min(endSec, turn.endSec) - Math.max(startSec, turn.startSec));
      }
    }
  }
  const total = bins.reduce((sum, bin) => sum + bin.sec, 0);
  let error = 0;
  console.log('\nconfidence    seconds   mean confidence   right');
  bins.forEach((bin, k) => {
    if (bin.sec === 0) return;
    error += Math.abs(bin.confidence - Math.min(bin.sec, bin.rightSec)) / total;
    console.log(
      `${(k / 5).toFixed(1)}–${((k + 1) / 5).toFixed(1)}`.padEnd(12) +
        bin.sec.toFixed(0).padStart(8) +
        percent(bin.confidence / bin.sec, 15) +
        ' %' +
        percent(Math.min(1, bin.rightSec / bin.sec), 10) +
        ' %',
    );
  });
  console.log(`expected calibration error ${(100 * error).toFixed(1)} points`);
}
