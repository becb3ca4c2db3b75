import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { defaultDataDir } from '#runtime/dirs.ts';
import { appRoot } from '#runtime/entry-path.ts';
import { exportFiles, exportSubset, exportText, subsetPreview } from '#jobs/export/index.ts';
import { defaultFolder, newFolderIn } from './default-folder.ts';
import type { Handlers } from './dispatch.ts';
import type { Services } from './services.ts';
import type { Tasks } from './tasks.ts';

type ExportHandlers = Pick<
  Handlers,
  'export.text' | 'export.files' | 'export.defaultFolder' | 'export.subsetPreview' | 'export.subset' | 'tasks.cancel'
>;

/** What the app writes goes where the person said, never somewhere below the folder the app was started in. */
function absolute(folder: string): string {
  if (!path.isAbsolute(folder)) {
    throw new AppError('bad-input', 'Folders are named by their full path.', { file: folder });
  }
  return path.resolve(folder);
}

export const exportHandlers = (services: Services, tasks: Tasks): ExportHandlers => {
  const store = () => services.session().store;
  return {
    'export.text': async ({ mediaId, format }) => exportText(store(), mediaId, format),
    'export.files': async (request) => exportFiles(store(), { ...request, folder: absolute(request.folder) }),
    'export.defaultFolder': async ({ mediaIds, last }) => {
      const [media, project] = await Promise.all([store().listMedia(), services.session().describe()]);
      const { resourcesPath } = process as { resourcesPath?: string };
      const folder = await defaultFolder({
        last,
        mediaPaths: mediaIds.flatMap((id) => media.find((item) => item.id === id)?.path ?? []),
        projectPath: project.path,
        appDirs: [defaultDataDir(), path.join(appRoot(), 'resources'), ...(resourcesPath ? [resourcesPath] : [])],
      });
      return { folder, newFolder: await newFolderIn(folder, 'subset') };
    },
    'export.subsetPreview': async (choice) => subsetPreview(store(), choice),
    'export.subset': ({ choice, folder, taskId }) =>
      tasks.run(taskId, async (signal, onProgress) =>
        exportSubset(store(), await services.tools(), choice, absolute(folder), { signal, onProgress }),
      ),
    'tasks.cancel': async ({ taskId }) => {
      tasks.cancel(taskId);
      return {};
    },
  };
};
