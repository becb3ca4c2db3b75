/**
 *   npm run bench -- fit-frames DIR…
 *
 * Fits the weights of src-main/engine/systems/frame-confidence.ts to Diarist audio's turns of the conversations that
 * `bench -- conversations` composed in DIR: prints them, and how honest they are where they were not fitted: one half,
 * every recording left out in turn, and the other half.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { speechSchema } from '#engine/audio/speech-regions.ts';
import { windowsSchema } from '#engine/audio/voice-embeddings.ts';
import { sequenceSchema } from '#engine/cluster/speaker-sequence.ts';
import { DOUBT_PAD_SEC } from '#engine/systems/diarist-audio-nodes.ts';
import { frameEvidenceNames, framesOfTurns, FRAME_STEP_SEC } from '#engine/systems/frame-confidence.ts';
import { windowsOfTurns } from '#engine/systems/speaker-turns.ts';
import { labelledTurns } from '#engine/systems/turns.ts';
import { Diarizer } from '#jobs/diarize-files.ts';
import type { DiarizedFile } from '#jobs/diarize-files.ts';
import { parseRttm } from '#shared/formats/rttm.ts';
import { scoreClip } from './accuracy/score-clip.ts';
import { logisticRegression } from './fit/logistic.ts';
import type { Cases } from './fit/logistic.ts';

/** Frames of one recording beside each other say nearly the same: every so manieth is fitted to. */
const EVERY = 5;
const BINS = 10;
/** Of the regression, in cases. */
const RIDGE = 10;

interface Frame {
  values: number[];
  isRight: boolean;
}

export async function run(folders: string[]): Promise<number> {
  if (folders.length === 0) {
    console.error('Usage: npm run bench -- fit-frames DIR…');
    return 2;
  }
  const recordings: Frame[][] = [];
  const diarizer = await Diarizer.open();
  try {
    for (const folder of folders) {
      for (const name of (await readdir(folder)).filter((one) => one.endsWith('.rttm')).sort()) {
        const stem = path.join(folder, path.basename(name, '.rttm'));
        const file = await diarizer.diarize(`${stem}.wav`, { systemId: 'diarist-audio' });
        recordings.push(await framesOf(file, `${stem}.rttm`));
      }
    }
  } finally {
    await diarizer.close();
  }
  // Kinds of sound take turns in the order of the recordings: each half has all of them.
  const half = Math.ceil(recordings.length / 2);
  const [fitted, held] = [recordings.slice(0, half), recordings.slice(half)];
  const leftOut = fitted.flatMap((frames, i) => {
    const weights = fit(fitted.filter((_, k) => k !== i));
    return frames.map((frame) => judged(frame, weights));
  });
  const weights = fit(fitted);
  console.log([...frameEvidenceNames, 'constant'].map((name, k) => `${name}: ${weights[k]!.toFixed(3)}`).join(', '));
  const turnAlone = frameEvidenceNames.map((name) => Number(name === 'turn'));
  report(`${fitted.length} recordings, each left out`, leftOut);
  report(
    `${held.length} others`,
    held.flat().map((frame) => judged(frame, weights)),
  );
  report(
    'the same by the confidence of the turn alone',
    held.flat().map((frame) => judged(frame, [...turnAlone, 0])),
  );
  return 0;
}

async function framesOf({ result }: DiarizedFile, rttmPath: string): Promise<Frame[]> {
  const pathOf = (name: string): string => {
    const found = result.artifacts.find((artifact) => artifact.name === name);
    if (!found) throw new Error(`no artifact ${name}`);
    return found.path;
  };
  const json = async <T>(name: string, schema: z.ZodType<T>): Promise<T> =>
    schema.parse(JSON.parse(await readFile(pathOf(name), 'utf8')));
  const vad = await readFile(pathOf('vad'));
  const { windows, rules } = windowsOfTurns(
    {
      speech: await json('speech/speech.json', speechSchema),
      windows: (await json('fine/windows.json', windowsSchema)).windows,
      sequence: await json('sequence/sequence.json', sequenceSchema),
      probabilities: new Float32Array(vad.buffer.slice(vad.byteOffset, vad.byteOffset + vad.byteLength)),
      startSec: 0,
    },
    { maxPauseSec: 0.5, doubtPadSec: DOUBT_PAD_SEC },
  );
  const { segments, labelOf } = labelledTurns(windows, rules);
  const { turns } = parseRttm(await readFile(rttmPath, 'utf8'), { file: rttmPath });
  const score = scoreClip(
    { id: turns[0]?.fileId ?? '', turns } as Parameters<typeof scoreClip>[0],
    segments,
    rules.durationSec,
  );
  const referenceOf = new Map(Object.entries(score.strict.mapping).map(([reference, found]) => [found, reference]));
  return [...framesOfTurns(segments, labelOf, windows, rules)].flatMap(({ firstFrame, frames }, i) =>
    frames.map((frame, k): Frame => {
      const middleSec = (firstFrame + k + 0.5) * FRAME_STEP_SEC;
      const speaker = referenceOf.get(segments[i]!.speaker);
      return {
        values: frameEvidenceNames.map((name) => frame[name]),
        isRight: turns.some(
          (turn) => turn.speaker === speaker && turn.startSec <= middleSec && turn.endSec > middleSec,
        ),
      };
    }),
  );
}

function fit(recordings: readonly Frame[][]): number[] {
  const cases: Cases = { values: [], targets: [], weights: [] };
  for (const frames of recordings) {
    for (let k = 0; k < frames.length; k += EVERY) {
      cases.values.push(frames[k]!.values);
      cases.targets.push(Number(frames[k]!.isRight));
      cases.weights.push(1);
    }
  }
  return logisticRegression(cases, RIDGE);
}

const judged = ({ values, isRight }: Frame, weights: readonly number[]): { guess: number; isRight: boolean } => ({
  guess: 1 / (1 + Math.exp(-values.reduce((sum, value, k) => sum + value * weights[k]!, weights[values.length]!))),
  isRight,
});

function report(what: string, frames: readonly { guess: number; isRight: boolean }[]): void {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, guess: 0, right: 0 }));
  let brier = 0;
  for (const { guess, isRight } of frames) {
    const bin = bins[Math.min(BINS - 1, Math.floor(guess * BINS))]!;
    bin.count++;
    bin.guess += guess;
    bin.right += Number(isRight);
    brier += (guess - Number(isRight)) ** 2;
  }
  const error = bins.reduce((sum, bin) => sum + Math.abs(bin.guess - bin.right), 0) / frames.length;
  console.log(
    `${what}: ${frames.length} frames, expected calibration error ${(100 * error).toFixed(2)} points, Brier ${(brier / frames.length).toFixed(4)}, area under ROC ${areaUnderRoc(frames).toFixed(3)}`,
  );
  for (const [k, { count, guess, right }] of bins.entries()) {
    if (count === 0) continue;
    const share = (sum: number): string => ((100 * sum) / count).toFixed(1).padStart(5);
    console.log(
      `  ${(k / BINS).toFixed(1)}: ${String(count).padStart(7)} said ${share(guess)} % right ${share(right)} %`,
    );
  }
}

/** Probability that a right frame is believed more than a wrong one. */
function areaUnderRoc(frames: readonly { guess: number; isRight: boolean }[]): number {
  const sorted = [...frames].sort((a, b) => a.guess - b.guess);
  const right = sorted.filter((frame) => frame.isRight).length;
  let ranks = 0;
  for (let from = 0; from < sorted.length;) {
    let end = from;
    while (end < sorted.length && sorted[end]!.guess === sorted[from]!.guess) end++;
    for (let k = from; k < end; k++) if (sorted[k]!.isRight) ranks += (from + end + 1) / 2;
    from = end;
  }
  return (ranks - (right * (right + 1)) / 2) / Math.max(1, right * (sorted.length - right));
}
