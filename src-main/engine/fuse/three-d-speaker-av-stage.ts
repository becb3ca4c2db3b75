import { z } from 'zod';
import { SAMPLE_RATE_HZ } from '../audio/pcm-reader.ts';
import { VAD_STEP_SAMPLES } from '../audio/silero-kernel.ts';
import { speechSchema } from '../audio/speech-regions.ts';
import { windowsSchema } from '../audio/voice-embeddings.ts';
import { VOICE_SIZE } from '../audio/voice-windows-kernel.ts';
import { sequenceSchema } from '../cluster/speaker-sequence.ts';
import { vectors } from '../cluster/vectors.ts';
import { decodedSchema } from '../media-stages.ts';
import type { Stage } from '../stage.ts';
import { labelledTurns } from '../systems/turns.ts';
import { avEvidenceFile } from './av-evidence.ts';
import type { AvEvidence } from './av-evidence.ts';
import { readPictureEvidence } from './picture-evidence.ts';
import { faceIntervals, jointLabels } from './three-d-speaker-av.ts';

/**
 * 3D-Speaker's joint rule over the voice clusters of node `sequence` and the faces of node `talking`, see `jointLabels`.
 * Outputs: `hypothesis.json`, `av.json`.
 */
export const threeDSpeakerAvStage: Stage<z.ZodObject> = {
  id: '3d-speaker-av',
  version: '1',
  label: 'Joining faces and voices',
  params: z.object({}),
  models: [],
  artifacts: { avEvidence: avEvidenceFile },
  async run(context) {
    const { startSec } = await context.input('pcm').readJson('decoded.json', decodedSchema.pick({ startSec: true }));
    const { regions, durationSec } = await context.input('speech').readJson('speech.json', speechSchema);
    const { windows } = await context.input('embeddings').readJson('windows.json', windowsSchema);
    const sequence = await context.input('sequence').readJson('sequence.json', sequenceSchema);
    const probabilities = await context.input('vad').readFloat32('vad.f32');
    const picture = await readPictureEvidence(context);
    const inFile = <T extends { startSec: number; endSec: number }>(spans: readonly T[]): T[] =>
      spans.map((span) => ({ ...span, startSec: span.startSec + startSec, endSec: span.endSec + startSec }));
    const intervals = faceIntervals(picture.tracks, picture.talking, inFile(regions));
    const rows = vectors(await context.input('embeddings').readFloat32('embeddings.f32'), VOICE_SIZE);
    const labels = jointLabels(inFile(windows), rows, sequence.labels, intervals);
    const { segments, labelOf } = labelledTurns(
      windows.map((window, w) => ({ ...window, label: labels[w]!, confidence: sequence.confidence[w]! })),
      {
        ...{ maxPauseSec: 0, startSec, durationSec },
        vad: { probabilities, stepSec: VAD_STEP_SAMPLES / SAMPLE_RATE_HZ },
      },
    );
    const nameOf = new Map([...labelOf].map(([name, label]) => [label, name]));
    const seenSec = (span: { startSec: number; endSec: number }, identity: number): number =>
      intervals
        .filter((one) => one.identity === identity)
        .reduce(
          (sum, one) => sum + Math.max(0, Math.min(one.endSec, span.endSec) - Math.max(one.startSec, span.startSec)),
          0,
        );
    await context.writeJson('hypothesis.json', { segments });
    await context.writeJson(avEvidenceFile, {
      tracks: picture.tracks.map(({ id, identity }) => ({
        ...{ id, identity },
        speaker: identity === null ? null : (nameOf.get(identity) ?? null),
      })),
      speakers: [...labelOf].map(([label, identity]) => {
        const own = segments.filter(({ speaker }) => speaker === label);
        const seconds = own.reduce((sum, one) => sum + one.endSec - one.startSec, 0);
        const onScreenSec = own.reduce((sum, one) => sum + seenSec(one, identity), 0);
        return {
          ...{ label, identity: identity >= 0 ? identity : null, onScreenSec },
          offScreenSec: Math.max(0, seconds - onScreenSec),
        };
      }),
      segments: segments.map(({ startSec: from, endSec, speaker }) => {
        const identity = labelOf.get(speaker) ?? -1;
        const seen = seenSec({ startSec: from, endSec }, identity) > 0;
        return {
          ...{ startSec: from, endSec, speaker, source: seen ? ('both' as const) : ('voice' as const) },
          ...{ trackId: null, faceProbability: null, voiceMargin: null },
        };
      }),
      review: [],
    } satisfies AvEvidence);
  },
};
