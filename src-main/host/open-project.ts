import path from 'node:path';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import { AppError } from '#shared/api/errors.ts';
import type { EngineClient } from '#jobs/engine-client.ts';
import { Scheduler } from '#jobs/scheduler.ts';
import { openStore } from '#store/store.ts';
import type { EventBus } from './api/events.ts';
import type { ProjectSession } from './api/services.ts';
import type { Artifacts } from './artifacts.ts';

export interface OpenProjectOptions {
  /** Names this host in the project's owner row. */
  hostId: string;
  engine: EngineClient;
  events: EventBus;
  artifacts: Artifacts;
  isSample: (file: string) => boolean;
}

/** The one project that is open, and the change from one to another. */
export class OpenProject {
  readonly #options: OpenProjectOptions;
  #current: ProjectSession | null = null;
  #path: string | null = null;
  /** One change at a time. */
  #changing: Promise<unknown> = Promise.resolve();

  constructor(options: OpenProjectOptions) {
    this.#options = options;
  }

  /** @throws AppError not-found before the first project is open */
  get current(): ProjectSession {
    if (!this.#current) throw new AppError('not-found', 'No project is open.', { fix: 'Open or create one.' });
    return this.#current;
  }

  /** What the store has to tell about the file that is open. */
  get notices(): readonly string[] {
    return this.#current?.store.notices ?? [];
  }

  /**
   * Opens a project in place of the present one, which stays if that fails.
   *
   * @throws AppError of the store; bad-input for a relative path
   */
  open(file: string, create: boolean): Promise<ProjectSession> {
    const change = this.#changing.then(() => this.#open(file, create));
    this.#changing = change.catch(() => {});
    return change;
  }

  async close(): Promise<void> {
    await this.#changing;
    await this.#close();
  }

  async #open(given: string, create: boolean): Promise<ProjectSession> {
    if (!path.isAbsolute(given)) {
      throw new AppError('bad-input', 'Project files are named by their full path.', { file: given });
    }
    const file = path.resolve(create && path.extname(given) === '' ? `${given}.diarist` : given);
    if (this.#current && this.#path === file) return this.#current;
    if (create) await makeFolder(path.dirname(file));
    const { engine, events, artifacts, hostId, isSample } = this.#options;
    const store = await openStore({
      path: file,
      create,
      hostId,
      ...(process.env['DIARIST_DEBUG'] === '1' ? { onSlow: (line: string) => console.error(line) } : {}),
    });
    await this.#close();
    const scheduler = await Scheduler.start({
      store,
      engine,
      onEvent: (event) => events.emit(event),
      onArtifacts: (media, refs) => artifacts.add(media, refs),
    });
    store.onStateChange(() => events.emit({ type: 'project.changed' }));
    this.#path = file;
    this.#current = {
      store,
      scheduler,
      describe: async () => {
        const { id, name, path: where } = await store.project();
        const { readOnly, readOnlyReason } = store;
        return { id, name, path: where, readOnly, readOnlyReason, isSample: isSample(where) };
      },
    };
    return this.#current;
  }

  async #close(): Promise<void> {
    const session = this.#current;
    this.#current = null;
    this.#path = null;
    await session?.scheduler.close();
    await session?.store.close();
  }
}

async function makeFolder(folder: string): Promise<void> {
  await ensureFolder(folder).catch((error: Error) => {
    throw new AppError('io', `The folder of the project cannot be made: ${error.message}.`, {
      file: folder,
      fix: 'See that it can be written, name another project file (--project), or set DIARIST_DATA_DIR to another folder.',
    });
  });
}
