import { KaldiFbank, subtractMean } from '../front-ends/kaldi-fbank.ts';
import { LibrosaMfcc } from '../front-ends/librosa-mfcc.ts';
import { SpeechBrainFbank } from '../front-ends/speechbrain-fbank.ts';
import { TorchaudioMel } from '../front-ends/torchaudio-mel.ts';
import type { VoiceFrontEnd } from './voice-net.ts';

/** What a net is fed for one window: `data` with these dimensions, the batch left out. */
export interface VoiceFeatures {
  data: Float32Array;
  dims: readonly number[];
}

/**
 * Computes the input of a voice net.
 * @returns a function of the sound of a window (16 kHz in [−1, 1], at least 400 samples): one or more inputs of equal
 *   dimensions, whose vectors are averaged; equal lengths of sound give equal dimensions
 */
export function voiceFeatures(frontEnd: VoiceFrontEnd): (sound: Float32Array) => VoiceFeatures[] {
  switch (frontEnd.kind) {
    case 'kaldi-fbank': {
      const fbank = new KaldiFbank(frontEnd);
      return (sound) => [timeMajor(subtractMean(fbank.compute(sound), frontEnd.bands), frontEnd.bands)];
    }
    case 'speechbrain-fbank': {
      const fbank = new SpeechBrainFbank(frontEnd.bands);
      return (sound) => [timeMajor(subtractMean(fbank.compute(sound), frontEnd.bands), frontEnd.bands)];
    }
    case 'torchaudio-mel': {
      const mel = new TorchaudioMel(frontEnd.bands);
      return (sound) => {
        const data = mel.compute(sound);
        return [{ data, dims: [frontEnd.bands, data.length / frontEnd.bands] }];
      };
    }
    case 'librosa-mfcc': {
      const mfcc = new LibrosaMfcc(frontEnd.coefficients);
      return (sound) => {
        const all = mfcc.compute(sound);
        const width = frontEnd.coefficients;
        const length = Math.min(frontEnd.frames, all.length / width);
        const pieces: VoiceFeatures[] = [];
        for (let first = 0; first + length <= all.length / width; first += frontEnd.step) {
          pieces.push(timeMajor(all.subarray(first * width, (first + length) * width), width));
        }
        return pieces;
      };
    }
    case 'waveform':
      return (sound) => [{ data: sound, dims: [sound.length] }];
  }
}

const timeMajor = (data: Float32Array, width: number): VoiceFeatures => ({
  data,
  dims: [data.length / width, width],
});
