import { Command } from 'commander';
import { exitCode, guarded, UsageError } from './exit.ts';

interface AppOptions {
  serve?: boolean;
  port?: string;
  project?: string;
}

/** `diarist app`: what `npm start` runs. */
export function appCommand(): Command {
  return new Command('app')
    .description('Open the workstation (what npm start does): a window, or a page in the browser.')
    .argument('[media...]', 'videos or sound files to open; none = the bundled sample')
    .option('--serve', 'serve the app to a browser on this computer instead of opening a window')
    .option('--port <number>', 'port of the served app (default: 8642, or any free one)')
    .option('--project <file>', 'project file (.diarist) to open or create')
    .action(async (media: string[], options: AppOptions) => {
      process.exitCode = await guarded(false, async () => {
        const port = options.port === undefined ? undefined : Number(options.port);
        if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65_536)) {
          throw new UsageError(`--port takes a number from 0 to 65535, not "${options.port}".`);
        }
        // Loaded when asked for: other commands need no host.
        const { startApp } = await import('#host/start.ts');
        await startApp({
          media,
          serve: options.serve ?? false,
          ...(port === undefined ? {} : { port }),
          ...(options.project === undefined ? {} : { project: options.project }),
        });
        return exitCode.ok;
      });
    });
}
