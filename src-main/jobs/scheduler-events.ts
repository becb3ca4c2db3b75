import type { ApiEvent } from '#shared/api/contract.ts';
import type { Job } from '#shared/domain/job.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import type { ArtifactRef, EngineJob } from '#shared/engine/protocol.ts';
import type { Store } from '#store/store.ts';
import type { EngineClient } from './engine-client.ts';

/** Events of the contract that come from jobs. */
export type SchedulerEvent = Extract<
  ApiEvent,
  { type: 'job.changed' | 'media.changed' | 'document.changed' | 'hypotheses.changed' | 'notice' }
>;

export interface SchedulerOptions {
  store: Store;
  /** Shared by all projects; the scheduler does not close it. */
  engine: Pick<EngineClient, 'run'>;
  onEvent: (event: SchedulerEvent) => void;
  /** Bulk arrays of a file, as soon as a stage has left them; `media.changed` follows when it is settled. */
  onArtifacts?: (media: MediaItem, artifacts: ArtifactRef[]) => void | Promise<void>;
}

export interface NewJob {
  mediaId: string;
  kind: Job['kind'];
  /** Default: the first system of the catalogue. */
  systemId?: string | undefined;
  /** Overrides of published values, `node.param` → value. */
  params?: Record<string, unknown> | undefined;
  speakers?: EngineJob['speakers'] | undefined;
}
