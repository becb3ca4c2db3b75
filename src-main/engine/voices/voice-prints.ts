import { statSync } from 'node:fs';
import { z } from 'zod';
import {
  voicePrintModels,
  voicePrintsFile,
  voicePrintsSchema,
  voiceSpanSchema,
  type VoiceSpan,
} from '#shared/engine/voice-prints.ts';
import { speechSchema } from '../audio/speech-regions.ts';
import type { SpeechRegion } from '../audio/vad-timestamps.ts';
import { TRUNK_RATE_HZ, TRUNK_SIZE } from '../audio/voice-trunk-kernel.ts';
import { layWindows } from '../audio/voice-windows.ts';
import { VOICE_SIZE } from '../audio/voice-windows-kernel.ts';
import type { Stage } from '../stage.ts';

/** Long windows: what counts here is the voice, not where it changes. */
const WINDOW_SEC = 3;
const HOP_SEC = 1.5;
/** Less of a voice at a time says little about it. */
const LEAST_SEC = 0.5;
/** Five minutes of one voice: more changes nothing. */
const MOST_WINDOWS = 200;
/** Whose voice it is where nobody says who speaks. */
const ONLY_SPEAKER = 'voice';

const params = z.object({
  spans: z.array(voiceSpanSchema).default([]).describe('Who speaks when, in seconds; none = all speech is one voice'),
});

/**
 * One unit-length vector per speaker: the mean of windows in which only that speaker talks. Inputs `speech`, `trunk`;
 * output `prints.json`.
 */
export const voicePrintsStage: Stage<typeof params> = {
  id: 'voice-prints',
  version: '1',
  label: 'Comparing voices',
  params,
  models: [...voicePrintModels],
  artifacts: { voicePrints: voicePrintsFile },
  async run(context) {
    const { regions } = await context.input('speech').readJson('speech.json', speechSchema);
    const { spans } = context.params;
    const turns = spans.length > 0 ? spans : regions.map((region) => ({ ...region, speaker: ONLY_SPEAKER }));
    const speakers = [...new Set(turns.map(({ speaker }) => speaker))];
    const framesPath = context.input('trunk').path('frames.f32');
    const frameCount = Math.floor(statSync(framesPath).size / (TRUNK_SIZE * 4));
    const prints: { speaker: string; speechSec: number; vector: number[] }[] = [];
    for (const [done, speaker] of speakers.entries()) {
      const alone = speechAlone(turns, speaker, regions).filter((part) => part.endSec - part.startSec >= LEAST_SEC);
      const windows = spread(layWindows(alone, WINDOW_SEC, HOP_SEC), MOST_WINDOWS);
      const ranges = Int32Array.from(
        windows.flatMap(({ startSec, endSec }) => {
          const first = Math.floor(startSec * TRUNK_RATE_HZ);
          const end = Math.min(frameCount, Math.floor(endSec * TRUNK_RATE_HZ));
          return end > first ? [first, end] : [];
        }),
      );
      if (ranges.length > 0) {
        const vectors = await context.kernel('voice-windows', {
          modelPath: context.model('diarist-voice-head').path,
          framesPath,
          ranges,
        });
        const speechSec = alone.reduce((sum, { startSec, endSec }) => sum + endSec - startSec, 0);
        prints.push({ speaker, speechSec, vector: meanVector(vectors, ranges) });
      }
      context.progress(done + 1, speakers.length);
    }
    const model = voicePrintModels.map((id) => context.model(id).sha256).join(' ');
    await context.writeJson(voicePrintsFile, voicePrintsSchema.parse({ model, prints }));
  },
};

/** The parts of a speaker's turns in which there is speech and nobody else's turn. */
export function speechAlone(
  turns: readonly VoiceSpan[],
  speaker: string,
  speech: readonly SpeechRegion[],
): SpeechRegion[] {
  const events: [timeSec: number, kind: 'own' | 'other' | 'speech', step: 1 | -1][] = [];
  for (const turn of turns) {
    const kind = turn.speaker === speaker ? 'own' : 'other';
    events.push([turn.startSec, kind, 1], [turn.endSec, kind, -1]);
  }
  for (const { startSec, endSec } of speech) events.push([startSec, 'speech', 1], [endSec, 'speech', -1]);
  events.sort((a, b) => a[0] - b[0] || a[2] - b[2]);
  const open = { own: 0, other: 0, speech: 0 };
  const parts: SpeechRegion[] = [];
  let startSec: number | null = null;
  for (const [timeSec, kind, step] of events) {
    open[kind] += step;
    const isAlone = open.own > 0 && open.other === 0 && open.speech > 0;
    if (isAlone) startSec ??= timeSec;
    else if (startSec !== null) {
      if (timeSec > startSec) parts.push({ startSec, endSec: timeSec });
      startSec = null;
    }
  }
  return parts;
}

/** At most `count` of the items, evenly over all of them. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, k) => items[Math.floor((k * items.length) / count)]!);
}

/** Mean direction of the windows' vectors, each counted by its length. */
function meanVector(vectors: Float32Array, ranges: Int32Array): number[] {
  const sum = new Float64Array(VOICE_SIZE);
  for (let window = 0; 2 * window < ranges.length; window++) {
    const length = ranges[2 * window + 1]! - ranges[2 * window]!;
    for (let k = 0; k < VOICE_SIZE; k++) sum[k]! += length * vectors[window * VOICE_SIZE + k]!;
  }
  const norm = Math.hypot(...sum);
  return Array.from(sum, (value) => (norm > 0 ? value / norm : 0));
}
