import { z } from 'zod';
import { SAMPLE_RATE_HZ } from '../audio/pcm-reader.ts';
import { VAD_STEP_SAMPLES } from '../audio/silero-kernel.ts';
import { speechSchema } from '../audio/speech-regions.ts';
import { regionsSchema } from '../audio/posterior-regions.ts';
import { windowsSchema } from '../audio/voice-embeddings.ts';
import { sequenceSchema } from '../cluster/speaker-sequence.ts';
import { secondSpeakers } from '../cluster/second-speakers.ts';
import type { SecondTurn } from '../cluster/second-speakers.ts';
import { rowSize, vectors } from '../cluster/vectors.ts';
import type { Stage, StageContext } from '../stage.ts';
import { widerBordersSec, withWiderBorders } from './doubtful-borders.ts';
import { frameArtifact, framesFile, writtenFrames } from './frames-file.ts';
import { labelledTurns } from './turns.ts';
import type { LabelledWindow, TurnRules } from './turns.ts';

const params = z.object({
  maxPauseSec: z
    .number()
    .min(0)
    .max(5)
    .default(0.5)
    .describe('Pauses of one speaker up to this long stay inside the turn, seconds'),
});
const doubtParams = params.extend({
  doubtPadSec: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Turns begin earlier and end later by this many seconds times (0.95 − mean speech probability)'),
});

/** Of what node `pcm` says of itself: where in the file's own time the first sample lies. */
const startSchema = z.object({ startSec: z.number() });

type Params = z.output<typeof params> & { doubtPadSec?: number };

/** What turns are made of. */
export interface HeardRecording {
  speech: z.output<typeof speechSchema>;
  windows: z.output<typeof windowsSchema>['windows'];
  sequence: z.output<typeof sequenceSchema>;
  /** Speech probability per step of the voice activity net. */
  probabilities: Float32Array;
  /** Where in the file's own time the first sample lies. */
  startSec: number;
}

/** Labelled windows with the borders turns get, and the rules to make them by. */
export function windowsOfTurns(
  { speech: { durationSec, regions }, windows, sequence, probabilities, startSec }: HeardRecording,
  { maxPauseSec, doubtPadSec = 0 }: Params,
  second: readonly SecondTurn[] = [],
): { windows: LabelledWindow[]; rules: TurnRules } {
  const vad = { probabilities, stepSec: VAD_STEP_SAMPLES / SAMPLE_RATE_HZ };
  const widerSec = widerBordersSec(doubtPadSec, regions, vad);
  return {
    windows: withWiderBorders(windows, widerSec, durationSec).map((window, i) => ({
      ...window,
      label: sequence.labels[i]!,
      confidence: sequence.confidence[i]!,
      ...(sequence.likeness && { likeness: sequence.likeness[i]! }),
    })),
    rules: {
      maxPauseSec,
      startSec,
      durationSec,
      vad,
      second,
      ...(sequence.countProbability !== undefined && { countProbability: sequence.countProbability }),
    },
  };
}

async function writeTurns(
  context: StageContext<Params>,
  second: readonly SecondTurn[],
  windowsNode = 'fine',
): Promise<void> {
  const heard: HeardRecording = {
    speech: await context.input('speech').readJson('speech.json', speechSchema),
    windows: (await context.input(windowsNode).readJson('windows.json', windowsSchema)).windows,
    sequence: await context.input('sequence').readJson('sequence.json', sequenceSchema),
    probabilities: await context.input('vad').readFloat32('vad.f32'),
    startSec: (await context.input('pcm').readJson('decoded.json', startSchema)).startSec,
  };
  const { windows, rules } = windowsOfTurns(heard, context.params, second);
  const { segments, labelOf } = labelledTurns(windows, rules);
  await context.writeJson('hypothesis.json', { segments });
  // What the weights of a frame were fitted to: the short windows.
  if (windowsNode === 'fine') {
    await context.writeJson(framesFile, await writtenFrames(context.signal, segments, labelOf, windows, rules));
  }
}

/**
 * The answer of an audio system: turns from the labels of node `sequence`, with a confidence each. Outputs:
 * `hypothesis.json` and `frames.json`, a confidence per frame.
 */
export const speakerTurnsStage: Stage<typeof doubtParams> = {
  id: 'speaker-turns',
  version: '8',
  label: 'Writing turns',
  params: doubtParams,
  models: [],
  artifacts: { [frameArtifact]: framesFile },
  run: (context) => writeTurns(context, []),
};

/** The same with second speakers in the overlaps of node `overlaps`, by the voices of node `clusters`. */
export const overlappingTurnsStage: Stage<typeof doubtParams> = {
  id: 'overlapping-turns',
  version: '3',
  label: 'Writing turns',
  params: doubtParams,
  models: [],
  artifacts: { [frameArtifact]: framesFile },
  async run(context) {
    const { windows } = await context.input('fine').readJson('windows.json', windowsSchema);
    const { labels } = await context.input('sequence').readJson('sequence.json', sequenceSchema);
    const { regions } = await context.input('overlaps').readJson('regions.json', regionsSchema);
    const embeddings = await context.input('fine').readFloat32('embeddings.f32');
    const size = rowSize(embeddings, windows.length);
    const second = secondSpeakers(
      {
        rows: vectors(embeddings, size),
        speakers: vectors(await context.input('clusters').readFloat32('voices.f32'), size),
        startSec: Float64Array.from(windows, (window) => window.startSec),
        endSec: Float64Array.from(windows, (window) => window.endSec),
      },
      labels,
      windows.map((window) => window.region),
      regions,
    );
    await writeTurns(context, second);
  },
};

/** The same from the windows of node `embeddings`, whose labels node `sequence` holds. */
export const windowTurnsStage: Stage<typeof params> = {
  id: 'window-turns',
  version: '2',
  label: 'Writing turns',
  params,
  models: [],
  run: (context) => writeTurns(context, [], 'embeddings'),
};
