import path from 'node:path';
import { app, BrowserWindow, dialog, ipcMain, Menu, protocol, session } from 'electron';
import { toErrorData } from '#shared/api/errors.ts';
import type { Host } from '../host.ts';
import { createHost } from '../host.ts';
import { rendererDir } from '../start/build-if-stale.ts';
import type { DesktopStart } from '../start/desktop.ts';
import { desktopStartSchema, readyMessage } from '../start/desktop.ts';
import { utilityEngine } from './engine-spawner.ts';
import { denyPermissions, guardNavigation } from './guards.ts';
import { attachIpc } from './ipc.ts';
import { menuTemplate } from './menu.ts';
import { handleScheme, registerScheme } from './scheme.ts';
import { openWindow } from './window.ts';

/** The one folder of preload script and bundles. */
const preloadPath = (): string => path.join(app.getAppPath(), 'dist', 'main', 'preload.cjs');

/**
 * The desktop face: one window on one host. Adapters only; what the app does is in ../host.ts. Returns when the window
 * is open, or at once when another instance of the app took the files over.
 */
export async function runDesktopApp(start: DesktopStart): Promise<void> {
  if (!app.requestSingleInstanceLock(start)) {
    app.quit();
    return;
  }
  app.enableSandbox();
  registerScheme(protocol);
  guardNavigation(app);
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform)));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
  // macOS hands files over by event, also before the app is ready.
  const dropped: string[] = [];
  app.on('open-file', (event, file) => {
    event.preventDefault();
    dropped.push(file);
  });
  await app.whenReady();
  denyPermissions(session.defaultSession);

  let host: Host;
  try {
    host = await createHost({
      face: 'desktop',
      rendererDir: rendererDir(),
      project: start.project,
      media: [...start.media, ...dropped],
      notices: [],
      spawnEngine: utilityEngine(),
    });
  } catch (error) {
    const { message, file, fix } = toErrorData(error);
    dialog.showErrorBox('Diarist could not start', [message, file, fix].filter(Boolean).join('\n'));
    app.exit(1);
    return;
  }
  closeBeforeQuit(host);
  handleScheme(protocol, host.respond);
  attachIpc(ipcMain, host.dispatch, host.events, () =>
    BrowserWindow.getAllWindows().map(({ webContents }) => webContents),
  );
  openMore(host);
  app.on('window-all-closed', () => app.quit());
  await openWindow(preloadPath());
  process.send?.(readyMessage);
}

/** Files given to a second start, or dropped on the icon, open in the window there is. */
function openMore(host: Host): void {
  const open = (files: readonly string[]): void => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized()) window.restore();
    window?.focus();
    if (files.length > 0) void host.openMedia(files);
  };
  app.on('second-instance', (_event, _argv, _folder, data) => {
    const more = desktopStartSchema.safeParse(data);
    open(more.success ? more.data.media : []);
  });
  app.removeAllListeners('open-file');
  app.on('open-file', (event, file) => {
    event.preventDefault();
    open([file]);
  });
}

/** Quitting waits for the store's last checkpoint. */
function closeBeforeQuit(host: Host): void {
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    void host
      .close()
      .catch((error: unknown) => console.error('Closing failed:', error))
      .then(() => {
        closed = true;
        app.quit();
      });
  });
}
