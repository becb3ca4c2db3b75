import { AppError } from '#shared/api/errors.ts';
import { mergeVoices, type EnrolledVoice } from '#shared/domain/enrolled-voice.ts';
import type { VoicePrints } from '#shared/engine/voice-prints.ts';

/** Less speech than this says too little about a voice to know it again. */
export const leastSpeechSec = 3;

/** What one clip told of a voice. */
export interface ClipPrint {
  /** Name of the file. */
  clip: string;
  model: string;
  vector: number[];
  speechSec: number;
}

/**
 * The one voice of a clip.
 * @throws AppError `bad-input` when there is no speech in it
 */
export function clipPrint(clip: string, file: string, { model, prints }: VoicePrints): ClipPrint {
  const print = prints[0];
  if (print) return { clip, model, vector: print.vector, speechSec: print.speechSec };
  throw new AppError('bad-input', `${clip} has no speech from which a voice could be learnt.`, {
    file,
    fix: 'Give a clip with some seconds of clear speech.',
  });
}

/**
 * Clips of one person as a voice with a name.
 * @throws AppError `bad-input` when they hold less than three seconds of speech
 */
export function makeVoice(name: string, parts: readonly ClipPrint[]): EnrolledVoice {
  const { vector, speechSec } = mergeVoices(parts);
  if (speechSec < leastSpeechSec) {
    throw new AppError(
      'bad-input',
      `${name}'s clips hold ${speechSec.toFixed(1)} s of speech; ${leastSpeechSec} s are the least.`,
      { fix: 'Add clips: ten seconds and more are good.' },
    );
  }
  return {
    name,
    model: parts[0]!.model,
    vector,
    speechSec,
    clips: parts.map(({ clip }) => clip),
    enrolledMs: Date.now(),
  };
}
