import type { BrowserWindowConstructorOptions } from 'electron';
import { BrowserWindow } from 'electron';
import { appUrl } from './origin.ts';

/** S1 of the security list: an isolated, sandboxed page without Node. */
export function windowOptions(preloadPath: string): BrowserWindowConstructorOptions {
  return {
    width: 1440,
    height: 900,
    minWidth: 1024,
    minHeight: 640,
    title: 'Diarist',
    backgroundColor: '#101214',
    autoHideMenuBar: true,
    show: false,
    webPreferences: {
      preload: preloadPath,
      contextIsolation: true,
      sandbox: true,
      webSecurity: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      spellcheck: false,
    },
  };
}

/** The one window. It shows itself when the page has drawn. */
export async function openWindow(preloadPath: string): Promise<BrowserWindow> {
  const window = new BrowserWindow(windowOptions(preloadPath));
  window.once('ready-to-show', () => window.show());
  // The page holds nothing that the host does not: after a crash it comes back as it was. Not in a circle, though.
  let lastReloadMs = 0;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || Date.now() - lastReloadMs < 10_000) return;
    lastReloadMs = Date.now();
    window.reload();
  });
  await window.loadURL(appUrl);
  return window;
}
