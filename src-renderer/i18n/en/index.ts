import { app } from './app.ts';
import { commandGroupNames, commands, say } from './commands.ts';

/** Every word a person reads in the window. Keys are dotted by feature. */
export const en = { app, commands, commandGroups: commandGroupNames, say };
