import { frames } from '../statistics/frames.ts';
import type { Frames } from '../statistics/frames.ts';
import { normalRandom } from './synthetic-voices.ts';

/**
 * Feature frames of speakers who take turns: each a mixture of three Gaussians around means of its own.
 * @param distance of the speakers' means in units of their deviation
 */
export function syntheticFrames(
  turns: readonly { speaker: number; frames: number }[],
  distance = 2,
  seed = 1,
  size = 6,
): { frames: Frames; truth: number[] } {
  const random = normalRandom(seed);
  const speakers = Math.max(...turns.map((turn) => turn.speaker)) + 1;
  const means = Array.from({ length: speakers * 3 * size }, () => distance * random());
  const truth = turns.flatMap(({ speaker, frames: count }) => new Array<number>(count).fill(speaker));
  const data = new Float32Array(truth.length * size);
  truth.forEach((speaker, t) => {
    const component =
      Math.floor(3 * Math.abs(Math.sin(t * 12.9898) * 43_758.5453 - Math.floor(Math.sin(t * 12.9898) * 43_758.5453))) %
      3;
    for (let d = 0; d < size; d++) data[t * size + d] = means[(speaker * 3 + component) * size + d]! + random();
  });
  return { frames: frames(data, size), truth };
}
