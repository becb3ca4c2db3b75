import { vectors } from './vectors.ts';
import type { Vectors } from './vectors.ts';

/** Share of the cepstra in the cosine of two windows; chosen on readers the embedding never heard (docs/adr/0044). */
export const CEPSTRAL_SHARE = 0.15;

/**
 * Both cues of each window as one vector whose inner products are weighted means of theirs. What the embedding was not
 * trained to hear, the sound of this recording's voices adds; what all windows share, the cepstra leave out.
 * @param voice unit-length embeddings
 * @param sound unit-length cepstral statistics of the same windows
 * @returns unit length, the embedding's values first
 */
export function fusedCues(voice: Vectors, sound: Vectors): Vectors {
  const size = voice.size + sound.size;
  const data = new Float32Array(voice.count * size);
  const voiceScale = Math.sqrt(1 - CEPSTRAL_SHARE);
  const soundScale = Math.sqrt(CEPSTRAL_SHARE);
  for (let i = 0; i < voice.count; i++) {
    for (let d = 0; d < voice.size; d++) data[i * size + d] = voiceScale * voice.data[i * voice.size + d]!;
    const at = i * size + voice.size;
    for (let d = 0; d < sound.size; d++) data[at + d] = soundScale * sound.data[i * sound.size + d]!;
  }
  return vectors(data, size);
}
