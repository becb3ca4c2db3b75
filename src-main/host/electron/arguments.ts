import path from 'node:path';
import type { DesktopStart } from '../start/desktop.ts';
import { desktopStartSchema } from '../start/desktop.ts';

/**
 * What to open: from `npm start` by variable; from the system, a test or a terminal as arguments. Switches of Chromium and
 * of test drivers stand anywhere among them; outside a package the first other argument is the app's own folder.
 */
export function startOf(given: string | undefined, argv: readonly string[], isPackaged: boolean): DesktopStart {
  if (given) return desktopStartSchema.parse(JSON.parse(given));
  const names = argv.slice(1).filter((argument) => !argument.startsWith('-'));
  const files = (isPackaged ? names : names.slice(1)).map((name) => path.resolve(name));
  return {
    media: files.filter((file) => !file.endsWith('.diarist')),
    project: files.find((file) => file.endsWith('.diarist')) ?? null,
  };
}
