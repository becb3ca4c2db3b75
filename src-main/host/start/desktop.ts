import { spawn } from 'node:child_process';
import { appRoot } from '#runtime/entry-path.ts';
import { z } from 'zod';

/** What `npm start` hands to the desktop app, in the variable DIARIST_START. */
export const desktopStartSchema = z.object({ media: z.array(z.string()), project: z.string().nullable() });
export type DesktopStart = z.infer<typeof desktopStartSchema>;
export const startVariable = 'DIARIST_START';

/** Sent by the desktop app once its window shows the page. */
export const readyMessage = 'diarist:window-open';

export type DesktopEnd = { opened: true; code: number } | { opened: false; reason: string };

/**
 * Runs the desktop app until it is closed. When it ends before a window was open (missing system libraries, say), that
 * is told and not thrown: the served face can take over.
 */
export function runDesktop(electronPath: string, start: DesktopStart): Promise<DesktopEnd> {
  return new Promise((resolve) => {
    const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
    const child = spawn(electronPath, [appRoot()], {
      env: { ...env, [startVariable]: JSON.stringify(start) },
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    let opened = false;
    child.on('message', (message) => {
      if (message === readyMessage) opened = true;
    });
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, forward);
    const end = (result: DesktopEnd): void => {
      for (const signal of signals) process.off(signal, forward);
      resolve(result);
    };
    child.on('error', (error) => end({ opened: false, reason: error.message }));
    child.on('exit', (code, signal) => {
      if (opened || code === 0) end({ opened: true, code: code ?? 1 });
      else end({ opened: false, reason: signal ? `ended by ${signal}` : `exit status ${code}` });
    });
  });
}
