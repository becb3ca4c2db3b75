import { hash } from 'node:crypto';
import type { EngineJob, EngineSettings } from '#shared/engine/protocol.ts';
import type { Stage } from './stage.ts';

/**
 * JSON with sorted keys: equal values give equal text, whatever order their fields were made in. Fields that are
 * undefined are left out.
 * @throws TypeError for what JSON cannot hold (NaN, infinities, functions, bigint), which would collide otherwise
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} cannot be part of a cache key`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
    return `{${fields.join(',')}}`;
  }
  throw new TypeError(`a ${typeof value} cannot be part of a cache key`);
}

export interface KeyParts {
  stage: Pick<Stage, 'id' | 'version' | 'decodes' | 'usesSpeakers' | 'usesCorrections' | 'models' | 'optionalModels'>;
  params: Readonly<Record<string, unknown>>;
  /** Input node → its key. */
  inputs: Readonly<Record<string, string>>;
  /** Hashes of the stage's models, in the order it declares them. */
  modelHashes: readonly string[];
  /** Hashes of its optional models in the order it declares them, null for those that are not installed. */
  optionalModelHashes: readonly (string | null)[];
  media: EngineJob['media'];
  speakers: EngineJob['speakers'];
  corrections?: EngineJob['corrections'];
  settings: Pick<EngineSettings, 'ffmpegVersion' | 'provider'>;
}

/**
 * Cache key of a stage (sha256, hex): everything its output depends on and nothing else, so that a changed parameter
 * re-runs only what follows it. Path and time stamps of the media are left out: a moved file keeps its results.
 */
export function stageKey(parts: KeyParts): string {
  const { stage, media } = parts;
  return hash(
    'sha256',
    canonicalJson({
      format: 1,
      stage: stage.id,
      version: stage.version,
      params: parts.params,
      inputs: parts.inputs,
      models: parts.modelHashes,
      ...(parts.optionalModelHashes.length > 0 ? { optionalModels: parts.optionalModelHashes } : {}),
      media: { hash: media.identity.hash, sizeBytes: media.identity.sizeBytes, choice: media.choice },
      ...(stage.usesSpeakers ? { speakers: parts.speakers } : {}),
      ...correctionsOf(parts),
      ...(stage.decodes ? { decoder: parts.settings.ffmpegVersion } : {}),
      ...(stage.models.length + parts.optionalModelHashes.filter(Boolean).length > 0
        ? { provider: parts.settings.provider }
        : {}),
    }),
  );
}

/** Those that the stage uses; without any the key is that of a file nobody has corrected. */
function correctionsOf({ stage, corrections }: KeyParts): { corrections?: Record<string, unknown> } {
  const used = (stage.usesCorrections ?? []).flatMap((name) => {
    const value = corrections?.[name] ?? null;
    return value === null ? [] : [[name, value] as const];
  });
  return used.length > 0 ? { corrections: Object.fromEntries(used) } : {};
}
