import { seededRandom, type Random } from '../compose/random.ts';
import type { TalkClip } from './clips.ts';

/** What a face does in a frame. */
const IDLE = 0;
const TALKS = 1;
const MIMES = 2;
const MOVES = 3;

export interface ComposedFace {
  readonly aperture: Float32Array;
  readonly outerOpening: Float32Array;
  /** 1 where this face is heard. */
  readonly speaking: Uint8Array;
  /** Which of the person's clips is shown, and which of its frames. */
  readonly clips: readonly TalkClip[];
  readonly clip: Uint8Array;
  readonly frame: Uint8Array;
}

/** Frames [from, to) in which somebody is heard. */
export interface ComposedTurn {
  readonly person: string;
  /** null = not in the picture. */
  readonly face: number | null;
  readonly from: number;
  readonly to: number;
}

export interface ComposedTalk {
  readonly frameCount: number;
  readonly faces: readonly ComposedFace[];
  /** What is said, in order of time. */
  readonly turns: readonly ComposedTurn[];
  /** 16 kHz; begins with frame 0. */
  readonly sound: Int16Array;
}

const FRAME_SAMPLES = 640;
const FADE_SAMPLES = 320;

/** What a face shows, frame by frame. */
interface Part {
  readonly clips: readonly TalkClip[];
  readonly clip: Uint8Array;
  readonly frame: Uint8Array;
  readonly doing: Uint8Array;
  readonly speaking: Uint8Array;
}

/**
 * A recording of one to four faces put together from clips: turns with pauses of 0.2 to 2.5 s, none, or 0.3 to 1 s of
 * overlap, now and then of somebody who is not in the picture; the others run the silent start of one of their clips back and forth, talk silently, yawn, chew, smile or
 * drift; landmarks tremble, noise lies under the sound. The same seed gives the same recording.
 * @param withOverlaps false = turns that would overlap follow one another within 0.3 s
 */
export function composeTalk(all: readonly TalkClip[], seed: number, withOverlaps = true): ComposedTalk {
  const random = seededRandom(seed);
  const people = random.shuffled([...new Set(all.map(({ person }) => person))]);
  const faceCount = random.whole(1, 4);
  const frameCount = Math.round(random.uniform(15, 40) * 25);
  const parts = Array.from({ length: faceCount }, (_, face) =>
    idlePart(
      all.filter(({ person }) => person === people[face % people.length]),
      frameCount,
      random,
    ),
  );
  const sound = new Float32Array(frameCount * FRAME_SAMPLES);
  const absent = people.slice(faceCount);
  const stranger = absent.length > 0 && random.chance(0.5) ? random.pick(absent) : null;
  const unseen = stranger === null ? null : all.filter(({ person }) => person === stranger);
  const turns = layTurns(parts, unseen, sound, random, withOverlaps);
  if (random.chance(0.6)) {
    const whole = random.chance(0.3);
    for (const part of whole ? parts : [random.pick(parts)]) mime(part, random);
  }
  const tremble = random.uniform(0.002, 0.012) * (random.chance(0.25) ? 2 : 1);
  const faces = parts.map((part) => facesOf(part, tremble, random));
  return { frameCount, faces, turns, sound: withNoise(sound, random) };
}

function idlePart(clips: readonly TalkClip[], frameCount: number, random: Random): Part {
  const at = random.whole(0, clips.length - 1);
  const length = random.whole(8, Math.max(9, clips[at]!.from));
  const phase = random.whole(0, 20);
  const part: Part = {
    clips,
    clip: new Uint8Array(frameCount).fill(at),
    frame: new Uint8Array(frameCount),
    doing: new Uint8Array(frameCount),
    speaking: new Uint8Array(frameCount),
  };
  for (let k = 0; k < frameCount; k++) {
    const step = (k + phase) % (2 * length - 2);
    part.frame[k] = step < length ? step : 2 * length - 2 - step;
  }
  return part;
}

/** Shows a stretch of a clip, unless the face is busy there. */
function show(part: Part, at: number, clip: TalkClip, from: number, to: number, doing: number): boolean {
  for (let k = 0; k < to - from; k++) {
    const now = part.doing[at + k];
    if (now === TALKS || now === doing) return false;
  }
  for (let k = 0; k < to - from; k++) {
    part.clip[at + k] = part.clips.indexOf(clip);
    part.frame[at + k] = from + k;
    part.doing[at + k] = doing;
  }
  return true;
}

function layTurns(
  parts: readonly Part[],
  unseen: readonly TalkClip[] | null,
  sound: Float32Array,
  random: Random,
  withOverlaps: boolean,
): ComposedTurn[] {
  const frameCount = sound.length / FRAME_SAMPLES;
  const voices: (Part | null)[] = [...parts, ...(unseen ? [null] : [])];
  const turns: ComposedTurn[] = [];
  let last: Part | null | undefined;
  let goesOn = false;
  /** Frame in which the next sentence begins. */
  let start = random.whole(13, 45);
  for (;;) {
    const others = voices.filter((voice) => (voice === last) === goesOn);
    const part = random.pick(others.length > 0 ? others : voices);
    const clip = random.pick(part ? part.clips : unseen!);
    const from = Math.max(0, clip.from - random.whole(0, 8));
    const to = Math.min(clip.aperture.length, clip.to + random.whole(0, 8));
    const at = Math.max(0, start - (clip.from - from));
    if (at + to - from + 5 > frameCount) return turns;
    if (part && !show(part, at, clip, from, to, TALKS)) {
      start += 5;
      continue;
    }
    const turn = { from: at + clip.from - from, to: at + clip.to - from };
    part?.speaking.fill(1, turn.from, turn.to);
    turns.push({ person: clip.person, face: part ? parts.indexOf(part) : null, ...turn });
    addSound(sound, at, clip, from, to, random.uniform(0.5, 1));
    last = part;
    goesOn = random.chance(0.2);
    start = turn.to + Math.round(25 * gapSec(random, goesOn, withOverlaps));
  }
}

/** Between two turns: below 0 both speak. A speaker who goes on pauses. */
function gapSec(random: Random, goesOn: boolean, withOverlaps: boolean): number {
  const kind = random.uniform(0, 1);
  if (kind < 0.3 && !goesOn) return withOverlaps ? -random.uniform(0.3, 1) : random.uniform(0, 0.3);
  if (kind < 0.45 && !goesOn) return random.uniform(withOverlaps ? -0.05 : 0, 0.1);
  if (kind < 0.9) return random.uniform(0.2, 1);
  return random.uniform(1, 2.5);
}

function addSound(sound: Float32Array, at: number, clip: TalkClip, from: number, to: number, gain: number): void {
  const length = (to - from) * FRAME_SAMPLES;
  for (let n = 0; n < length; n++) {
    const fade = Math.min(1, n / FADE_SAMPLES, (length - 1 - n) / FADE_SAMPLES);
    sound[at * FRAME_SAMPLES + n]! += gain * fade * (clip.sound[from * FRAME_SAMPLES + n] ?? 0);
  }
}

/** Talks silently wherever it does not talk. */
function mime(part: Part, random: Random): void {
  for (let at = random.whole(0, 50); at < part.doing.length;) {
    const clip = random.pick(part.clips);
    const from = Math.max(0, clip.from - random.whole(0, 8));
    const to = Math.min(clip.aperture.length, clip.to + random.whole(0, 8));
    if (at + to - from > part.doing.length) return;
    at += show(part, at, clip, from, to, MIMES) ? to - from + random.whole(2, 37) : 5;
  }
}

function facesOf(part: Part, tremble: number, random: Random): ComposedFace {
  const frameCount = part.doing.length;
  const read = (column: 'aperture' | 'outerOpening'): Float32Array =>
    Float32Array.from({ length: frameCount }, (_, k) => part.clips[part.clip[k]!]![column][part.frame[k]!]!);
  const [aperture, outerOpening] = [read('aperture'), read('outerOpening')];
  if (random.chance(0.5)) moveIdly(part, aperture, outerOpening, random);
  const scale = Math.exp(0.1 * random.normal());
  for (let k = 0; k < frameCount; k++) {
    aperture[k] = Math.max(0, aperture[k]! * scale + tremble * random.normal());
    outerOpening[k] = outerOpening[k]! * scale + tremble * random.normal();
  }
  const { speaking, clips, clip, frame } = part;
  return { aperture, outerOpening, speaking, clips, clip, frame };
}

/** Yawns, chewing, smiles and slow drifts where the face is idle. */
function moveIdly({ doing }: Part, aperture: Float32Array, outerOpening: Float32Array, random: Random): void {
  for (let at = random.whole(0, 250); at < doing.length;) {
    const kind = random.pick(['yawn', 'chew', 'smile', 'drift'] as const);
    const [shortest, longest] = { yawn: [1.5, 4], chew: [2, 6], smile: [0.6, 2], drift: [0.5, 2] }[kind];
    const [least, most] = { yawn: [0.3, 0.8], chew: [0.05, 0.15], smile: [-0.12, -0.05], drift: [-0.1, 0.1] }[kind];
    const length = Math.round(25 * random.uniform(shortest!, longest!));
    const height = random.uniform(least!, most!);
    const hertz = random.uniform(1, 2);
    for (let k = 0; k < length && at + k < doing.length; k++) {
      if (doing[at + k] !== IDLE) continue;
      const wave = kind === 'chew' ? Math.sin((2 * Math.PI * hertz * k) / 25) : 1;
      const change = height * wave * (0.5 - 0.5 * Math.cos((2 * Math.PI * k) / length));
      outerOpening[at + k]! += change;
      aperture[at + k] = Math.max(0, aperture[at + k]! + change * { yawn: 1, chew: 0.2, smile: 0, drift: 0 }[kind]);
      doing[at + k] = MOVES;
    }
    at += length + random.whole(25, 200);
  }
}

/** White or dull noise 8–40 dB below the sound, at a gain of its own. */
function withNoise(sound: Float32Array, random: Random): Int16Array {
  const level = Math.sqrt(sound.reduce((sum, value) => sum + value * value, 0) / sound.length);
  const height = level * 10 ** (-random.uniform(8, 40) / 20);
  const isDull = random.chance(0.5);
  const gain = random.uniform(0.3, 1.2);
  let low = 0;
  return Int16Array.from(sound, (value) => {
    const noise = random.normal();
    low = 0.95 * low + 0.31 * noise;
    const mixed = gain * (value + height * (isDull ? low : noise));
    return Math.round(32_767 * Math.max(-1, Math.min(1, mixed)));
  });
}
