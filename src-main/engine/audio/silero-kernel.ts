import { Tensor } from 'onnxruntime-node';
import type { Kernel } from '../kernel.ts';
import { PcmReader, SAMPLE_RATE_HZ } from './pcm-reader.ts';

/** New samples of one step: 32 ms. */
export const VAD_STEP_SAMPLES = 512;
/** Samples of the step before that the net sees again. */
const CONTEXT_SAMPLES = 64;
const STATE_SIZE = 128;
/** Steps between two cancel checks: about 30 ms. */
const STEPS_PER_CHECK = 64;

/** Probabilities of a recording: one per 512 samples, the last step zero-padded. */
export const vadStepCount = (totalSamples: number): number => Math.ceil(totalSamples / VAD_STEP_SAMPLES);

export interface SileroInput {
  modelPath: string;
  pcmPath: string;
  /** First step of the group. */
  firstStep: number;
  /** Steps of one lane: lanes follow one another in the file and run side by side as one batch. */
  laneSteps: number;
  lanes: number;
  /** Steps a lane listens to before those it answers for; the first lane of a file has none before it. */
  warmUpSteps: number;
}

/**
 * Silero VAD v6 (https://github.com/snakers4/silero-vad, MIT) over a group of lanes: step k of every lane in one net run.
 * A lane starts from a zero state `warmUpSteps` early, so that the recurrent state has settled where it matters.
 * Output: one probability per step of the group, cut at the end of the file.
 */
export const sileroVad: Kernel<SileroInput, Float32Array> = async (context, input) => {
  const { laneSteps, lanes, warmUpSteps, firstStep } = input;
  const session = await context.session(input.modelPath);
  const pcm = new PcmReader(input.pcmPath);
  try {
    const total = vadStepCount(pcm.totalSamples);
    const groupEnd = Math.min(total, firstStep + lanes * laneSteps);
    const out = new Float32Array(groupEnd - firstStep);
    const laneSamples = (warmUpSteps + laneSteps) * VAD_STEP_SAMPLES + CONTEXT_SAMPLES;
    const audio = Array.from({ length: lanes }, (_, lane) =>
      withoutOffset(
        pcm.readFloat((firstStep + lane * laneSteps - warmUpSteps) * VAD_STEP_SAMPLES - CONTEXT_SAMPLES, laneSamples),
      ),
    );
    const width = CONTEXT_SAMPLES + VAD_STEP_SAMPLES;
    const block = new Float32Array(lanes * width);
    let state: Tensor = new Tensor('float32', new Float32Array(2 * lanes * STATE_SIZE), [2, lanes, STATE_SIZE]);
    const rate = new Tensor('int64', BigInt64Array.of(BigInt(SAMPLE_RATE_HZ)), []);
    // One lane alone may end early, and has nothing to warm up on where the file begins.
    const firstStepRun = lanes === 1 && firstStep === 0 ? warmUpSteps : 0;
    const endStep = warmUpSteps + Math.min(laneSteps, out.length);
    for (let step = firstStepRun; step < endStep; step++) {
      if (step % STEPS_PER_CHECK === 0) context.checkCancelled();
      const offset = step * VAD_STEP_SAMPLES;
      for (let lane = 0; lane < lanes; lane++) {
        block.set(audio[lane]!.subarray(offset, offset + width), lane * width);
        // The file starts here: nothing was heard before it.
        if (firstStep + lane * laneSteps - warmUpSteps + step === 0) clearLane(state.data as Float32Array, lanes, lane);
      }
      const result = await session.run({ input: new Tensor('float32', block, [lanes, width]), state, sr: rate });
      state = result['stateN'] as Tensor;
      if (step < warmUpSteps) continue;
      const probability = result['output']!.data as Float32Array;
      for (let lane = 0; lane < lanes; lane++) {
        const index = lane * laneSteps + step - warmUpSteps;
        if (index < out.length) out[index] = probability[lane]!;
      }
    }
    return { output: out, transfer: [out.buffer] };
  } finally {
    pcm.close();
  }
};

/** A constant in the sound (a bad sound card) deafens the net; what every recording has of it stays as it is. */
const LEAST_OFFSET = 0.02;

function withoutOffset(samples: Float32Array): Float32Array {
  let sum = 0;
  let heard = 0;
  // What lies outside the file reads as zero and is no part of the mean.
  for (const value of samples) {
    sum += value;
    if (value !== 0) heard++;
  }
  const mean = heard > 0 ? sum / heard : 0;
  return Math.abs(mean) < LEAST_OFFSET ? samples : samples.map((value) => (value === 0 ? 0 : value - mean));
}

function clearLane(state: Float32Array, lanes: number, lane: number): void {
  for (let layer = 0; layer < 2; layer++) {
    state.fill(0, (layer * lanes + lane) * STATE_SIZE, (layer * lanes + lane + 1) * STATE_SIZE);
  }
}
