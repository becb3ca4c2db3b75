import type { ApiOutput, AppInfo, MediaSources, Project, Settings } from '#shared/api/contract.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import type { DocRecord } from '#shared/domain/records.ts';
import type { EngineClient } from '#jobs/engine-client.ts';
import type { Scheduler } from '#jobs/scheduler.ts';
import type { FfmpegTools } from '#media/ffmpeg.ts';
import type { Store } from '#store/store.ts';
import type { SettingsFile } from '../settings-file.ts';
import type { ModelPulls } from '../model-pulls.ts';
import type { EventBus } from './events.ts';

/** The open project with what works on it. Another one takes its place when the person opens another file. */
export interface ProjectSession {
  readonly store: Store;
  readonly scheduler: Scheduler;
  describe(): Promise<Project>;
}

/** What the handlers stand on; made by ../host.ts, the same for every face. */
export interface Services {
  readonly events: EventBus;
  readonly settings: SettingsFile;
  /** Applies what a changed setting means for the running app; throws before anything is saved if it cannot work. */
  checkSettings(next: Settings): Promise<void>;
  info(): Promise<AppInfo>;
  /** ffmpeg as settings and machine give it. @throws AppError not-found with the way out */
  tools(): Promise<FfmpegTools>;
  /** Runs work that belongs to no project's queue; behind what runs already. */
  readonly engine: Pick<EngineClient, 'run'>;
  /** Folders searched for model files. */
  readonly modelDirs: readonly string[];
  readonly pulls: Pick<ModelPulls, 'get' | 'isActive' | 'mirror' | 'start' | 'cancel'>;
  session(): ProjectSession;
  /** Closes the open project and opens another. When that fails the open one stays. */
  openProject(path: string, create: boolean): Promise<ProjectSession>;
  sources(item: MediaItem): Promise<MediaSources>;
  /** null = not measured yet. */
  quality(item: MediaItem, records: readonly DocRecord[]): Promise<ApiOutput<'quality.get'>>;
}
