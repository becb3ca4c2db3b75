import type { Logistic } from './calibration.ts';

/**
 * Log odds that a face speaks from a net's own: the nets are sure in different measure, and those tuned on TalkSet give
 * silent faces high values. Fitted on composed recordings (docs/adr/0090).
 */
interface Calibrated {
  readonly calibration: Logistic;
}

/** Nets that judge from crops of a face and the sound whether it speaks, in three parts so that faces are seen once. */
export interface SpeakerNet extends Calibrated {
  /** Name of the weights; the parts are `<id>-visual`, `<id>-audio`, `<id>-backend` in models/registry.json. */
  readonly id: string;
}

/** Values of what the visual part says of a frame. */
export const VISUAL_DIMS = 128;

/**
 * LR-ASD and Light-ASD (https://github.com/Junhua-Liao/LR-ASD, https://github.com/Junhua-Liao/Light-ASD), weights of
 * AVA-ActiveSpeaker and those tuned on TalkSet. The better one first: of those that are installed the first is taken.
 */
export const speakerNets: readonly SpeakerNet[] = [
  { id: 'lr-asd-ava', calibration: { weights: [1.15], bias: -2.61 } },
  { id: 'light-asd-ava', calibration: { weights: [1.24], bias: -1.03 } },
  { id: 'lr-asd-talkset', calibration: { weights: [1.16], bias: -2.54 } },
  { id: 'light-asd-talkset', calibration: { weights: [1.23], bias: -5.09 } },
];

export type NetPart = 'visual' | 'audio' | 'backend';
export const partId = (net: SpeakerNet, part: NetPart): string => `${net.id}-${part}`;

/** Ids of all parts of all nets. */
export const speakerNetParts = (...parts: NetPart[]): string[] =>
  speakerNets.flatMap((net) => parts.map((part) => partId(net, part)));

/** A net that is given crops and sound at once; it hears while the faces are seen. */
export interface JointNet extends Calibrated {
  /** In models/registry.json: inputs sound (cepstra) and crops, first output the log odds by frame. */
  readonly id: string;
  readonly crop: 'speaker' | 'lower-face';
}

/**
 * The lower-face net of MSSG (https://github.com/sdqdlgj/MSSG), which is added to the others: late fusion over several crops;
 * and TalkNet (https://github.com/TaoRuijie/TalkNet-ASD) as 3D-Speaker ships it, whose values speak from 0 on.
 */
export const jointNets: readonly JointNet[] = [
  { id: 'mssg-face-down', crop: 'lower-face', calibration: { weights: [1.85], bias: -2.87 } },
  { id: 'talknet', crop: 'speaker', calibration: { weights: [1], bias: 0 } },
];
