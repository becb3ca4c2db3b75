import { z } from 'zod';

export const looksFile = 'looks.f32';
export const lookIndexFile = 'looks.json';
export const lookIndexSchema = z.object({
  /** Id of the net in the registry. */
  net: z.string(),
  dims: z.number().int(),
  lookCount: z.number().int(),
  /** Id of the net that judged the quality; null: judged by size, turn, sharpness and light. */
  qualityNet: z.string().nullable(),
});
export type LookIndex = z.infer<typeof lookIndexSchema>;

/** Values of a row of `looks.f32` (little-endian float32) before the vector: track id, frame, quality 0..1. */
export const LOOK_HEAD = 3;

/** A face of a track in a frame, as a net sees it. */
export interface Look {
  readonly trackId: number;
  readonly frame: number;
  /** 0..1. */
  readonly quality: number;
  /** Of length 1. */
  readonly vector: Float32Array;
}

export function decodeLooks(values: Float32Array, dims: number): Look[] {
  const each = LOOK_HEAD + dims;
  return Array.from({ length: Math.floor(values.length / each) }, (_, at) => {
    const [trackId = 0, frame = 0, quality = 0] = values.subarray(at * each, at * each + LOOK_HEAD);
    return { trackId, frame, quality, vector: values.subarray(at * each + LOOK_HEAD, (at + 1) * each) };
  });
}

export function encodeLooks(looks: readonly Look[], dims: number): Float32Array {
  const each = LOOK_HEAD + dims;
  const values = new Float32Array(looks.length * each);
  looks.forEach(({ trackId, frame, quality, vector }, at) => {
    values.set([trackId, frame, quality], at * each);
    values.set(vector, at * each + LOOK_HEAD);
  });
  return values;
}
