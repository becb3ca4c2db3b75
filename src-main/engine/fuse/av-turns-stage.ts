import { z } from 'zod';
import { decodedSchema } from '../media-stages.ts';
import { SAMPLE_RATE_HZ } from '../audio/pcm-reader.ts';
import { VAD_STEP_SAMPLES } from '../audio/silero-kernel.ts';
import { speechSchema } from '../audio/speech-regions.ts';
import { windowsSchema } from '../audio/voice-embeddings.ts';
import { VOICE_SIZE } from '../audio/voice-windows-kernel.ts';
import { sequenceSchema } from '../cluster/speaker-sequence.ts';
import type { Stage, StageContext } from '../stage.ts';
import { frameArtifact, framesFile, writtenFrames } from '../systems/frames-file.ts';
import { labelledTurns } from '../systems/turns.ts';
import { avEvidenceFile } from './av-evidence.ts';
import type { AvEvidence } from './av-evidence.ts';
import { defaultRules } from './av-fusion.ts';
import type { PackedWindows } from './av-turns-kernel.ts';
import { conflicts, stepsOfWindows } from './consistency.ts';
import { faceEvidence } from './face-evidence.ts';
import { evidenceOfTurns, turnsOfSteps } from './fused-turns.ts';
import { readPictureEvidence } from './picture-evidence.ts';
import type { PictureEvidence } from './picture-evidence.ts';
import { speechFrames } from './speech-frames.ts';
import { endWithMouths } from './turn-ends.ts';

const params = z.object({
  faceWeight: z
    .number()
    .min(0)
    .max(1)
    .default(defaultRules.faceWeight)
    .describe('What the score of a face counts at one step of 40 ms beside the voice; 0 = voices alone'),
  overlapFrom: z
    .number()
    .min(0.05)
    .max(0.99)
    .default(defaultRules.overlapFrom)
    .describe('Probability from which two who are both seen speak at once'),
  turnSec: z.number().min(0.1).max(60).default(defaultRules.turnSec).describe('Usual length of a turn, seconds'),
  maxSpeakers: z.number().int().min(1).max(100).default(20).describe('Most speakers the automatic count may find'),
  sameVoice: z
    .number()
    .min(0)
    .max(1)
    .default(0.77)
    .describe('Likeness from which two groups of windows are one voice; higher finds more speakers'),
  sameFaceVoice: z
    .number()
    .min(0)
    .max(1)
    .default(0.92)
    .describe('Likeness of voice from which two faces that are never seen together are one person'),
  maxPauseSec: z
    .number()
    .min(0)
    .max(5)
    .default(0.3)
    .describe('Pauses of one speaker up to this long stay inside the turn, seconds'),
});
type Params = z.output<typeof params>;

/**
 * Diarist AV's answer: faces that talk anchor the voices, see `fuseFacesAndVoices`. Inputs: the nodes of Diarist audio, and the
 * face chain. Outputs: `hypothesis.json`, `frames.json`, a confidence per frame, and `av.json`, which says why.
 * Where no face can be tied to a voice the turns are those of Diarist audio.
 */
export const avTurnsStage: Stage<typeof params> = {
  id: 'av-turns',
  version: '8',
  label: 'Joining faces and voices',
  params,
  models: [],
  usesSpeakers: true,
  artifacts: { avEvidence: avEvidenceFile, [frameArtifact]: framesFile },
  async run(context) {
    const { startSec } = await context.input('pcm').readJson('decoded.json', decodedSchema.pick({ startSec: true }));
    const { regions, durationSec } = await context.input('speech').readJson('speech.json', speechSchema);
    const picture = await readPictureEvidence(context);
    const steps = speechFrames(regions, startSec);
    const evidence = faceEvidence(steps, picture.tracks, picture.talking, picture.offsetSec, picture.frameRateHz);
    const fine = (await context.input('fine').readJson('windows.json', windowsSchema)).windows;
    const sequence = await context.input('sequence').readJson('sequence.json', sequenceSchema);
    const probabilities = await context.input('vad').readFloat32('vad.f32');
    const { maxPauseSec, faceWeight, overlapFrom, turnSec, ...wish } = context.params;
    const asked = context.job.speakers;
    const turnRules = {
      ...{ maxPauseSec, startSec, durationSec },
      vad: { probabilities, stepSec: VAD_STEP_SAMPLES / SAMPLE_RATE_HZ },
    };
    const fused = await context.kernel('av-turns', {
      steps,
      evidence,
      tracks: picture.tracks,
      coarse: await packedWindows(context, 'embeddings'),
      fine: await packedWindows(context, 'fine'),
      speakers: { min: asked?.min ?? 1, max: asked?.max ?? wish.maxSpeakers, ...wish },
      rules: { faceWeight, overlapFrom, turnSec },
    });
    if (!fused) {
      const windows = fine.map((window, i) => ({
        ...window,
        label: sequence.labels[i]!,
        confidence: sequence.confidence[i]!,
      }));
      const { segments, labelOf } = labelledTurns(windows, turnRules);
      await context.writeJson('hypothesis.json', { segments });
      const frames = await writtenFrames(context.signal, segments, labelOf, windows, turnRules);
      await context.writeJson(framesFile, frames);
      await context.writeJson(avEvidenceFile, evidenceOfSound(segments, picture));
      return;
    }
    const turns = turnsOfSteps(steps, fused, turnRules);
    const { speakerOf } = turns;
    const segments = endWithMouths(turns.segments, speakerOf, steps, fused, startSec);
    const labelOf = new Map([...speakerOf].map(([label, speaker]) => [speaker, label]));
    const review = conflicts(steps, {
      audio: stepsOfWindows(steps, fine, sequence.labels),
      visual: fused.seenLane,
      joint: fused.first,
    }).flatMap(({ joint, agreed, ...span }) => {
      const [speaker, other] = [labelOf.get(joint), labelOf.get(agreed)];
      if (speaker === undefined || other === undefined) return [];
      return [{ startSec: span.startSec + startSec, endSec: span.endSec + startSec, speaker, agreed: other }];
    });
    await context.writeJson('hypothesis.json', { segments });
    const { windows, second } = turns;
    const rules = { ...turnRules, second };
    const frames = await writtenFrames(context.signal, segments, speakerOf, windows, rules);
    await context.writeJson(framesFile, frames);
    await context.writeJson(avEvidenceFile, {
      ...evidenceOfTurns(segments, speakerOf, steps, picture.tracks, fused, startSec),
      review,
    } satisfies AvEvidence);
  },
};

async function packedWindows(context: StageContext<Params>, node: string): Promise<PackedWindows> {
  const { windows } = await context.input(node).readJson('windows.json', windowsSchema);
  return {
    embeddings: await context.input(node).readFloat32('embeddings.f32'),
    size: VOICE_SIZE,
    startSec: Float64Array.from(windows, (window) => window.startSec),
    endSec: Float64Array.from(windows, (window) => window.endSec),
    region: Int32Array.from(windows, (window) => window.region),
  };
}

/** Where sound alone decided: nobody is seen to speak. */
function evidenceOfSound(
  segments: readonly { startSec: number; endSec: number; speaker: string }[],
  picture: PictureEvidence,
): AvEvidence {
  const labels = [...new Set(segments.map(({ speaker }) => speaker))];
  return {
    tracks: picture.tracks.map(({ id, identity }) => ({ id, identity, speaker: null })),
    speakers: labels.map((label) => ({
      label,
      identity: null,
      onScreenSec: 0,
      offScreenSec:
        Math.round(
          1000 * segments.reduce((sum, one) => sum + (one.speaker === label ? one.endSec - one.startSec : 0), 0),
        ) / 1000,
    })),
    segments: segments.map(({ startSec, endSec, speaker }) => ({
      ...{ startSec, endSec, speaker, source: 'voice' as const },
      ...{ trackId: null, faceProbability: null, voiceMargin: null },
    })),
    review: [],
  };
}
