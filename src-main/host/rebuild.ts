import { stat } from 'node:fs/promises';
import type { MediaItem } from '#shared/domain/media.ts';
import type { OpenProject } from './open-project.ts';

/** Brings back what the cache has lost: it may be deleted at any time. */
export class Rebuild {
  readonly #project: OpenProject;
  /** Once per file and start: a file that gives no arrays is not read in a circle. */
  readonly #asked = new Set<string>();

  constructor(project: OpenProject) {
    this.#project = project;
  }

  /** Reads a file again whose waveform is gone, unless it is being worked on, is missing, or was never read with success. */
  async want(item: MediaItem): Promise<void> {
    const { store, scheduler } = this.#project.current;
    if (store.readOnly || this.#asked.has(item.id) || item.probe.audio.length === 0) return;
    if (!(await stat(item.path).catch(() => null))) return;
    const jobs = (await scheduler.list()).filter((job) => job.mediaId === item.id);
    const wasRead = jobs.some((job) => job.state === 'done');
    const isBusy = jobs.some((job) => job.state === 'queued' || job.state === 'running');
    if (!wasRead || isBusy) return;
    this.#asked.add(item.id);
    await scheduler.enqueue({ mediaId: item.id, kind: 'ingest' });
  }
}
