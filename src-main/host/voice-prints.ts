import { createHash, randomUUID } from 'node:crypto';
import type { MediaItem } from '#shared/domain/media.ts';
import type { VoicePrints, VoiceSpan } from '#shared/engine/voice-prints.ts';
import type { EngineClient, EngineRunOptions } from '#jobs/engine-client.ts';
import { readVoicePrints } from '#jobs/voices/read-prints.ts';

/** Recordings of which the voices are kept; some kilobytes each. */
const keptCount = 100;

export type HeardFile = Pick<MediaItem, 'path' | 'identity' | 'probe' | 'choice'>;

/**
 * What speakers sound like, asked of the engine once for the same turns: a renamed speaker, another enrolled voice and a
 * file that is opened again need no run.
 */
export class VoicePrinter {
  readonly #engine: Pick<EngineClient, 'run'>;
  readonly #known = new Map<string, Promise<VoicePrints>>();

  constructor(engine: Pick<EngineClient, 'run'>) {
    this.#engine = engine;
  }

  /**
   * @param spans who speaks when, by labels of the caller; null = all speech is one voice
   * @throws AppError of the job
   */
  async print(
    file: HeardFile,
    spans: readonly VoiceSpan[] | null,
    options: EngineRunOptions = {},
  ): Promise<VoicePrints> {
    const key = createHash('sha256')
      .update(JSON.stringify([file.identity.hash, file.choice, spans]))
      .digest('hex');
    const known = this.#known.get(key);
    if (known) return known;
    const asked = this.#run(file, spans, options);
    this.#known.set(key, asked);
    // What failed or was cancelled is asked again the next time.
    asked.catch(() => this.#known.delete(key));
    if (this.#known.size > keptCount) this.#known.delete(this.#known.keys().next().value!);
    return asked;
  }

  async #run(
    { path, identity, probe, choice }: HeardFile,
    spans: readonly VoiceSpan[] | null,
    options: EngineRunOptions,
  ): Promise<VoicePrints> {
    const result = await this.#engine.run(
      {
        jobId: randomUUID(),
        kind: 'voices',
        media: { path, identity, probe, choice },
        systemId: 'voice-prints',
        params: spans === null ? {} : { 'prints.spans': spans },
        speakers: null,
      },
      options,
    );
    return readVoicePrints(result);
  }
}
