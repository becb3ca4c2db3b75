import type { Kernel } from '../kernel.ts';
import { labelConfidence, labelLikeness, restoreLostSpeakers, speakerSequence } from './speaker-posteriors.ts';
import type { PosteriorInput } from './speaker-posteriors.ts';
import { vectors } from './vectors.ts';

export interface SequenceInput {
  embeddings: Float32Array;
  /** Unit-length voice of each speaker. */
  voices: Float32Array;
  size: number;
  startSec: Float64Array;
  endSec: Float64Array;
  /** The windows the speakers were found with. */
  found: { labels: Int32Array; startSec: Float64Array; endSec: Float64Array };
}

export interface SequenceOutput {
  /** Speaker of each window. */
  labels: Int32Array;
  /** 0..1 per window. */
  confidence: Float32Array;
  /** Per window, 1 = as like its speaker's voice as is usual. */
  likeness: Float32Array;
}

/** Speaker of each fine window, on a worker thread. */
export const speakerSequenceKernel: Kernel<SequenceInput, SequenceOutput> = async (context, input) => {
  const posteriors: PosteriorInput = {
    rows: vectors(input.embeddings, input.size),
    speakers: vectors(input.voices, input.size),
    startSec: input.startSec,
    endSec: input.endSec,
  };
  const labels = speakerSequence(posteriors);
  restoreLostSpeakers(labels, input, input.found, posteriors.speakers.count);
  context.checkCancelled();
  const likeness = labelLikeness(posteriors, labels);
  return { output: { labels, confidence: labelConfidence(posteriors, labels), likeness } };
};
