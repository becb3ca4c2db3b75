/** Entry of the desktop app (scripts/build.ts bundles it to dist/main/electron.js). */
import path from 'node:path';
import { app } from 'electron';
import { defaultDataDir } from '#runtime/dirs.ts';
import type { DesktopStart } from '../start/desktop.ts';
import { desktopStartSchema, startVariable } from '../start/desktop.ts';
import { runDesktopApp } from './desktop-app.ts';
import { selfTest, selfTestFlag } from './self-test.ts';

/** From `npm start` by variable; from the system, a test or a terminal as arguments. */
function startOf(argv: readonly string[]): DesktopStart {
  const given = process.env[startVariable];
  delete process.env[startVariable];
  if (given) return desktopStartSchema.parse(JSON.parse(given));
  const files = argv.slice(app.isPackaged ? 1 : 2).filter((argument) => !argument.startsWith('-'));
  const absolute = files.map((file) => path.resolve(file));
  return {
    media: absolute.filter((file) => !file.endsWith('.diarist')),
    project: absolute.find((file) => file.endsWith('.diarist')) ?? null,
  };
}

// Chromium's own files (cache, lock of the single instance) go with ours: DIARIST_DATA_DIR moves everything.
app.setPath('userData', path.join(defaultDataDir(), 'electron'));
if (process.argv.includes(selfTestFlag)) void selfTest();
else void runDesktopApp(startOf(process.argv));
