import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import { z } from 'zod';
import type { MediaItem } from '#shared/domain/media.ts';
import type { ArtifactRef } from '#shared/engine/protocol.ts';
import { artifactRefSchema } from '#shared/engine/protocol.ts';
import type { ServedFile } from './media-route.ts';

const indexSchema = z.record(z.string(), artifactRefSchema);
type Index = z.infer<typeof indexSchema>;

/** Bulk arrays are found again by what they were made of: the content and what of it is worked on. */
const indexKey = (item: Pick<MediaItem, 'identity' | 'choice'>): string =>
  createHash('sha256')
    .update(JSON.stringify([item.identity.hash, item.choice.audioStream, item.choice.channel, item.choice.range]))
    .digest('hex');

/**
 * Which bulk arrays of the stage cache belong to a file of the project, and which of them may be read over the media
 * route. The index lies in the cache folder too, because it is worth no more than what it points to.
 */
export class Artifacts {
  readonly #folder: string;
  readonly #served = new Map<string, ServedFile>();

  constructor(cacheDir: string) {
    this.#folder = path.join(cacheDir, 'artifact-index');
  }

  /** Remembers what a finished job left. */
  async add(item: Pick<MediaItem, 'identity' | 'choice'>, refs: readonly ArtifactRef[]): Promise<void> {
    if (refs.length === 0) return;
    const next = { ...(await this.#read(item)), ...Object.fromEntries(refs.map((ref) => [ref.name, ref])) };
    await ensureFolder(this.#folder);
    await writeFile(this.#file(item), JSON.stringify(next));
  }

  /** Address of a bulk array on the media route; null when the cache has it no more. */
  async url(item: Pick<MediaItem, 'identity' | 'choice'>, name: string): Promise<string | null> {
    return (await this.address(item, name))?.url ?? null;
  }

  /** The same with the cache key of the stage that made it, by which edits name it. */
  async address(
    item: Pick<MediaItem, 'identity' | 'choice'>,
    name: string,
  ): Promise<{ url: string; key: string } | null> {
    const ref = (await this.#read(item))[name];
    const info = ref && (await stat(ref.path).catch(() => null));
    if (!info?.isFile() || !ref) return null;
    const id = `${name}-${createHash('sha256').update(`${ref.key}\0${ref.path}`).digest('hex').slice(0, 40)}`;
    this.#served.set(id, { path: ref.path, contentType: 'application/octet-stream', immutable: true });
    return { url: `/artifact/${id}`, key: ref.key };
  }

  /** Content of a small JSON artifact; null when the cache has it no more. */
  async json<T>(item: Pick<MediaItem, 'identity' | 'choice'>, name: string, schema: z.ZodType<T>): Promise<T | null> {
    const ref = (await this.#read(item))[name];
    try {
      return ref ? schema.parse(JSON.parse(await readFile(ref.path, 'utf8'))) : null;
    } catch {
      return null;
    }
  }

  /** Content of an array of float32; null when the cache has it no more. */
  async floats(item: Pick<MediaItem, 'identity' | 'choice'>, name: string): Promise<Float32Array | null> {
    const ref = (await this.#read(item))[name];
    const bytes = ref && (await readFile(ref.path).catch(() => null));
    return bytes ? new Float32Array(Uint8Array.from(bytes).buffer, 0, bytes.length >> 2) : null;
  }

  /** Only ids that {@link url} gave out. */
  find(id: string): ServedFile | null {
    return this.#served.get(id) ?? null;
  }

  #file(item: Pick<MediaItem, 'identity' | 'choice'>): string {
    return path.join(this.#folder, `${indexKey(item)}.json`);
  }

  async #read(item: Pick<MediaItem, 'identity' | 'choice'>): Promise<Index> {
    try {
      return indexSchema.parse(JSON.parse(await readFile(this.#file(item), 'utf8')));
    } catch {
      // Absent, or half written when the power went: the next job writes it again.
      return {};
    }
  }
}
