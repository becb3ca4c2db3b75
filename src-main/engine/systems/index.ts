import { AppError } from '#shared/api/errors.ts';
import { closestName } from '#shared/engine/closest-name.ts';
import { parseVariant } from '#shared/engine/system-variants.ts';
import { AUTO_SYSTEM } from '#shared/engine/systems.ts';
import type { SystemRecipe } from '../stage.ts';
import { alize } from './alize.ts';
import { automatic } from './auto.ts';
import { conversation2020, conversationNew } from './av-diarization.ts';
import {
  avDiarizationNew,
  avDiarizationNewSubstitute,
  avDiarizationOriginal,
  avDiarizationOriginalSubstitute,
} from './av-diarization-audio.ts';
import { diaristAudio, diaristAudioOverlap } from './diarist-audio.ts';
import { diaristAv } from './diarist-av.ts';
import { ecapaKmeans, ecapaKmeansSubstitute } from './ecapa-kmeans.ts';
import { lium } from './lium.ts';
import { community1, community1Substitute, pyannote31, pyannote31Substitute } from './pyannote.ts';
import { threeDSpeakerAudio, threeDSpeakerSubstitute, vbxSubstitute } from './published-audio.ts';
import { sortformer } from './sortformer.ts';
import { threeDSpeakerAv } from './three-d-speaker-av.ts';
import { threeDSpeakerOverlap, threeDSpeakerOverlapSubstitute } from './three-d-speaker-overlap.ts';
import { vbx } from './vbx.ts';
import { variantOf } from './variants.ts';

/** Every system that can be run, in the order people see them. */
export const systems: readonly SystemRecipe[] = [
  diaristAudio,
  diaristAv,
  conversation2020,
  conversationNew,
  threeDSpeakerAv,
  diaristAudioOverlap,
  threeDSpeakerAudio,
  threeDSpeakerSubstitute,
  vbxSubstitute,
  pyannote31,
  pyannote31Substitute,
  community1,
  community1Substitute,
  threeDSpeakerOverlap,
  threeDSpeakerOverlapSubstitute,
  avDiarizationNew,
  avDiarizationNewSubstitute,
  avDiarizationOriginal,
  avDiarizationOriginalSubstitute,
  vbx,
  ecapaKmeans,
  ecapaKmeansSubstitute,
  sortformer,
  lium,
  alize,
];

const auto = automatic(diaristAv, diaristAudio);

/**
 * The recipe of a system or of a variant of it (`lium+vad-silero`), or of the default rule.
 * @throws AppError `bad-parameter` for an unknown id
 */
export function findSystem(id: string): SystemRecipe {
  const variant = parseVariant(id);
  if (variant && variant.base !== id) return variantOf(findSystem(variant.base), variant);
  if (id === AUTO_SYSTEM.id) return auto;
  const system = systems.find((candidate) => candidate.id === id);
  if (system) return system;
  const names = [AUTO_SYSTEM.id, ...systems.map((candidate) => candidate.id)];
  const meant = closestName(id, names);
  throw new AppError('bad-parameter', `No system is called ${id}.`, {
    fix: meant === null ? `Choose one of: ${names.join(', ')}.` : `Did you mean ${meant}? diarist systems lists all.`,
  });
}
