import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { seededRandom } from '../testing/synthetic-pcm.ts';
import { cosineTransform } from './cosine-transform.ts';
import { kaldiFrameCount, KaldiFbank, subtractMean } from './kaldi-fbank.ts';
import { librosaFrameCount, LibrosaMfcc } from './librosa-mfcc.ts';
import { binMelFilters, kaldiMelFilters, slaneyMelFilters, torchMelFilters } from './mel-filters.ts';
import { PythonSpeechFeatures, speechFrameCount } from './python-speech-features.ts';
import { speechBrainFrameCount, SpeechBrainFbank } from './speechbrain-fbank.ts';
import { torchFrameCount, TorchaudioMel } from './torchaudio-mel.ts';

/** Made with NumPy (SpeechBrain's: PyTorch's stft) by dense matrices and its FFT, from the published definitions; see the signal below. */
const golden = z
  .record(
    z.string(),
    z.object({
      frames: z.number(),
      bands: z.number(),
      rows: z.record(z.string(), z.array(z.number())),
      sum: z.number(),
      sumSquares: z.number(),
    }),
  )
  .parse(JSON.parse(await readFile(path.join(import.meta.dirname, '../fixtures/front-ends-golden.json'), 'utf8')));

const signal = Float32Array.from(
  { length: 16_000 },
  (_, n) =>
    0.3 * Math.sin((2 * Math.PI * 220 * n) / 16_000) +
    0.1 * Math.sin((2 * Math.PI * 1500 * n) / 16_000) +
    (0.02 * ((7919 * n) % 1000)) / 1000 -
    0.01,
);
/** Its second half is so faint that librosa's floor of 80 dB is reached. */
const fading = signal.map((value, n) => (n < 8000 ? value : value * 1e-5));
const int16 = signal.map((value) => Math.round(value * 32_767));

function transposed(values: Float32Array, rows: number): Float32Array {
  const columns = values.length / rows;
  return Float32Array.from(values, (_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!);
}

describe('front ends against their reference vectors', () => {
  it.each([
    ['kaldiPovey80', () => new KaldiFbank({ bands: 80, window: 'povey', scale: 1 }).compute(signal)],
    ['kaldiHamming80', () => new KaldiFbank({ bands: 80, window: 'hamming', scale: 32_768 }).compute(signal)],
    ['speechMfcc', () => new PythonSpeechFeatures().mfcc(int16)],
    ['speechLogFbank', () => new PythonSpeechFeatures().logFbank(int16)],
    ['librosaMfcc40', () => new LibrosaMfcc(40).compute(fading)],
    ['speechBrain80', () => new SpeechBrainFbank(80).compute(fading)],
    ['torchMel64', () => transposed(new TorchaudioMel(64).compute(signal), 64)],
  ])('%s', (name, compute) => {
    const wanted = golden[name]!;
    const features = compute();
    expect(features).toHaveLength(wanted.frames * wanted.bands);
    for (const [frame, row] of Object.entries(wanted.rows)) {
      row.forEach((value, j) => {
        const found = features[Number(frame) * wanted.bands + j]!;
        expect(Math.abs(found - value), `frame ${frame}, value ${j}: ${found} for ${value}`).toBeLessThan(1e-3);
      });
    }
    const sum = features.reduce((total, value) => total + value, 0);
    const squares = features.reduce((total, value) => total + value * value, 0);
    expect(Math.abs(sum - wanted.sum)).toBeLessThan(1e-5 * features.length);
    expect(Math.abs(squares / wanted.sumSquares - 1)).toBeLessThan(1e-5);
  });
});

describe('short and silent signals', () => {
  const fbank = new KaldiFbank({ bands: 80, window: 'povey', scale: 1 });
  it.each([0, 1, 399, 400, 559, 560, 16_000])('have the published number of frames: %i samples', (length) => {
    const samples = signal.subarray(0, length);
    expect(fbank.compute(samples)).toHaveLength(80 * kaldiFrameCount(length));
    expect(new PythonSpeechFeatures().mfcc(samples)).toHaveLength(13 * speechFrameCount(length));
    expect(new LibrosaMfcc(40).compute(samples)).toHaveLength(40 * librosaFrameCount(length));
    expect(new SpeechBrainFbank(80).compute(samples)).toHaveLength(80 * speechBrainFrameCount(length));
    if (length > 256) expect(new TorchaudioMel(64).compute(samples)).toHaveLength(64 * torchFrameCount(length));
    else expect(() => new TorchaudioMel(64).compute(samples)).toThrow(RangeError);
  });
  it('counts only whole frames, or one too many, as each library does', () => {
    expect([399, 400, 559, 560].map(kaldiFrameCount)).toEqual([0, 1, 1, 2]);
    expect([0, 400, 401, 560, 561].map(speechFrameCount)).toEqual([1, 1, 2, 2, 3]);
  });
  it('give numbers for digital silence', () => {
    const silence = new Float32Array(4000);
    for (const features of [
      fbank.compute(silence),
      new PythonSpeechFeatures().mfcc(silence),
      new LibrosaMfcc(40).compute(silence),
      new SpeechBrainFbank(80).compute(silence),
      new TorchaudioMel(64).compute(silence),
    ]) {
      expect(features.every(Number.isFinite)).toBe(true);
    }
  });
  it('Kaldi frames do not hear a DC offset, nor each other', () => {
    const random = seededRandom(4);
    const noise = Float32Array.from({ length: 2000 }, () => 0.2 * random());
    const shifted = noise.map((value) => value + 0.25);
    const plain = fbank.compute(noise);
    fbank.compute(shifted).forEach((value, i) => expect(value).toBeCloseTo(plain[i]!, 3));
    expect(fbank.compute(noise.subarray(320))).toEqual(plain.subarray(2 * 80));
  });
});

describe('parts', () => {
  it('the cosine transform is orthonormal', () => {
    const table = cosineTransform(26, 26);
    for (let a = 0; a < 26; a++) {
      for (let b = 0; b <= a; b++) {
        let inner = 0;
        for (let j = 0; j < 26; j++) inner += table[a * 26 + j]! * table[b * 26 + j]!;
        expect(inner).toBeCloseTo(a === b ? 1 : 0, 12);
      }
    }
  });
  it('filters are triangles that rise and fall once', () => {
    for (const filters of [
      binMelFilters(26),
      kaldiMelFilters(80, 20, 8000),
      torchMelFilters(64),
      slaneyMelFilters(128, 2048),
    ]) {
      for (const { weights } of filters) {
        const top = weights.indexOf(Math.max(...weights));
        weights.forEach((value, i) => {
          if (i > 0 && i <= top) expect(value).toBeGreaterThan(weights[i - 1]!);
          if (i > top) expect(value).toBeLessThan(weights[i - 1]!);
        });
      }
    }
  });
  it('the mean of a chunk is taken away band by band', () => {
    const features = Float32Array.of(1, 10, 3, 30);
    expect([...subtractMean(features, 2)]).toEqual([-1, -10, 1, 10]);
  });
});
