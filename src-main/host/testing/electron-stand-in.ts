import { EventEmitter } from 'node:events';
import type { BrowserWindowConstructorOptions, IpcMainInvokeEvent } from 'electron';

/**
 * A stand-in for the `electron` module where its binary cannot run: it records what the adapters ask of Electron and
 * plays Electron's part of IPC, the scheme and navigation. What Chromium makes of it is not tested here; e2e on real
 * Electron does that. Values cross IPC by structured clone, as they do in Electron.
 */
type Handler = (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown;
type SchemeHandler = (request: Request) => Promise<Response>;

export class FakeWebContents extends EventEmitter {
  mainFrame = { url: 'about:blank' };
  openHandler: ((details: { url: string }) => { action: string }) | null = null;
  readonly sent: { channel: string; payload: unknown }[] = [];
  destroyed = false;

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  send(channel: string, payload: unknown): void {
    const copy: unknown = structuredClone(payload);
    this.sent.push({ channel, payload: copy });
    ipcRenderer.emit(channel, {}, copy);
  }
  /** Emits a navigation as Electron does; returns whether it may go on. */
  navigate(kind: 'will-navigate' | 'will-redirect' | 'will-frame-navigate', url: string): boolean {
    let denied = false;
    this.emit(kind, { url, preventDefault: () => (denied = true) });
    return !denied;
  }
}

export class FakeBrowserWindow extends EventEmitter {
  static all: FakeBrowserWindow[] = [];
  static getAllWindows(): FakeBrowserWindow[] {
    return FakeBrowserWindow.all;
  }
  readonly webContents = new FakeWebContents();
  readonly options: BrowserWindowConstructorOptions;
  shown = false;
  reloads = 0;

  constructor(options: BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    FakeBrowserWindow.all.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }
  async loadURL(url: string): Promise<void> {
    this.webContents.mainFrame = { url };
    this.emit('ready-to-show');
  }
  show(): void {
    this.shown = true;
  }
  focus(): void {}
  reload(): void {
    this.reloads += 1;
  }
  isMinimized(): boolean {
    return false;
  }
  restore(): void {}
}

class FakeApp extends EventEmitter {
  readonly isPackaged = false;
  readonly calls: string[] = [];
  lock = true;
  exitCode: number | null = null;
  root = process.cwd();
  requestSingleInstanceLock(): boolean {
    return this.lock;
  }
  enableSandbox(): void {
    this.calls.push('enableSandbox');
  }
  whenReady(): Promise<void> {
    this.calls.push('whenReady');
    return Promise.resolve();
  }
  getAppPath(): string {
    return this.root;
  }
  setPath(): void {}
  exit(code: number): void {
    this.exitCode = code;
  }
  /** As Electron: `will-quit` may be prevented, else the app ends. */
  quit(): void {
    let prevented = false;
    this.emit('will-quit', { preventDefault: () => (prevented = true) });
    if (!prevented) this.exitCode = 0;
  }
}

const permissions: { request?: unknown; check?: unknown; device?: unknown } = {};
const dialogs: string[] = [];
const ipcHandlers = new Map<string, Handler>();
const exposed = new Map<string, Record<string, unknown>>();
const menus: unknown[] = [];
const privileged: { scheme: string; privileges: Record<string, boolean> }[] = [];
const schemes = new Map<string, SchemeHandler>();
const opened: string[] = [];

async function invokeAs(event: unknown, channel: string, ...args: unknown[]): Promise<unknown> {
  const handler = ipcHandlers.get(channel);
  if (!handler) throw new Error(`No handler registered for '${channel}'`);
  const answer = await handler(event as IpcMainInvokeEvent, ...structuredClone(args));
  return structuredClone(answer);
}

/** The page's end: calls as the main frame of the first window. */
function invoke(channel: string, ...args: unknown[]): Promise<unknown> {
  const { webContents } = FakeBrowserWindow.all[0]!;
  return invokeAs({ sender: webContents, senderFrame: webContents.mainFrame }, channel, ...args);
}

const app = new FakeApp();
const ipcRenderer = Object.assign(new EventEmitter(), { invoke });

/** What `vi.mock('electron')` hands out, and what it recorded. */
export const standIn = {
  app,
  BrowserWindow: FakeBrowserWindow,
  dialog: { showErrorBox: (title: string, text: string) => void dialogs.push(`${title}: ${text}`) },
  ipcMain: {
    handle: (channel: string, handler: Handler) => void ipcHandlers.set(channel, handler),
    removeHandler: (channel: string) => void ipcHandlers.delete(channel),
  },
  ipcRenderer,
  contextBridge: { exposeInMainWorld: (name: string, api: Record<string, unknown>) => void exposed.set(name, api) },
  webUtils: { getPathForFile: (file: { path?: string }) => file.path ?? '' },
  Menu: {
    buildFromTemplate: (template: unknown) => template,
    setApplicationMenu: (menu: unknown) => void menus.push(menu),
  },
  protocol: {
    registerSchemesAsPrivileged: (added: typeof privileged) => void privileged.push(...added),
    handle: (scheme: string, handler: SchemeHandler) => void schemes.set(scheme, handler),
  },
  session: {
    defaultSession: {
      setPermissionRequestHandler: (handler: unknown) => void (permissions.request = handler),
      setPermissionCheckHandler: (handler: unknown) => void (permissions.check = handler),
      setDevicePermissionHandler: (handler: unknown) => void (permissions.device = handler),
    },
  },
  shell: { openExternal: async (url: string) => void opened.push(url) },
  recorded: { permissions, dialogs, ipcHandlers, exposed, menus, privileged, schemes, opened },
  invokeAs,
};
