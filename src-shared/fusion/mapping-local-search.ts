import { mapGreedy } from './mapping-greedy.ts';
import { mapHungarian } from './mapping-hungarian.ts';
import { indexSpeakers, pairwiseIou, type LabelMapping, type MappingResult } from './mapping.ts';
import type { SystemOutput } from './speech.ts';

const epochs = 100;

/**
 * Randomised local search for the mapping with the greatest sum of IoU between speakers that share a label (after the
 * variant DOVER-Lap once had). It begins at the greedy or, with too many tuples, the Hungarian mapping; an epoch tries, in
 * random order, to give every speaker every other label, in exchange with the speaker of its system that has it, and keeps
 * what is better; from the second on, an epoch begins with a few random exchanges and is dropped if it ends worse.
 *
 * @param seed the same seed gives the same mapping
 */
export function mapLocalSearch(
  systems: readonly SystemOutput[],
  start: 'greedy' | 'hungarian',
  seed = 1,
): MappingResult {
  const base = start === 'greedy' ? mapGreedy(systems) : mapHungarian(systems);
  const indexed = indexSpeakers(systems);
  const iou = pairwiseIou(indexed);
  const between = (i: number, a: number, j: number, b: number): number =>
    i < j ? iou[i]![j]![a]![b]! : iou[j]![i]![b]![a]!;
  const random = generator(seed);
  let labels = base.labels.map((own) => [...own]);
  let best = labels.map((own) => [...own]);
  let bestScore = totalOf(best, between);
  /** What a speaker shares with those of other systems under a label. */
  const gain = (system: number, speaker: number, label: number): number => {
    let sum = 0;
    labels.forEach((own, other) => {
      if (other === system) return;
      own.forEach((theirs, b) => {
        if (theirs === label) sum += between(system, speaker, other, b);
      });
    });
    return sum;
  };
  const speakers = labels.flatMap((own, system) => own.map((_, speaker) => ({ system, speaker })));
  for (let epoch = 0; epoch < epochs && speakers.length > 1 && base.labelCount > 1; epoch++) {
    if (epoch > 0) {
      labels = best.map((own) => [...own]);
      for (let kick = 0; kick < 3; kick++) {
        const { system, speaker } = speakers[Math.floor(random() * speakers.length)]!;
        exchange(labels[system]!, speaker, Math.floor(random() * base.labelCount));
      }
    }
    for (let improved = true; improved;) {
      improved = false;
      shuffle(speakers, random);
      for (const { system, speaker } of speakers) {
        const own = labels[system]!;
        for (let label = 0; label < base.labelCount; label++) {
          const now = own[speaker]!;
          if (label === now) continue;
          const partner = own.findIndex((one) => one === label);
          const before = gain(system, speaker, now) + (partner < 0 ? 0 : gain(system, partner, label));
          const after = gain(system, speaker, label) + (partner < 0 ? 0 : gain(system, partner, now));
          if (after <= before + 1e-9) continue;
          exchange(own, speaker, label);
          improved = true;
        }
      }
    }
    const score = totalOf(labels, between);
    if (score > bestScore + 1e-9) [best, bestScore] = [labels.map((own) => [...own]), score];
  }
  return { labels: best, labelCount: base.labelCount, agreement: base.agreement };
}

/** Gives a speaker a label, and who had it the speaker's own. */
function exchange(own: number[], speaker: number, label: number): void {
  const partner = own.findIndex((one) => one === label);
  if (partner >= 0) own[partner] = own[speaker]!;
  own[speaker] = label;
}

/** Sum of the IoU of all pairs of speakers, of different systems, under one label. */
export function totalOf(labels: LabelMapping, between: (i: number, a: number, j: number, b: number) => number): number {
  let sum = 0;
  labels.forEach((own, i) =>
    own.forEach((label, a) => {
      for (let j = i + 1; j < labels.length; j++)
        labels[j]!.forEach((other, b) => {
          if (other === label) sum += between(i, a, j, b);
        });
    }),
  );
  return sum;
}

function shuffle<T>(list: T[], random: () => number): void {
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
}

/** mulberry32 (T. Ettinger): 32 bits of state are plenty for an order of moves. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
