import type { Turn } from '#shared/formats/turn.ts';
import { convolve } from './convolve.ts';
import type { Random } from './random.ts';
import { lineFilter, noiseDecibels, noiseOf, roomResponse } from './rooms.ts';
import type { NoiseSources, SoundScape } from './rooms.ts';
import type { Voice } from './voices.ts';

export interface ConversationPlan {
  id: string;
  scape: SoundScape;
  speakerCount: number;
  /** Wanted length; the conversation ends with the turn that passes it. */
  durationSec: number;
  /** Chance that a turn starts before the one before has ended. */
  overlapChance: number;
  /** Chance of a short word of somebody else inside a turn. */
  backchannelChance: number;
  /** Short turns that follow at once, as in a lively meeting; otherwise turns of up to four phrases and pauses between. */
  lively: boolean;
  /** Longer phrases are cut, so that turns are as short as in quick exchanges; seconds. */
  longestPhraseSec: number;
  /** Spread of talk shares: 0 = equal, 2 = one speaker says nearly all. */
  inequality: number;
  /** Much silence between turns and a quiet recording, as of a table microphone where people work. */
  sparse: boolean;
  /** Nobody says anything twice: the conversation ends where those who may speak next have nothing left to say. */
  once: boolean;
}

export interface Conversation {
  plan: ConversationPlan;
  samples: Float32Array;
  turns: Turn[];
}

const RATE = 16_000;

interface Placed {
  voice: number;
  phrase: Float32Array;
  at: number;
}

/**
 * A conversation of `voices`: turns of one to four phrases, pauses, overlaps and short words beside them, then the room,
 * the line and the noise of the plan. Phrases are used again only after all of a voice have been, a little faster or slower; or never,
 * as the plan says.
 */
export function compose(
  plan: ConversationPlan,
  voices: readonly Voice[],
  sources: NoiseSources,
  random: Random,
): Conversation {
  const placed = placePhrases(plan, voices, random);
  const end = Math.max(...placed.map(({ at, phrase }) => at + phrase.length));
  const length = end + Math.round(RATE * random.uniform(0.3, 2));
  const roomy = plan.scape === 'room' || plan.scape === 'far' || (plan.scape === 'mixed' && random.chance(0.5));
  const responses = voices.map(() => (roomy ? roomResponse(random, sources, plan.scape === 'far') : null));
  const levels = voices.map(() => 10 ** (random.normal() * (plan.scape === 'clean' ? 1.5 : 3) * 0.05));
  const speech = new Float32Array(length);
  placed.forEach(({ voice, phrase, at }) => {
    const response = responses[voice];
    const heard = response ? convolve(phrase, response) : phrase;
    for (let i = 0; i < heard.length && at + i < length; i++) speech[at + i]! += levels[voice]! * heard[i]!;
  });
  const filter = lineFilter(random, plan.scape);
  const sent = filter ? convolve(speech, filter).subarray(filter.length / 2, filter.length / 2 + length) : speech;
  const noise = noiseOf(random, sources, length);
  const level = speechLevel(sent, placed) * 10 ** (-noiseDecibels(random, plan.scape) / 20);
  // The last step of the sound card: from loud to very quiet.
  const gain = 10 ** ((random.uniform(plan.scape === 'far' ? -28 : -12, 6) - (plan.sparse ? 15 : 0)) / 20);
  const samples = Float32Array.from({ length }, (_, i) => {
    const value = gain * (sent[i]! + level * noise[i]!);
    return Math.max(-1, Math.min(1, plan.scape === 'telephone' ? muLaw(value) : value));
  });
  return { plan, samples, turns: turnsOf(plan, placed, voices) };
}

function placePhrases(plan: ConversationPlan, voices: readonly Voice[], random: Random): Placed[] {
  const share = voices.map(() => Math.exp(plan.inequality * random.normal()));
  const queues: Float32Array[][] = voices.map((voice) => (plan.once ? random.shuffled(voice.phrases) : []));
  const used = voices.map(() => 0);
  const hasLeft = (voice: number): boolean => !plan.once || queues[voice]!.length > 0;
  const nextPhrase = (voice: number): Float32Array => {
    if (queues[voice]!.length === 0) {
      queues[voice] = random.shuffled(voices[voice]!.phrases);
      used[voice]!++;
    }
    const phrase = queues[voice]!.pop()!;
    return used[voice]! > 1 ? atSpeed(phrase, random.uniform(0.96, 1.04)) : phrase;
  };
  const placed: Placed[] = [];
  const heard = new Set<number>();
  let now = Math.round(RATE * random.uniform(0.2, 1.5));
  let speaker = -1;
  while (now < plan.durationSec * RATE || heard.size < voices.length) {
    voices.forEach((_, v) => hasLeft(v) || (share[v] = 0));
    if (!voices.some((_, v) => hasLeft(v) && (v !== speaker || voices.length === 1))) break;
    const silent = voices.map((_, v) => v).filter((v) => !heard.has(v));
    // Whoever has not spoken gets a turn before the end.
    const due = silent.length > 0 && now > plan.durationSec * RATE * (1 - silent.length / (voices.length + 1));
    speaker = due ? random.pick(silent) : weighted(share, voices.length > 1 ? speaker : -1, random);
    heard.add(speaker);
    const phrases = random.whole(1, plan.lively ? 2 : 4);
    const turnStart = now;
    for (let k = 0; k < phrases && hasLeft(speaker); k++) {
      const whole = nextPhrase(speaker);
      const phrase = whole.slice(0, Math.round(RATE * plan.longestPhraseSec * random.uniform(0.6, 1)));
      // What was cut off has not been said yet.
      if (plan.once && whole.length - phrase.length > RATE) queues[speaker]!.unshift(whole.slice(phrase.length));
      placed.push({ voice: speaker, phrase, at: now });
      now += phrase.length + Math.round(RATE * random.uniform(0.05, plan.lively ? 0.2 : 0.6));
    }
    if (voices.length > 1 && now - turnStart > 3 * RATE && random.chance(plan.backchannelChance)) {
      const other = weighted(share, speaker, random);
      if (hasLeft(other)) {
        const word = nextPhrase(other).slice(0, Math.round(RATE * random.uniform(0.3, 0.9)));
        const at = turnStart + Math.round(random.uniform(0.2, 0.8) * (now - turnStart));
        placed.push({ voice: other, phrase: word, at });
        heard.add(other);
      }
    }
    const pauseSec = random.chance(plan.overlapChance)
      ? -random.uniform(0.2, 2)
      : plan.lively
        ? random.uniform(-0.3, 0.3)
        : random.uniform(0, 1.2) ** 2;
    const silenceSec = plan.sparse && random.chance(0.6) ? random.uniform(1, 9) : 0;
    now = Math.max(turnStart + RATE / 2, now + Math.round(RATE * (pauseSec + silenceSec)));
  }
  return placed;
}

function weighted(share: readonly number[], not: number, random: Random): number {
  const total = share.reduce((sum, value, v) => sum + (v === not ? 0 : value), 0);
  let rest = random.uniform(0, total);
  for (let v = 0; v < share.length; v++) {
    if (v === not) continue;
    rest -= share[v]!;
    if (rest <= 0) return v;
  }
  return not === share.length - 1 ? 0 : share.length - 1;
}

function atSpeed(samples: Float32Array, speed: number): Float32Array {
  return Float32Array.from({ length: Math.floor(samples.length / speed) - 1 }, (_, i) => {
    const at = i * speed;
    const k = Math.floor(at);
    return samples[k]! + (at - k) * ((samples[k + 1] ?? 0) - samples[k]!);
  });
}

function speechLevel(samples: Float32Array, placed: readonly Placed[]): number {
  let sum = 0;
  let count = 0;
  for (const { at, phrase } of placed) {
    for (let i = at; i < Math.min(samples.length, at + phrase.length); i++) sum += samples[i]! ** 2;
    count += phrase.length;
  }
  return Math.sqrt(sum / Math.max(1, count));
}

/** 8-bit mu-law and back. */
function muLaw(value: number): number {
  const size = Math.log1p(255 * Math.min(1, Math.abs(value))) / Math.log(256);
  return (Math.sign(value) * (256 ** (Math.round(size * 127) / 127) - 1)) / 255;
}

/** Reference turns: what lies closer than a quarter of a second of one voice is one turn. */
function turnsOf(plan: ConversationPlan, placed: readonly Placed[], voices: readonly Voice[]): Turn[] {
  const turns: Turn[] = [];
  const sorted = [...placed].sort((x, y) => x.voice - y.voice || x.at - y.at);
  let lastVoice = -1;
  for (const { voice, phrase, at } of sorted) {
    const startSec = at / RATE;
    const endSec = (at + phrase.length) / RATE;
    const last = turns[turns.length - 1];
    if (last && lastVoice === voice && startSec - last.endSec < 0.25) last.endSec = Math.max(last.endSec, endSec);
    else turns.push({ fileId: plan.id, channel: '1', startSec, endSec, speaker: voices[voice]!.id, confidence: null });
    lastVoice = voice;
  }
  return turns.sort((x, y) => x.startSec - y.startSec);
}
