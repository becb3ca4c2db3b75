import { readFileSync } from 'node:fs';
import type { Kernel } from '../../kernel.ts';
import { labelledSpans } from '../labelled-spans.ts';
import type { LabelledSpan } from '../labelled-spans.ts';
import { keptFrames } from '../statistics/kept-frames.ts';
import { evolutiveHmm } from './evolutive-hmm.ts';
import type { EhmmRules } from './evolutive-hmm.ts';
import { turnChanges } from './turn-detection.ts';
import type { TurnDetectionRules } from './turn-detection.ts';

export interface AlizeInput {
  /** `cepstra.f32`: frames × size. */
  cepstraPath: string;
  size: number;
  hopSec: number;
  regions: { startSec: number; endSec: number }[];
  speakers: { min: number; max: number };
  turns: TurnDetectionRules;
  rules: EhmmRules;
}

/** ALIZÉ's LIA_SpkSeg: turn detection, evolutive HMM, resegmentation. */
export const alize: Kernel<AlizeInput, { spans: LabelledSpan[]; count: number }> = async (context, input) => {
  const pause = (): void => context.checkCancelled();
  const bytes = readFileSync(input.cepstraPath);
  const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const { frames, indices } = keptFrames(data, input.size, input.regions, input.hopSec);
  if (frames.count === 0) return { output: { spans: [], count: 0 } };
  const changes = turnChanges(frames, input.turns);
  const { labels, scores, count } = evolutiveHmm(frames, changes, input.speakers, input.rules, pause);
  return { output: { spans: labelledSpans(labels, scores, indices, input.hopSec), count } };
};
