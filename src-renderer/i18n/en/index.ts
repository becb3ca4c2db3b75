import { app, keys, palette } from './app.ts';
import { commandGroupNames, commands, say } from './commands.ts';
import { browse, files, history, inspector, jobs, list, quality, run, speakers, versions } from './review.ts';
import { voices } from './voices.ts';
import { models } from './models.ts';
import { curate, exporting, help, settings, tour } from './views.ts';

/** Every word a person reads in the window, by feature. */
export const en = {
  app,
  palette,
  keys,
  commands,
  commandGroups: commandGroupNames,
  say,
  browse,
  files,
  history,
  inspector,
  jobs,
  list,
  quality,
  run,
  speakers,
  versions,
  voices,
  curate,
  exporting,
  help,
  models,
  settings,
  tour,
};
