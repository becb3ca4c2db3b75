/** Entry of the desktop app (scripts/build.ts bundles it to dist/main/electron.js). */
import path from 'node:path';
import { app } from 'electron';
import { defaultDataDir } from '#runtime/dirs.ts';
import { startVariable } from '../start/desktop.ts';
import { startOf } from './arguments.ts';
import { runDesktopApp } from './desktop-app.ts';
import { selfTest, selfTestFlag } from './self-test.ts';

// Chromium's own files (cache, lock of the single instance) go with ours: DIARIST_DATA_DIR moves everything.
app.setPath('userData', path.join(defaultDataDir(), 'electron'));
const given = process.env[startVariable];
// Not for the children of this process.
delete process.env[startVariable];
if (process.argv.includes(selfTestFlag)) void selfTest();
else void runDesktopApp(startOf(given, process.argv, app.isPackaged));
