import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { AppInfo } from '#shared/api/contract.ts';
import { toErrorData } from '#shared/api/errors.ts';
import { EngineClient } from '#jobs/engine-client.ts';
import type { EngineSpawner } from '#jobs/engine-process.ts';
import { modelDirs } from '#jobs/workspace.ts';
import { readMirror } from '#models/mirror.ts';
import { appVersion } from '#runtime/version.ts';
import { defaultCacheDir, defaultDataDir, userModelsDir } from '#runtime/dirs.ts';
import { createDispatch } from './api/dispatch.ts';
import type { Dispatch } from './api/dispatch.ts';
import { EventBus } from './api/events.ts';
import { createApi } from './api/handlers.ts';
import type { Services } from './api/services.ts';
import { Artifacts } from './artifacts.ts';
import { engineSettings, ToolFinder } from './engine-settings.ts';
import { createMediaRoute, mediaContentType } from './media-route.ts';
import { ModelPulls } from './model-pulls.ts';
import { OpenProject } from './open-project.ts';
import { createPages } from './pages.ts';
import { defaultProjectPath, sampleFiles, sampleProjectPath } from './projects.ts';
import { Rebuild } from './rebuild.ts';
import { ReviewCopies } from './review-copies.ts';
import type { RouteRequest, RouteResponse } from './routes.ts';
import { createRouter } from './routes.ts';
import { SettingsFile } from './settings-file.ts';
import { mediaQuality } from './quality.ts';
import { mediaSources } from './sources.ts';

export interface HostOptions {
  face: AppInfo['face'];
  /** Folder of the built page. */
  rendererDir: string;
  /** Project file; null = the person's default project, or the sample where no media are given either. */
  project: string | null;
  /** Absolute paths to open in it. */
  media: readonly string[];
  /** What the person should know about this start. */
  notices: readonly string[];
  /** How the engine is started; absent = child_process.fork. */
  spawnEngine?: EngineSpawner;
}

export interface Host {
  readonly dispatch: Dispatch;
  readonly events: EventBus;
  /** Pages, media and bulk arrays. */
  readonly respond: (request: RouteRequest) => Promise<RouteResponse>;
  /** Adds files to the open project; what goes wrong is told to every face. */
  openMedia(paths: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * The whole of the app but its face: project, jobs, engine, media, settings behind one dispatch and one router.
 *
 * @throws AppError when the project cannot be opened
 */
export async function createHost(options: HostOptions): Promise<Host> {
  const dataDir = defaultDataDir();
  const cacheDir = defaultCacheDir();
  const events = new EventBus();
  const told = (text: string): AppInfo['notices'][number] => ({ level: 'info', text });
  const notices = options.notices.map(told);
  const settings = await SettingsFile.open(path.join(dataDir, 'settings.json'));
  if (settings.notice) notices.push({ level: 'warning', text: settings.notice });

  const finder = new ToolFinder();
  const tools = () => finder.find(settings.get().ffmpegPath);
  const engine = new EngineClient({
    settings: await engineSettings(settings.get()),
    onLog: (level, message) => {
      if (level === 'warn' || level === 'error') console.error(`engine: ${message}`);
    },
    ...(options.spawnEngine ? { spawn: options.spawnEngine } : {}),
  });
  const artifacts = new Artifacts(cacheDir);
  const copies = new ReviewCopies({
    cacheDir,
    // Beside the stage cache, which keeps its own limit.
    limitBytes: () => settings.get().cacheLimitBytes / 2,
    tools,
    onChange: (mediaId) => events.emit({ type: 'media.changed', mediaId }),
  });
  const project = new OpenProject({
    hostId: randomUUID(),
    engine,
    events,
    artifacts,
    isSample: (file) => file === sampleProjectPath(dataDir),
  });

  const pulls = new ModelPulls({
    dir: userModelsDir(),
    dirs: modelDirs(),
    mirrorDir: () => settings.get().modelMirror,
    events,
  });
  const rebuild = new Rebuild(project);
  const services: Services = {
    events,
    settings,
    engine,
    modelDirs: modelDirs(),
    pulls,
    tools,
    checkSettings: async (next) => {
      const now = settings.get();
      if (next.ffmpegPath !== now.ffmpegPath) await finder.find(next.ffmpegPath);
      if (next.modelMirror !== now.modelMirror && next.modelMirror !== null) await readMirror(next.modelMirror);
      if (next.ffmpegPath !== now.ffmpegPath || next.cacheLimitBytes !== now.cacheLimitBytes) {
        copies.forgetFailures();
        await engine.configure(await engineSettings(next));
      }
    },
    info: async () => {
      const found = await tools().catch(() => null);
      return {
        version: appVersion(),
        face: options.face,
        platform: `${process.platform}-${process.arch}`,
        cores: availableParallelism(),
        ffmpeg: found && { path: found.ffmpegPath, version: found.ffmpegVersion, source: found.source },
        provider: engine.provider,
        offline: process.env['DIARIST_OFFLINE'] === '1',
        notices: [...notices, ...project.notices.map(told)],
      };
    },
    session: () => project.current,
    openProject: (file, create) => project.open(file, create),
    quality: (item, records) => mediaQuality(item, records, artifacts),
    sources: async (item) => {
      const sources = await mediaSources(item, artifacts, copies);
      if (sources.peaksUrl === null) await rebuild.want(item);
      return sources;
    },
  };
  const dispatch = createDispatch(createApi(services));

  const findServed = async (kind: 'media' | 'proxy' | 'artifact', id: string) => {
    if (kind === 'artifact') return artifacts.find(id);
    const item = await project.current.store.getMedia(id).catch(() => null);
    if (!item) return null;
    if (kind === 'media') return { path: item.path, contentType: mediaContentType(item.path), immutable: false };
    const copy = await copies.find(item);
    return copy && { ...copy, immutable: false };
  };
  const openMedia = async (paths: readonly string[]): Promise<void> => {
    const added = await dispatch('media.add', { paths, diarize: true });
    if (added.ok) {
      const [first] = added.value as { id: string }[];
      // The page opens what it showed last: that is now the file that was asked for.
      if (first) await dispatch('project.setView', { patch: { 'review.mediaId': first.id } });
      events.emit({ type: 'project.changed' });
    } else {
      const { message, file, fix } = added.error;
      const text = [file ? `${path.basename(file)}: ${message}` : message, fix].filter(Boolean).join(' ');
      notices.push({ level: 'error', text, error: added.error });
      console.error(text);
      events.emit({ type: 'notice', level: 'error', text, error: added.error });
    }
  };
  const close = async (): Promise<void> => {
    await Promise.all([copies.close(), pulls.close()]);
    await project.close();
    await engine.close();
  };

  try {
    const respond = createRouter([createMediaRoute(findServed), await createPages(options.rendererDir)]);
    const sample = options.project === null && options.media.length === 0 ? await sampleFiles() : [];
    const fallback = sample.length > 0 ? sampleProjectPath(dataDir) : defaultProjectPath(dataDir);
    await project.open(options.project ?? fallback, true);
    const media = options.media.length > 0 ? options.media : sample;
    if (media.length > 0 && !project.current.store.readOnly) await openMedia(media);
    return { dispatch, events, respond, openMedia, close };
  } catch (error) {
    await close().catch((closeError: unknown) => console.error(toErrorData(closeError).message));
    throw error;
  }
}
