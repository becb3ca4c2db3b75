import { filterFromGain } from './convolve.ts';
import type { Random } from './random.ts';

export const soundScapes = ['clean', 'noise', 'room', 'far', 'telephone', 'mixed'] as const;
/** How a conversation was picked up. */
export type SoundScape = (typeof soundScapes)[number];

export interface NoiseSources {
  noises: readonly Float32Array[];
  /** Measured impulse responses, direct sound first. */
  responses: readonly Float32Array[];
}

/** Decaying noise behind a direct sound, or a measured response. */
export function roomResponse(random: Random, sources: NoiseSources, far: boolean): Float32Array {
  if (sources.responses.length > 0 && random.chance(0.3)) return random.pick(sources.responses);
  const decaySec = far ? random.uniform(0.4, 0.9) : random.uniform(0.15, 0.5);
  const length = Math.round(16_000 * Math.min(0.8, decaySec));
  const directToRoom = far ? random.uniform(-8, 2) : random.uniform(0, 10);
  const delay = random.whole(20, 100);
  const out = new Float32Array(length);
  let power = 0;
  for (let i = delay; i < length; i++) {
    out[i] = random.normal() * Math.exp((-6.9 * i) / 16_000 / decaySec);
    power += out[i]! ** 2;
  }
  const scale = 10 ** (-directToRoom / 20) / Math.sqrt(power);
  for (let i = 0; i < length; i++) out[i]! *= scale;
  out[0] = 1;
  return out;
}

/** What the microphone and the line do to the whole recording. */
export function lineFilter(random: Random, scape: SoundScape): Float32Array | null {
  if (scape === 'telephone') {
    const low = random.uniform(200, 350);
    const high = random.uniform(3000, 3600);
    return filterFromGain((hertz) => 1 / (1 + (low / Math.max(1, hertz)) ** 6) / (1 + (hertz / high) ** 12));
  }
  if (scape === 'far') {
    // Distance and cheap microphones: treble lost, some hum of the room.
    const corner = random.uniform(1200, 5000);
    const slope = random.uniform(0.5, 1.5);
    return filterFromGain((hertz) => 1 / Math.sqrt(1 + (hertz / corner) ** (2 * slope)));
  }
  const tilt = random.uniform(-3, 3) / 20;
  return filterFromGain((hertz) => 10 ** (tilt * Math.log2(Math.max(60, hertz) / 1000)));
}

/** Noise of `length` samples, RMS 1: a recording of one, rumble, hiss or a hum. */
export function noiseOf(random: Random, sources: NoiseSources, length: number): Float32Array {
  const out = new Float32Array(length);
  const kind = random.whole(0, 3);
  if (kind <= 1 && sources.noises.length > 0) {
    const source = random.pick(sources.noises);
    for (let i = 0, at = random.whole(0, source.length - 1); i < length; i++, at++)
      out[i] = source[at % source.length]!;
  } else {
    const memory = kind === 2 ? random.uniform(0.9, 0.995) : random.uniform(0, 0.7);
    let state = 0;
    const hum = random.chance(0.3) ? random.uniform(0.2, 1) / (1 - memory) : 0;
    const pitch = random.pick([50, 60, 100, 120]);
    for (let i = 0; i < length; i++) {
      state = memory * state + random.normal();
      out[i] = state + hum * Math.sin((2 * Math.PI * pitch * i) / 16_000);
    }
  }
  let power = 0;
  for (const value of out) power += value * value;
  const scale = 1 / Math.sqrt(power / Math.max(1, length) || 1);
  for (let i = 0; i < length; i++) out[i]! *= scale;
  return out;
}

/** Signal-to-noise ratio of a conversation, dB. */
export function noiseDecibels(random: Random, scape: SoundScape): number {
  switch (scape) {
    case 'clean':
      return random.uniform(35, 55);
    case 'noise':
      return random.uniform(3, 18);
    case 'room':
      return random.uniform(18, 40);
    case 'far':
      return random.uniform(3, 20);
    case 'telephone':
      return random.uniform(12, 35);
    case 'mixed':
      return random.uniform(6, 30);
  }
}
