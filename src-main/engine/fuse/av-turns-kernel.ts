import type { Kernel } from '../kernel.ts';
import { vectors } from '../cluster/vectors.ts';
import { fuseFacesAndVoices } from './av-fusion.ts';
import type { FusionResult, FusionRules } from './av-fusion.ts';
import type { FaceEvidence, TalkingTrack } from './face-evidence.ts';
import type { SpeechFrames } from './speech-frames.ts';
import type { SpeakerWish } from './voice-speakers.ts';

/** Windows as they cross threads. */
export interface PackedWindows {
  embeddings: Float32Array;
  size: number;
  startSec: Float64Array;
  endSec: Float64Array;
  region: Int32Array;
}

export interface AvTurnsInput {
  steps: SpeechFrames;
  evidence: FaceEvidence;
  tracks: readonly TalkingTrack[];
  coarse: PackedWindows;
  fine: PackedWindows;
  speakers: SpeakerWish;
  rules: FusionRules;
}

/** Diarist AV's decision on a worker thread; null = no face could be tied to a voice. */
export const avTurns: Kernel<AvTurnsInput, FusionResult | null> = async (context, input) => {
  const unpack = ({ embeddings, size, ...times }: PackedWindows) => ({ rows: vectors(embeddings, size), ...times });
  const output = fuseFacesAndVoices({
    steps: input.steps,
    evidence: input.evidence,
    tracks: input.tracks,
    coarse: unpack(input.coarse),
    fine: unpack(input.fine),
    speakers: input.speakers,
    rules: input.rules,
    pause: () => context.checkCancelled(),
  });
  return { output };
};
