import { seededRandom, voiceLikePcm } from '../../testing/synthetic-pcm.ts';

const noise = (seconds: number, amplitude: number, seed: number): Int16Array => {
  const random = seededRandom(seed);
  return Int16Array.from({ length: Math.round(seconds * 16_000) }, () =>
    Math.max(-32_768, Math.min(32_767, Math.round(amplitude * random()))),
  );
};

/** Faint and loud noise, voice-like bursts, digital silence, clipping: 27 s that bring every rule of the detector to work. */
export function webrtcTestSound(): Int16Array {
  const parts = [
    noise(3, 30, 5),
    voiceLikePcm(7, 2),
    new Int16Array(24_000),
    noise(4, 500, 9),
    voiceLikePcm(5, 7).map((value, n) => value / 16 + 200 * Math.sin(n)),
    noise(2, 90_000, 2),
    voiceLikePcm(4.5, 4),
  ];
  const out = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
