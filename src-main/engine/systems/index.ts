import { AppError } from '#shared/api/errors.ts';
import { AUTO_SYSTEM } from '#shared/engine/systems.ts';
import type { SystemRecipe } from '../stage.ts';
import { automatic } from './auto.ts';
import { diaristAudio, diaristAudioOverlap } from './diarist-audio.ts';
import { diaristAv } from './diarist-av.ts';
import { threeDSpeakerAudio, threeDSpeakerSubstitute, vbxSubstitute } from './published-audio.ts';

/** Every system that can be run, in the order people see them. */
export const systems: readonly SystemRecipe[] = [
  diaristAudio,
  diaristAv,
  diaristAudioOverlap,
  threeDSpeakerAudio,
  threeDSpeakerSubstitute,
  vbxSubstitute,
];

const auto = automatic(diaristAv, diaristAudio);

/**
 * The recipe of a system, or of the default rule.
 * @throws AppError `bad-parameter` for an unknown id
 */
export function findSystem(id: string): SystemRecipe {
  if (id === AUTO_SYSTEM.id) return auto;
  const system = systems.find((candidate) => candidate.id === id);
  if (system) return system;
  throw new AppError('bad-parameter', `No system is called ${id}.`, {
    fix: `Choose one of: ${AUTO_SYSTEM.id}, ${systems.map((candidate) => candidate.id).join(', ')}.`,
  });
}
