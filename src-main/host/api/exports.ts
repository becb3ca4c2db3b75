import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { exportFiles, exportSubset, exportText, subsetPreview } from '#jobs/export/index.ts';
import type { Handlers } from './dispatch.ts';
import type { Services } from './services.ts';

type ExportHandlers = Pick<
  Handlers,
  'export.text' | 'export.files' | 'export.subsetPreview' | 'export.subset' | 'tasks.cancel'
>;

/** Often enough for the eye. */
const progressEveryMs = 100;

/** What the app writes goes where the person said, never somewhere below the folder the app was started in. */
function absolute(folder: string): string {
  if (!path.isAbsolute(folder)) {
    throw new AppError('bad-input', 'Folders are named by their full path.', { file: folder });
  }
  return path.resolve(folder);
}

export const exportHandlers = (services: Services): ExportHandlers => {
  const store = () => services.session().store;
  const running = new Map<string, AbortController>();
  return {
    'export.text': async ({ mediaId, format }) => exportText(store(), mediaId, format),
    'export.files': async (request) => exportFiles(store(), { ...request, folder: absolute(request.folder) }),
    'export.subsetPreview': async (choice) => subsetPreview(store(), choice),
    'export.subset': async ({ choice, folder, taskId }) => {
      const cancel = new AbortController();
      if (running.has(taskId)) throw new AppError('conflict', 'Work of this name is running already.');
      running.set(taskId, cancel);
      let toldMs = 0;
      try {
        return await exportSubset(store(), await services.tools(), choice, absolute(folder), {
          signal: cancel.signal,
          onProgress: (share) => {
            if (share < 1 && Date.now() - toldMs < progressEveryMs) return;
            toldMs = Date.now();
            services.events.emit({ type: 'task.progress', taskId, share });
          },
        });
      } finally {
        running.delete(taskId);
      }
    },
    'tasks.cancel': async ({ taskId }) => {
      running.get(taskId)?.abort();
      return {};
    },
  };
};
