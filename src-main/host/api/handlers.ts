import { appHandlers } from './app.ts';
import type { Handlers } from './dispatch.ts';
import { editHandlers } from './edits.ts';
import { exportHandlers } from './exports.ts';
import { fileHandlers } from './files.ts';
import { hypothesisHandlers } from './hypotheses.ts';
import { jobHandlers } from './jobs.ts';
import { mediaHandlers } from './media.ts';
import { modelHandlers } from './models.ts';
import { projectHandlers } from './project.ts';
import { qualityHandlers } from './quality.ts';
import type { Services } from './services.ts';
import { Tasks } from './tasks.ts';
import { voiceHandlers } from './voices.ts';

/** Every method of the contract; a missing one is a compile error. */
export const createApi = (services: Services): Handlers => {
  const tasks = new Tasks(services.events);
  return {
    ...appHandlers(services),
    ...projectHandlers(services),
    ...fileHandlers(),
    ...mediaHandlers(services),
    ...qualityHandlers(services),
    ...editHandlers(services),
    ...hypothesisHandlers(services),
    ...modelHandlers(services, tasks),
    ...voiceHandlers(services, tasks),
    ...jobHandlers(services),
    ...exportHandlers(services, tasks),
  };
};
