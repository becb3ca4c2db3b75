import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import type { Random } from './random.ts';
import { filterFromGain, convolve, meanSpectrum } from './convolve.ts';

/** Somebody to speak in composed conversations. */
export interface Voice {
  id: string;
  /** Stretches of speech, RMS about 0.1, 16 kHz, cut at pauses. */
  phrases: Float32Array[];
}

const RATE = 16_000;
const FRAME = 160;

/** 16 kHz mono samples in [−1, 1]. */
export function decode(file: string): Float32Array {
  const args = ['-nostdin', '-v', 'error', '-i', file, '-ac', '1', '-ar', String(RATE), '-f', 'f32le', '-'];
  const { stdout, status, stderr } = spawnSync(ffmpeg.path, args, { maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${file}: ${stderr.toString()}`);
  return new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.byteLength));
}

export const rootMeanSquare = (samples: Float32Array): number => {
  let sum = 0;
  for (const value of samples) sum += value * value;
  return Math.sqrt(sum / Math.max(1, samples.length));
};

/** Cuts at pauses of 0.25 s and more; 30 dB below the loud part is a pause. */
function phrasesOf(samples: Float32Array): Float32Array[] {
  const frames = Math.floor(samples.length / FRAME);
  const level = Float64Array.from({ length: frames }, (_, t) => {
    const part = samples.subarray(Math.max(0, (t - 1) * FRAME), (t + 2) * FRAME);
    return 20 * Math.log10(rootMeanSquare(part) + 1e-6);
  });
  const loud = level.slice().sort()[Math.floor(0.95 * frames)] ?? 0;
  const out: Float32Array[] = [];
  let first = -1;
  let last = -1;
  for (let t = 0; t <= frames; t++) {
    const speaks = t < frames && level[t]! > loud - 30;
    if (speaks) {
      if (first < 0) first = t;
      last = t;
    } else if (first >= 0 && (t === frames || t - last > 25)) {
      if (last - first >= 25) out.push(samples.slice(first * FRAME, (last + 1) * FRAME));
      first = -1;
    }
  }
  return out;
}

function levelled(phrases: Float32Array[]): Float32Array[] {
  let sum = 0;
  let count = 0;
  for (const phrase of phrases) {
    sum += rootMeanSquare(phrase) ** 2 * phrase.length;
    count += phrase.length;
  }
  const gain = 0.1 / (Math.sqrt(sum / Math.max(1, count)) || 1);
  return phrases.map((phrase) => phrase.map((value) => value * gain));
}

/**
 * LibriSpeech readers of a folder of `<speaker>-<chapter>-<number>.flac`.
 * @param excluded speakers left out
 */
export async function readReaders(folder: string, excluded: ReadonlySet<string>): Promise<Voice[]> {
  const phrases = new Map<string, Float32Array[]>();
  for (const name of (await readdir(folder)).filter((one) => one.endsWith('.flac')).sort()) {
    const id = name.split('-')[0]!;
    if (excluded.has(id)) continue;
    phrases.set(id, [...(phrases.get(id) ?? []), ...phrasesOf(decode(path.join(folder, name)))]);
  }
  return [...phrases].map(([id, list]) => ({ id, phrases: levelled(list) })).filter((one) => one.phrases.length > 0);
}

/** Speakers of single words (Speech Commands, ../shared/training/pack): for short answers. */
export async function readWords(pack: string, limit: number): Promise<Voice[]> {
  return (await readSpokenWords(pack, (_, index) => index < limit))
    .filter(({ words }) => words.length >= 3)
    .map(({ id, words }) => ({ id, phrases: levelled(words) }));
}

/** Silence between words of a list, seconds. */
const LIST_GAP_SEC = 0.06;

/**
 * The same speakers reading lists of three to six words: up to forty seconds of one voice in which no sound comes twice.
 * @param ids whom to take, as the pack's index has them
 */
export async function readWordLists(pack: string, ids: ReadonlySet<string>, random: Random): Promise<Voice[]> {
  const gap = new Float32Array(LIST_GAP_SEC * RATE);
  return (await readSpokenWords(pack, (id) => ids.has(id))).map(({ id, words }) => {
    // Without the silence around each word, which would sound different from word to word.
    const left = random.shuffled(words.flatMap(phrasesOf).map((word) => levelled([word])[0]!));
    const phrases: Float32Array[] = [];
    while (left.length > 0) {
      const list = left.splice(0, random.whole(3, 6)).flatMap((word) => [word, gap]);
      const phrase = new Float32Array(list.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of list) {
        phrase.set(part, at);
        at += part.length;
      }
      phrases.push(phrase);
    }
    return { id, phrases };
  });
}

async function readSpokenWords(
  pack: string,
  isWanted: (id: string, index: number) => boolean,
): Promise<{ id: string; words: Float32Array[] }[]> {
  const folder = path.join(pack, 'speech_commands');
  const index = JSON.parse(await readFile(path.join(folder, 'index.json'), 'utf8')) as {
    word_samples: Record<string, number[]>;
  };
  const wanted = Object.entries(index.word_samples).filter(([id], k) => isWanted(id, k));
  return wanted.map(([id, lengths]) => {
    const samples = decode(path.join(folder, `${id}.opus`));
    let from = 0;
    const words = lengths.map((length) => samples.slice(from, (from += length))).filter((word) => word.length > 3200);
    return { id: `words-${id}`, words };
  });
}

/**
 * The same voices as one microphone would have heard them: most of the difference between their mean spectra and that of
 * all, in bands of half an octave, taken away. Without it readers could be told apart by their equipment.
 */
export function sameMicrophone(voices: readonly Voice[], share = 0.7): Voice[] {
  const bins = 128;
  const spectra = voices.map((voice) => {
    const sum = new Float64Array(bins);
    for (const phrase of voice.phrases) meanSpectrum(phrase, bins).forEach((value, k) => (sum[k]! += value));
    const total = sum.reduce((all, value) => all + value, 0);
    return sum.map((value) => Math.log(value / total + 1e-7));
  });
  const banded = spectra.map((spectrum) => spectrum.map((_, k) => halfOctaveMean(spectrum, k)));
  const mean = new Float64Array(bins);
  for (const spectrum of banded) spectrum.forEach((value, k) => (mean[k]! += value / banded.length));
  return voices.map((voice, v) => {
    const gain = (hertz: number): number => {
      const k = Math.min(bins - 1, Math.round((hertz * bins) / 8000));
      const change = 0.5 * share * (mean[k]! - banded[v]![k]!);
      return Math.exp(Math.max(-2.3, Math.min(2.3, change)));
    };
    const filter = filterFromGain(gain);
    const phrases = voice.phrases.map((phrase) => convolve(phrase, filter).slice(256, 256 + phrase.length));
    return { id: voice.id, phrases: levelled(phrases) };
  });
}

function halfOctaveMean(values: Float64Array, k: number): number {
  const from = Math.max(0, Math.floor(k / 1.19));
  const to = Math.min(values.length - 1, Math.ceil(k * 1.19) + 1);
  let sum = 0;
  for (let i = from; i <= to; i++) sum += values[i]!;
  return sum / (to - from + 1);
}
