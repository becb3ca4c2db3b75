import path from 'node:path';
import type { ModelInfo } from '#shared/api/models.ts';
import { AppError } from '#shared/api/errors.ts';
import { AUTO_SYSTEM, systemDescriptions } from '#shared/engine/systems.ts';
import { checkModels } from '#models/check.ts';
import { offerPulls, unfinishedBytes } from '#models/offer.ts';
import { addModel, removeModel } from '#models/own-models.ts';
import { listModels } from '#models/registry.ts';
import type { ListedModel } from '#models/registry.ts';
import { userModelsDir } from '#runtime/dirs.ts';
import { liesIn } from '#runtime/lies-in.ts';
import { pickModels } from '../model-pulls.ts';
import type { Handlers } from './dispatch.ts';
import type { Services } from './services.ts';
import type { Tasks } from './tasks.ts';

type ModelHandlers = Pick<
  Handlers,
  | 'models.list'
  | 'models.offer'
  | 'models.pull'
  | 'models.cancelPull'
  | 'models.verify'
  | 'models.remove'
  | 'models.add'
  | 'systems.list'
>;

const labelsOf = (wants: (system: (typeof systemDescriptions)[number]) => boolean | undefined): string[] =>
  systemDescriptions.filter(wants).map(({ label }) => label);

export const modelHandlers = (services: Services, tasks: Tasks): ModelHandlers => {
  const { pulls, modelDirs } = services;
  const dir = userModelsDir();
  const listed = (): Promise<ListedModel[]> => listModels(modelDirs);
  const one = async (id: string): Promise<ListedModel> => pickModels(await listed(), [id])[0]!;
  const shown = async (model: ListedModel): Promise<ModelInfo> => ({
    id: model.id,
    stage: model.stage,
    licence: model.licence,
    nonCommercial: model.nonCommercial,
    sizeBytes: model.bytes ?? 0,
    sha256: model.sha256 ?? '',
    installed: model.installed,
    bundled: model.bundled,
    damaged: model.path !== null && !model.installed,
    removable: !model.bundled && model.path !== null && liesIn(model.path, dir),
    hasAddress: model.downloads.length > 0,
    partBytes: model.installed ? 0 : await unfinishedBytes(model, dir),
    takes: model.contract,
    source: model.urls[0] ?? '',
    neededBy: labelsOf(({ models }) => models.includes(model.id)),
    helps: labelsOf(({ optionalModels }) => optionalModels?.includes(model.id)),
    pull: pulls.get(model.id),
  });
  /** Changes what is installed, not while the same file is being fetched. */
  const change = async <T>(id: string, work: (model: ListedModel) => Promise<T>): Promise<T> => {
    const model = await one(id);
    if (pulls.isActive(id)) {
      throw new AppError('conflict', `The model ${id} is being fetched.`, { fix: 'Cancel that first, or wait.' });
    }
    const result = await work(model);
    services.events.emit({ type: 'models.changed' });
    return result;
  };

  return {
    'models.list': async () => Promise.all((await listed()).map(shown)),
    'models.offer': async ({ ids }) =>
      offerPulls(pickModels(await listed(), ids), dir, await pulls.mirror(), modelDirs),
    'models.pull': async ({ ids }) => pulls.start(ids),
    'models.cancelPull': async ({ id }) => {
      pulls.cancel(id);
      return {};
    },
    'models.verify': async ({ ids, taskId }) => {
      const models = await listed();
      const chosen = ids === null ? models.filter((model) => model.path !== null) : pickModels(models, ids);
      return tasks.run(taskId, (signal, onProgress) => checkModels(chosen, { signal, onProgress }));
    },
    'models.remove': async ({ id }) => ({ file: await change(id, (model) => removeModel(model, dir, modelDirs)) }),
    'models.add': async ({ id, file }) => {
      if (!path.isAbsolute(file)) throw new AppError('bad-input', 'Files are named by their full path.', { file });
      await change(id, (slot) => addModel(path.resolve(file), slot, dir));
      return {};
    },
    'systems.list': async () => {
      const installed = new Set((await listed()).filter((model) => model.installed).map(({ id }) => id));
      const systems = systemDescriptions.map((system) => ({
        id: system.id,
        label: system.label,
        version: system.version,
        description: system.description,
        needsVideo: system.needsVideo,
        missingModels: system.models.filter((id) => !installed.has(id)),
        missingOptionalModels: (system.optionalModels ?? []).filter((id) => !installed.has(id)),
        params: system.params.map((param) => ({ ...param })),
      }));
      const joint = systems.find(({ id }) => id === 'diarist-av');
      return [
        {
          ...AUTO_SYSTEM,
          version: joint?.version ?? '1',
          needsVideo: false,
          missingModels: joint?.missingModels ?? [],
          missingOptionalModels: joint?.missingOptionalModels ?? [],
          params: [],
        },
        ...systems,
      ];
    },
  };
};
