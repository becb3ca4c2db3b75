import { z } from 'zod';
import { pcmSampleCount, SAMPLE_RATE_HZ } from '../audio/pcm-reader.ts';
import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import { segmentsSchema } from '../cluster/labelled-spans-file.ts';
import type { LabelledSpan } from '../cluster/labelled-spans.ts';
import type { Stage } from '../stage.ts';

const params = z.object({
  maxPauseSec: z
    .number()
    .min(0)
    .max(5)
    .default(0)
    .describe('Pauses of one speaker up to this long stay inside the turn, seconds'),
});

const startSchema = z.object({ startSec: z.number() });

/**
 * The answer of a system that gives stretches instead of windows: those of node `segments`, each speaker's joined over
 * short pauses in which nobody else speaks. Output: `hypothesis.json`.
 */
export const segmentTurnsStage: Stage<typeof params> = {
  id: 'segment-turns',
  version: '1',
  label: 'Writing turns',
  params,
  models: [],
  async run(context) {
    const { segments } = await context.input('segments').readJson('segments.json', segmentsSchema);
    const { startSec } = await context.input('pcm').readJson('decoded.json', startSchema);
    const durationSec = pcmSampleCount(context.input('pcm').path('pcm.s16')) / SAMPLE_RATE_HZ;
    const rules = { maxPauseSec: context.params.maxPauseSec, startSec, durationSec };
    await context.writeJson('hypothesis.json', { segments: turnsFromSpans(segments, rules) });
  },
};

/**
 * Turns from stretches of speakers, which may overlap. Times are whole milliseconds inside the sound; turns are sorted, no
 * two of one speaker touch; speakers are named in the order they are heard.
 * @param rules `startSec`: where the sound starts in the file's own time, added to all times
 */
export function turnsFromSpans(
  spans: readonly LabelledSpan[],
  rules: { maxPauseSec: number; startSec: number; durationSec: number },
): HypothesisSegment[] {
  const sorted = [...spans].sort((a, b) => a.startSec - b.startSec || a.label - b.label);
  const open = new Map<number, { span: LabelledSpan; trust: number; speechSec: number }>();
  const joined: { span: LabelledSpan; trust: number; speechSec: number }[] = [];
  for (const span of sorted) {
    const speechSec = span.endSec - span.startSec;
    const last = open.get(span.label);
    const gapSec = last ? span.startSec - last.span.endSec : Infinity;
    const alone = (): boolean =>
      !joined.some(
        (other) => other !== last && other.span.startSec < span.startSec && other.span.endSec > last!.span.endSec,
      );
    // Touching stretches of one speaker are always one turn.
    if (last && (gapSec <= 0.001 || (gapSec <= rules.maxPauseSec && alone()))) {
      last.span.endSec = Math.max(last.span.endSec, span.endSec);
      last.trust += span.confidence * speechSec;
      last.speechSec += speechSec;
      continue;
    }
    const turn = { span: { ...span }, trust: span.confidence * speechSec, speechSec };
    open.set(span.label, turn);
    joined.push(turn);
  }
  const firstMs = Math.ceil(rules.startSec * 1000 - 1e-6);
  const lastMs = Math.floor((rules.startSec + rules.durationSec) * 1000 + 1e-6);
  const names = new Map<number, string>();
  const out: HypothesisSegment[] = [];
  for (const { span, trust, speechSec } of joined) {
    const startMs = Math.max(firstMs, Math.round((rules.startSec + span.startSec) * 1000));
    const endMs = Math.min(lastMs, Math.round((rules.startSec + span.endSec) * 1000));
    if (endMs <= startMs) continue;
    let speaker = names.get(span.label);
    if (speaker === undefined) {
      speaker = `spk${String(names.size).padStart(2, '0')}`;
      names.set(span.label, speaker);
    }
    const confidence = Math.round(1000 * Math.max(0, Math.min(1, trust / speechSec))) / 1000;
    out.push({ startSec: startMs / 1000, endSec: endMs / 1000, speaker, confidence });
  }
  return out;
}
