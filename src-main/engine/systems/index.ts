import { AppError } from '#shared/api/errors.ts';
import type { SystemRecipe } from '../stage.ts';
import { diaristAudio, diaristAudioOverlap } from './diarist-audio.ts';
import { threeDSpeakerAudio, threeDSpeakerSubstitute, vbxSubstitute } from './published-audio.ts';

/** Every system that can be run, in the order people see them. */
export const systems: readonly SystemRecipe[] = [
  diaristAudio,
  diaristAudioOverlap,
  threeDSpeakerAudio,
  threeDSpeakerSubstitute,
  vbxSubstitute,
];

/** @throws AppError `bad-parameter` for an unknown id */
export function findSystem(id: string): SystemRecipe {
  const system = systems.find((candidate) => candidate.id === id);
  if (system) return system;
  throw new AppError('bad-parameter', `No system is called ${id}.`, {
    fix: `Choose one of: ${systems.map((candidate) => candidate.id).join(', ')}.`,
  });
}
