import { readFileSync } from 'node:fs';
import type { Kernel } from '../../kernel.ts';
import { labelledSpans } from '../labelled-spans.ts';
import type { LabelledSpan } from '../labelled-spans.ts';
import { GaussianDistances } from '../statistics/full-gaussian.ts';
import { keptFrames } from '../statistics/kept-frames.ts';
import { normalisedDeltas } from '../statistics/normalised-deltas.ts';
import { stretchesOf } from '../statistics/frames.ts';
import { relabel } from '../vectors.ts';
import { hierarchicalBic, linearBic } from './bic-clustering.ts';
import { clrClusters } from './clr-clustering.ts';
import { glrBorders, glrCurve } from './glr-segmentation.ts';
import { adjustBorders, resegment } from './gmm-resegmentation.ts';
import type { LiumRules } from './lium-rules.ts';

export interface LiumInput {
  /** `cepstra.f32`: frames × size, the first value of a frame being its energy. */
  cepstraPath: string;
  size: number;
  hopSec: number;
  regions: { startSec: number; endSec: number }[];
  speakers: { min: number; max: number };
  rules: LiumRules;
}

/**
 * LIUM SpkDiarization without trained models: GLR segmentation, linear and hierarchical BIC, Viterbi by a mixture of each
 * cluster, borders at quiet moments, then cross-likelihood clustering if wanted.
 */
export const lium: Kernel<LiumInput, { spans: LabelledSpan[]; count: number }> = async (context, input) => {
  const pause = (): void => context.checkCancelled();
  const { rules, size } = input;
  const bytes = readFileSync(input.cepstraPath);
  const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const { frames, indices } = keptFrames(data, size, input.regions, input.hopSec);
  if (frames.count === 0) return { output: { spans: [], count: 0 } };
  const distances = new GaussianDistances(frames);
  const curve = glrCurve(frames, rules.windowFrames, distances, pause);
  const segments = linearBic(frames, glrBorders(curve, rules.windowFrames), rules.linearLambda, distances);
  // Cross-likelihoods merge further: the given number is theirs to reach.
  const last = rules.clustering === 'bic' ? input.speakers : { min: input.speakers.min, max: Infinity };
  const clusters = hierarchicalBic(frames, segments, rules.hierarchicalLambda, last, distances, pause);
  const { labels, count, scores } = resegment(frames, clusters, pause);
  const energy = Float64Array.from({ length: frames.count }, (_, t) => frames.data[t * size]!);
  let result = { labels: adjustBorders(labels, energy, indices), count };
  let best = scores;
  if (rules.clustering !== 'bic') {
    const voices = clrClusters(
      normalisedDeltas(frames),
      stretchesOf(result.labels),
      count,
      { method: rules.clustering, threshold: rules.clrThreshold, speakers: input.speakers },
      pause,
    );
    const named = relabel(result.labels.map((label) => voices.labels[label]!));
    const newOf = new Int32Array(count).fill(-1);
    result.labels.forEach((old, t) => (newOf[old] = named.labels[t]!));
    best = scores.joined(newOf, named.count);
    result = named;
  }
  const spans = labelledSpans(result.labels, best, indices, input.hopSec);
  return { output: { spans, count: result.count } };
};
