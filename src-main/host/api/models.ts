import { AUTO_SYSTEM, systemDescriptions } from '#shared/engine/systems.ts';
import { listModels } from '#models/registry.ts';
import type { Handlers } from './dispatch.ts';
import type { Services } from './services.ts';

export const modelHandlers = (services: Services): Pick<Handlers, 'models.list' | 'systems.list'> => ({
  'models.list': async () => {
    const models = await listModels(services.modelDirs);
    return models.map((model) => ({
      id: model.id,
      stage: model.stage,
      licence: model.licence,
      nonCommercial: model.nonCommercial,
      sizeBytes: model.bytes ?? 0,
      sha256: model.sha256 ?? '',
      installed: model.installed,
      bundled: model.bundled,
      source: model.urls[0] ?? '',
      neededBy: systemDescriptions.filter(({ models }) => models.includes(model.id)).map(({ label }) => label),
      helps: systemDescriptions
        .filter(({ optionalModels }) => optionalModels?.includes(model.id))
        .map(({ label }) => label),
    }));
  },
  'systems.list': async () => {
    const installed = new Set(
      (await listModels(services.modelDirs)).filter((model) => model.installed).map(({ id }) => id),
    );
    const listed = systemDescriptions.map((system) => ({
      id: system.id,
      label: system.label,
      version: system.version,
      description: system.description,
      needsVideo: system.needsVideo,
      missingModels: system.models.filter((id) => !installed.has(id)),
      missingOptionalModels: (system.optionalModels ?? []).filter((id) => !installed.has(id)),
      params: system.params.map((param) => ({ ...param })),
    }));
    const joint = listed.find(({ id }) => id === 'diarist-av');
    return [
      {
        ...AUTO_SYSTEM,
        version: joint?.version ?? '1',
        needsVideo: false,
        missingModels: joint?.missingModels ?? [],
        missingOptionalModels: joint?.missingOptionalModels ?? [],
        params: [],
      },
      ...listed,
    ];
  },
});
