import { Tensor } from 'onnxruntime-node';
import { AppError } from '#shared/api/errors.ts';
import type { Kernel } from '../../kernel.ts';
import { KaldiFbank } from '../front-ends/kaldi-fbank.ts';
import { SpeechBrainFbank } from '../front-ends/speechbrain-fbank.ts';
import { PcmReader, SAMPLE_RATE_HZ } from '../pcm-reader.ts';

/** 10 ms. */
const HOP_SAMPLES = 160;
/** Sound of one run: CRDNN's small chunks, 10 s. */
export const TEN_MS_CHUNK_SAMPLES = 10 * SAMPLE_RATE_HZ;
const CHUNK_FRAMES = TEN_MS_CHUNK_SAMPLES / HOP_SAMPLES;
const CRDNN_BANDS = 40;
const FSMN_BANDS = 80;
/** FSMN takes each frame with two either side. */
const FSMN_REACH = 2;
/** Frames that Kaldi's whole windows lack at the end. */
const KALDI_FRAME_SAMPLES = 400;

export interface TenMsInput {
  modelPath: string;
  pcmPath: string;
  kind: 'crdnn' | 'fsmn';
  /** Chunks of 10 s [first, end). */
  firstChunk: number;
  endChunk: number;
}

/** Values of a recording, one per 10 ms. */
export const tenMsCount = (samples: number): number => Math.ceil(samples / HOP_SAMPLES);

/**
 * Speech probability every 10 ms by a net with this frame rate, in chunks of 10 s: SpeechBrain's CRDNN on its 40 mel bands,
 * or 3D-Speaker's FSMN on five Kaldi frames of 80 bands, whose first class is silence and whose memories start empty.
 * Output: 1000 values a chunk.
 * @throws AppError `bad-input` for a net of another shape
 */
export const tenMsSpeech: Kernel<TenMsInput, Float32Array> = async (context, input) => {
  const session = await context.session(input.modelPath);
  const out = new Float32Array((input.endChunk - input.firstChunk) * CHUNK_FRAMES);
  const pcm = new PcmReader(input.pcmPath);
  const featuresOf = input.kind === 'crdnn' ? crdnnFeatures() : fsmnFeatures();
  try {
    for (let chunk = input.firstChunk; chunk < input.endChunk; chunk++) {
      context.checkCancelled();
      const { data, bands } = featuresOf(pcm, chunk * TEN_MS_CHUNK_SAMPLES);
      const feeds: Record<string, Tensor> = {};
      session.inputNames.forEach((name, k) => {
        feeds[name] =
          k === 0
            ? new Tensor('float32', data, [1, data.length / bands, bands])
            : new Tensor('float32', new Float32Array(128 * 19), [1, 128, 19, 1]);
      });
      const result = await session.run(feeds);
      const { data: values, dims } = result[session.outputNames[0]!]!;
      const frames = dims[1] ?? 0;
      const classes = frames > 0 ? values.length / frames : 0;
      if (frames < CHUNK_FRAMES - 3 || !Number.isInteger(classes) || (input.kind === 'crdnn' && classes !== 1)) {
        throw new AppError('bad-input', `The net gives ${dims.join(' × ')} values for 10 s of sound.`, {
          file: input.modelPath,
          fix: 'Use a net that gives a value every 10 ms (diarist models list says which).',
        });
      }
      const at = (chunk - input.firstChunk) * CHUNK_FRAMES;
      for (let f = 0; f < CHUNK_FRAMES; f++) {
        const value = (values as Float32Array)[Math.min(f, frames - 1) * classes]!;
        out[at + f] = input.kind === 'crdnn' ? value : 1 - value;
      }
    }
    return { output: out, transfer: [out.buffer] };
  } finally {
    pcm.close();
  }
};

type Features = (pcm: PcmReader, start: number) => { data: Float32Array; bands: number };

function crdnnFeatures(): Features {
  const fbank = new SpeechBrainFbank(CRDNN_BANDS);
  return (pcm, start) => ({ data: fbank.compute(pcm.readFloat(start, TEN_MS_CHUNK_SAMPLES)), bands: CRDNN_BANDS });
}

function fsmnFeatures(): Features {
  const fbank = new KaldiFbank({ bands: FSMN_BANDS, window: 'hamming', scale: 32_768 });
  return (pcm, start) => {
    const samples = TEN_MS_CHUNK_SAMPLES + KALDI_FRAME_SAMPLES - HOP_SAMPLES;
    const frames = fbank.compute(pcm.readFloat(start, samples));
    const count = frames.length / FSMN_BANDS;
    const bands = FSMN_BANDS * (2 * FSMN_REACH + 1);
    const data = new Float32Array(count * bands);
    for (let t = 0; t < count; t++) {
      for (let k = -FSMN_REACH; k <= FSMN_REACH; k++) {
        const from = Math.max(0, Math.min(count - 1, t + k)) * FSMN_BANDS;
        data.set(frames.subarray(from, from + FSMN_BANDS), t * bands + (k + FSMN_REACH) * FSMN_BANDS);
      }
    }
    return { data, bands };
  };
}
