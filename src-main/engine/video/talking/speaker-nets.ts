import type { Logistic } from './calibration.ts';

/** Nets that judge from crops of a face and the sound whether it speaks, in three parts so that faces are seen once. */
export interface SpeakerNet {
  /** Name of the weights; the parts are `<id>-visual`, `<id>-audio`, `<id>-backend` in models/registry.json. */
  readonly id: string;
  /** Log odds from those of the lips and those of the net; the nets themselves are sure in different measure. */
  readonly withLips: Logistic;
  /** Log odds from those of the net, for faces whose mouth is not known. */
  readonly alone: Logistic;
}

/** Values of what the visual part says of a frame. */
export const VISUAL_DIMS = 128;

/**
 * LR-ASD and Light-ASD (https://github.com/Junhua-Liao/LR-ASD, https://github.com/Junhua-Liao/Light-ASD), weights of
 * AVA-ActiveSpeaker and those tuned on TalkSet. The better one first: of those that are installed the first is taken.
 */
export const speakerNets: readonly SpeakerNet[] = [
  {
    id: 'lr-asd-ava',
    withLips: { weights: [0.75, 0.7], bias: -1.6 },
    alone: { weights: [1.15], bias: -2.6 },
  },
  {
    id: 'light-asd-ava',
    withLips: { weights: [0.75, 1], bias: -0.5 },
    alone: { weights: [1.43], bias: -0.87 },
  },
  {
    id: 'lr-asd-talkset',
    withLips: { weights: [0.85, 0.5], bias: -1 },
    alone: { weights: [0.8], bias: -2 },
  },
  {
    id: 'light-asd-talkset',
    withLips: { weights: [0.85, 0.5], bias: -1 },
    alone: { weights: [0.8], bias: -2 },
  },
];

export type NetPart = 'visual' | 'audio' | 'backend';
export const partId = (net: SpeakerNet, part: NetPart): string => `${net.id}-${part}`;

/** Ids of all parts of all nets. */
export const speakerNetParts = (...parts: NetPart[]): string[] =>
  speakerNets.flatMap((net) => parts.map((part) => partId(net, part)));
