import { readFile } from 'node:fs/promises';
import { AppError } from '#shared/api/errors.ts';
import type { EngineResult } from '#shared/engine/protocol.ts';
import { voicePrintsSchema, type VoicePrints } from '#shared/engine/voice-prints.ts';

/** The vectors a job of kind `voices` left in the cache. */
export async function readVoicePrints(result: EngineResult): Promise<VoicePrints> {
  const artifact = result.artifacts.find(({ name }) => name === 'voicePrints');
  if (!artifact) throw new AppError('internal', 'A comparison of voices left no result.');
  return voicePrintsSchema.parse(JSON.parse(await readFile(artifact.path, 'utf8')));
}
