import { Tensor } from 'onnxruntime-node';
import type { Kernel } from '../kernel.ts';
import { PcmReader } from './pcm-reader.ts';
import { SILERO_FRAME, SILERO_FRAMES, SILERO_STATE, SILERO_WINDOW, sileroFrames, sileroRewrite } from './silero-net.ts';

/** New samples of one step: 32 ms. */
export const VAD_STEP_SAMPLES = 512;
/** Samples of the step before that the net sees again. */
const CONTEXT_SAMPLES = SILERO_WINDOW - VAD_STEP_SAMPLES;
/** Steps of one run of the net, and so between two cancel checks: some 10 ms. */
const STEPS_PER_RUN = 64;

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
 * Silero VAD v6 (https://github.com/snakers4/silero-vad, MIT) over a group of lanes side by side, many steps in one run.
 * A lane starts from a zero state `warmUpSteps` early, so that the recurrent state has settled where it matters.
 * Output: one probability per step of the group, cut at the end of the file.
 */
export const sileroVad: Kernel<SileroInput, Float32Array> = async (context, input) => {
  const { laneSteps, lanes, warmUpSteps, firstStep } = input;
  const session = await context.session(input.modelPath, sileroRewrite);
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
    const stateOf = (): Tensor =>
      new Tensor('float32', new Float32Array(lanes * SILERO_STATE), [1, lanes, SILERO_STATE]);
    const frames = new Float32Array(STEPS_PER_RUN * lanes * SILERO_FRAMES * SILERO_FRAME);
    let [h, c] = [stateOf(), stateOf()];
    // Where the file starts in each lane: nothing was heard before it.
    const starts = Array.from({ length: lanes }, (_, lane) => warmUpSteps - firstStep - lane * laneSteps);
    // One lane alone may end early, and has nothing to warm up on where the file begins.
    const endStep = warmUpSteps + Math.min(laneSteps, out.length);
    for (let step = lanes === 1 && firstStep === 0 ? warmUpSteps : 0, end: number; step < endStep; step = end) {
      context.checkCancelled();
      end = Math.min(endStep, step + STEPS_PER_RUN, ...starts.filter((start) => start > step));
      for (const [lane, start] of starts.entries()) if (start === step) clearLane([h, c], lane);
      for (let k = step; k < end; k++) {
        for (let lane = 0; lane < lanes; lane++) {
          const at = ((k - step) * lanes + lane) * SILERO_FRAMES * SILERO_FRAME;
          sileroFrames(audio[lane]!, k * VAD_STEP_SAMPLES, frames, at);
        }
      }
      const dims = [end - step, lanes, SILERO_FRAMES, SILERO_FRAME];
      const fed = frames.subarray(0, (end - step) * lanes * SILERO_FRAMES * SILERO_FRAME);
      const result = await session.run({ frames: new Tensor('float32', fed, dims), h, c });
      [h, c] = [result['hN'] as Tensor, result['cN'] as Tensor];
      const probability = result['probability']!.data as Float32Array;
      for (let k = Math.max(step, warmUpSteps); k < end; k++) {
        for (let lane = 0; lane < lanes; lane++) {
          const index = lane * laneSteps + k - warmUpSteps;
          if (index < out.length) out[index] = probability[(k - step) * lanes + lane]!;
        }
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
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i]!;
    sum += value;
    if (value !== 0) heard++;
  }
  const mean = heard > 0 ? sum / heard : 0;
  return Math.abs(mean) < LEAST_OFFSET ? samples : samples.map((value) => (value === 0 ? 0 : value - mean));
}

function clearLane(states: readonly Tensor[], lane: number): void {
  for (const { data } of states) (data as Float32Array).fill(0, lane * SILERO_STATE, (lane + 1) * SILERO_STATE);
}
