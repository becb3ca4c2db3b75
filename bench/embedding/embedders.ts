import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { cosineTransform, transformInto } from '#engine/audio/front-ends/cosine-transform.ts';
import { LibrosaMfcc } from '#engine/audio/front-ends/librosa-mfcc.ts';
import { LogMel, MEL_BANDS, melFrameCount, preEmphasise } from '#engine/audio/log-mel.ts';
import { slidingNormalise, windowNormalise } from '#engine/audio/mel-normalise.ts';
import { levelGainOf } from '#engine/audio/voice-level.ts';
import { TRUNK_RATE_HZ, TRUNK_SIZE } from '#engine/audio/voice-trunk-kernel.ts';

const RATE_HZ = 16_000;
const CEPSTRA = 20;
/** Frames more than this below the loudest one are pauses. */
const PAUSE_DB = 30;
const BILSTM_FRAMES = 100;
const BILSTM_STEP = 50;
const BILSTM_COEFFICIENTS = 40;

/** A clip and the piece of it that is asked for, seconds. */
export interface Piece {
  /** The whole clip: 16 kHz in [−1, 1]. */
  clip: Float32Array;
  startSec: number;
  endSec: number;
}

export interface Embedder {
  label: string;
  /** Vectors are compared by their cosine. */
  embed(piece: Piece): Promise<Float32Array>;
  /** The vectors are brought to mean 0 and variance 1 over the pieces they are compared with first. */
  standardised?: boolean;
  /** Cosines are corrected for how much speech the pieces hold, as between speakers of recordings. */
  lengthsCount?: boolean;
}

const cut = ({ clip, startSec, endSec }: Piece): Float32Array =>
  clip.subarray(Math.round(startSec * RATE_HZ), Math.round(endSec * RATE_HZ));

function melOf(sound: Float32Array): Float32Array {
  const gain = levelGainOf(sound);
  const louder = sound.map((value) => value * gain);
  return new LogMel().fromEmphasised(preEmphasise(louder), melFrameCount(sound.length));
}

/**
 * The two nets of a folder. `window`: the piece alone, as a verification would; `sliding`: as Diarist hears a recording.
 * @param lengthsCount likeness as of enrolled voices (`voiceLikeness`) instead of the cosine
 */
export async function diaristEmbedder(
  folder: string,
  label: string,
  normalisation: 'window' | 'sliding',
  lengthsCount = false,
): Promise<Embedder> {
  const open = async (name: string): Promise<InferenceSession> =>
    InferenceSession.create(await readFile(path.join(folder, name)), { intraOpNumThreads: 1 });
  const [trunk, head] = [await open('trunk.onnx'), await open('head.onnx')];
  const trunkOf = async (mel: Float32Array): Promise<Float32Array> => {
    const result = await trunk.run({ mel: new Tensor('float32', mel, [1, mel.length / MEL_BANDS, MEL_BANDS]) });
    return result['frames']!.data as Float32Array;
  };
  const pool = async (frames: Float32Array): Promise<Float32Array> => {
    const count = frames.length / TRUNK_SIZE;
    const result = await head.run({
      frames: new Tensor('float32', frames, [1, count, TRUNK_SIZE]),
      mask: new Tensor('float32', new Float32Array(count).fill(1), [1, count]),
    });
    return Float32Array.from(result['embedding']!.data as Float32Array);
  };
  const wholeClips = new WeakMap<Float32Array, Promise<Float32Array>>();
  return {
    label,
    lengthsCount,
    async embed(piece) {
      if (normalisation === 'window') return pool(await trunkOf(windowNormalise(melOf(cut(piece)))));
      let whole = wholeClips.get(piece.clip);
      if (!whole) {
        const mel = melOf(piece.clip);
        whole = trunkOf(slidingNormalise(mel, 0, mel.length / MEL_BANDS));
        wholeClips.set(piece.clip, whole);
      }
      const frames = await whole;
      const first = Math.floor(piece.startSec * TRUNK_RATE_HZ);
      return pool(frames.subarray(first * TRUNK_SIZE, Math.floor(piece.endSec * TRUNK_RATE_HZ) * TRUNK_SIZE));
    },
  };
}

/** Mean and deviation of 20 cepstra of the frames that are no pause: what needs no training. */
export function mfccStatistics(): Embedder {
  const table = cosineTransform(MEL_BANDS, CEPSTRA + 1);
  return {
    label: 'MFCC mean + deviation',
    standardised: true,
    embed: (piece) => {
      const mel = melOf(cut(piece));
      const count = mel.length / MEL_BANDS;
      const cepstra = new Float32Array(count * (CEPSTRA + 1));
      for (let t = 0; t < count; t++) {
        transformInto(
          table,
          Float64Array.from(mel.subarray(t * MEL_BANDS, (t + 1) * MEL_BANDS)),
          cepstra,
          t * (CEPSTRA + 1),
        );
      }
      const levelDb = (t: number): number => cepstra[t * (CEPSTRA + 1)]! / Math.sqrt(MEL_BANDS);
      let loudest = -Infinity;
      for (let t = 0; t < count; t++) loudest = Math.max(loudest, levelDb(t));
      const kept = Array.from({ length: count }, (_, t) => t).filter((t) => levelDb(t) >= loudest - PAUSE_DB);
      const out = new Float32Array(2 * CEPSTRA);
      for (let k = 0; k < CEPSTRA; k++) {
        const values = kept.map((t) => cepstra[t * (CEPSTRA + 1) + k + 1]!);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        out[k] = mean;
        out[CEPSTRA + k] = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
      }
      return Promise.resolve(out);
    },
  };
}

/** The published BiLSTM encoder (../shared/models/README.md): windows of 100 frames every 50, averaged. */
export async function bilstmEmbedder(modelPath: string): Promise<Embedder> {
  const session = await InferenceSession.create(modelPath, { intraOpNumThreads: 1 });
  const mfcc = new LibrosaMfcc(BILSTM_COEFFICIENTS);
  return {
    label: 'BiLSTM of LibriSpeech',
    async embed(piece) {
      const frames = mfcc.compute(Float32Array.from(cut(piece)));
      const total = frames.length / BILSTM_COEFFICIENTS;
      const length = Math.min(BILSTM_FRAMES, total);
      const batch = Math.max(1, Math.floor((total - length) / BILSTM_STEP) + 1);
      const input = new Float32Array(batch * length * BILSTM_COEFFICIENTS);
      for (let k = 0; k < batch; k++) {
        const from = k * BILSTM_STEP * BILSTM_COEFFICIENTS;
        input.set(frames.subarray(from, from + length * BILSTM_COEFFICIENTS), k * length * BILSTM_COEFFICIENTS);
      }
      const result = await session.run({ mfcc: new Tensor('float32', input, [batch, length, BILSTM_COEFFICIENTS]) });
      const values = result['embedding']!.data as Float32Array;
      const size = values.length / batch;
      const out = new Float32Array(size);
      for (let k = 0; k < batch; k++) {
        const row = values.subarray(k * size, (k + 1) * size);
        const norm = Math.hypot(...row) || 1;
        row.forEach((value, d) => (out[d]! += value / norm));
      }
      return out;
    },
  };
}
