import { app } from './app.ts';

/** Every word a person reads in the window. Keys are dotted by feature. */
export const en = { app };
