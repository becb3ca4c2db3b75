import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ipcChannels } from '#shared/api/wire.ts';
import { FakeBrowserWindow, standIn } from '../testing/electron-stand-in.ts';
import { scriptedEngine } from '../testing/scripted-engine.ts';
import type { TestPlace } from '../testing/test-host.ts';
import { testPlace } from '../testing/test-host.ts';
import { startOf } from './arguments.ts';
import { runDesktopApp } from './desktop-app.ts';
import { menuTemplate } from './menu.ts';
import { isAppUrl, mayOpenOutside } from './origin.ts';

vi.mock('electron', async () => (await import('../testing/electron-stand-in.ts')).standIn);
vi.mock('./engine-spawner.ts', () => ({ utilityEngine: () => scriptedEngine() }));
const built = vi.hoisted(() => ({ rendererDir: '' }));
vi.mock('../start/build-if-stale.ts', () => ({ rendererDir: () => built.rendererDir }));

let place: TestPlace;
let window: FakeBrowserWindow;
const { recorded, app } = standIn;

beforeAll(async () => {
  place = await testPlace();
  built.rendererDir = place.rendererDir;
  await runDesktopApp({ media: [place.wav], project: null });
  window = FakeBrowserWindow.all[0]!;
});
afterAll(async () => {
  app.quit();
  await vi.waitFor(() => expect(app.exitCode).toBe(0), { timeout: 10_000 });
  await place.remove();
});

const call = (method: string, input: unknown = {}): Promise<unknown> =>
  standIn.ipcRenderer.invoke(ipcChannels.call, method, input);
const fetchApp = (address: string, init: RequestInit = {}): Promise<Response> =>
  recorded.schemes.get('diarist')!(new Request(address, init));

describe('S1 windows (stand-in for electron)', () => {
  it('gives every window an isolated, sandboxed page without Node', () => {
    expect(FakeBrowserWindow.all).toHaveLength(1);
    for (const { options } of FakeBrowserWindow.all) {
      expect(options.webPreferences).toMatchObject({
        contextIsolation: true,
        sandbox: true,
        webSecurity: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webviewTag: false,
        allowRunningInsecureContent: false,
      });
      expect(options.webPreferences?.preload).toMatch(/preload\.cjs$/);
    }
    expect(app.calls).toContain('enableSandbox');
  });

  it('shows the window when the page has drawn, from the app itself', () => {
    expect(window.shown).toBe(true);
    expect(window.webContents.mainFrame.url).toBe('diarist://app/');
  });
});

describe('S2 navigation (stand-in for electron)', () => {
  const outside = [
    'https://evil.example/',
    'http://127.0.0.1:8642/',
    'file:///etc/passwd',
    'diarist://other/',
    'diarist://user@app/',
    'javascript:alert(1)',
    'data:text/html,x',
    'blob:diarist://app/1',
    'about:blank',
  ];
  it.each(outside)('stays in the app when a page wants to go to %s', (url) => {
    for (const kind of ['will-navigate', 'will-redirect', 'will-frame-navigate'] as const) {
      expect(window.webContents.navigate(kind, url), kind).toBe(false);
    }
    expect(isAppUrl(url)).toBe(false);
  });

  it('lets the app reload itself', () => {
    expect(window.webContents.navigate('will-navigate', 'diarist://app/')).toBe(true);
  });

  it('opens no second window, and outside only https places on the list', () => {
    const ask = (url: string): string => window.webContents.openHandler!({ url }).action;
    expect(ask('https://github.com/snakers4/silero-vad')).toBe('deny');
    expect(recorded.opened).toEqual(['https://github.com/snakers4/silero-vad']);
    for (const url of [
      ...outside,
      'http://github.com/',
      'https://github.com.evil.example/',
      'https://user:pw@github.com/',
      'https://github.com:8443/',
      'HTTPS://evil.example/?github.com',
    ]) {
      expect(ask(url)).toBe('deny');
      expect(mayOpenOutside(url), url).toBe(false);
    }
    expect(recorded.opened).toHaveLength(1);
  });

  it('attaches no webview', () => {
    let prevented = false;
    window.webContents.emit('will-attach-webview', { preventDefault: () => (prevented = true) });
    expect(prevented).toBe(true);
  });
});

describe('S3 permissions (stand-in for electron)', () => {
  it('denies all of them', () => {
    const answers: boolean[] = [];
    const { request, check, device } = recorded.permissions as {
      request: (contents: unknown, permission: string, decide: (granted: boolean) => void) => void;
      check: () => boolean;
      device: () => boolean;
    };
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'fileSystem', 'usb']) {
      request(null, permission, (granted) => answers.push(granted));
    }
    expect(answers).toEqual(Array.from({ length: 6 }, () => false));
    expect([check(), device()]).toEqual([false, false]);
  });
});

describe('S4, S8 own scheme (stand-in for electron)', () => {
  it('is registered as a standard, secure, streaming scheme and nothing more', () => {
    expect(recorded.privileged).toEqual([
      { scheme: 'diarist', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
    ]);
  });

  it('hands out the page with its content security policy', async () => {
    const page = await fetchApp('diarist://app/');
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await page.text()).toContain('Diarist');
  });

  it('answers ranges of media with 206, so that a video can be sought', async () => {
    const list = (await call('media.list')) as { value: { id: string }[] };
    const url = `diarist://app/media/${list.value[0]!.id}`;
    const part = await fetchApp(url, { headers: { Range: 'bytes=0-3' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toMatch(/^bytes 0-3\/\d+$/);
    expect(await part.text()).toBe('RIFF');
    expect((await fetchApp(url, { headers: { Range: 'bytes=999999999-' } })).status).toBe(416);
    const head = await fetchApp(url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it.each([
    'diarist://app/media/..%2f..%2fetc%2fpasswd',
    'diarist://app/../../etc/passwd',
    'diarist://other/',
    'diarist://app/nothing',
  ])('has nothing at %s', async (url) => {
    expect((await fetchApp(url)).status).toBe(404);
  });
});

describe('S5 IPC (stand-in for electron)', () => {
  it('exposes named functions only, and no Electron object', async () => {
    await import('./preload.ts');
    const bridge = recorded.exposed.get('diarist')!;
    expect(Object.keys(bridge).sort()).toEqual(['call', 'onEvent', 'pathForFile']);
    expect(Object.values(bridge).every((value) => typeof value === 'function')).toBe(true);
    const heard: unknown[][] = [];
    (bridge['onEvent'] as (listener: (...args: unknown[]) => void) => void)((...args) => heard.push(args));
    await call('settings.set', { doubtLimit: 0.4 });
    await call('media.add', { paths: [place.wav], diarize: false });
    for (const args of heard) expect(args).toHaveLength(1);
  });

  it('answers the main frame of its own page and nobody else', async () => {
    expect(await call('app.info')).toMatchObject({ ok: true, value: { face: 'desktop' } });
    const sender = window.webContents;
    const strangers = [
      { sender, senderFrame: null },
      { sender, senderFrame: { url: 'diarist://app/' } },
      { sender: { mainFrame: null }, senderFrame: sender.mainFrame },
    ];
    for (const event of strangers) {
      expect(await standIn.invokeAs(event, ipcChannels.call, 'app.info', {})).toMatchObject({ ok: false });
    }
    const own = sender.mainFrame;
    for (const url of ['https://evil.example/', 'file:///index.html', 'diarist://other/', 'about:blank']) {
      sender.mainFrame = { url };
      expect(await call('app.info'), url).toMatchObject({ ok: false, error: { code: 'bad-input' } });
    }
    sender.mainFrame = own;
  });
});

describe('life of the app (stand-in for electron)', () => {
  it('opens what it was given by npm start, by the system or by a test driver', () => {
    const given = { media: ['/a.mp4'], project: null };
    expect(startOf(JSON.stringify(given), ['electron', '/app', '/b.mp4'], false)).toEqual(given);
    const driven = ['electron', '--inspect=0', '--remote-debugging-port=0', '/app', '/b.mp4', '/p.diarist'];
    expect(startOf(undefined, driven, false)).toEqual({ media: ['/b.mp4'], project: '/p.diarist' });
    expect(startOf(undefined, ['/opt/Diarist', '--no-sandbox', '/b.mp4'], true)).toEqual({
      media: ['/b.mp4'],
      project: null,
    });
    expect(startOf(undefined, ['electron', '/app'], false)).toEqual({ media: [], project: null });
  });

  it('brings the page back after a crash of the renderer, once', () => {
    window.webContents.emit('render-process-gone', {}, { reason: 'clean-exit' });
    expect(window.reloads).toBe(0);
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    expect(window.reloads).toBe(1);
  });

  it('opened the file it was started with', async () => {
    await expect
      .poll(async () => ((await call('media.list')) as { value: { name: string; state: string }[] }).value)
      .toEqual([expect.objectContaining({ name: 'talk.wav', state: 'ready' })]);
  });

  it('takes the files of a second start into its own window', async () => {
    const before = window.webContents.sent.length;
    app.emit('second-instance', {}, [], '', { media: [`${place.folder}/none.mp4`], project: null });
    await expect
      .poll(() => window.webContents.sent.slice(before).map(({ payload }) => payload))
      .toContainEqual(expect.objectContaining({ type: 'notice', level: 'error' }));
    expect(FakeBrowserWindow.all).toHaveLength(1);
  });

  it('has a small menu without undo and redo, which belong to the labels', () => {
    expect(recorded.menus).toHaveLength(1);
    const roles = JSON.stringify(menuTemplate('linux')) + JSON.stringify(menuTemplate('darwin'));
    expect(roles).not.toMatch(/undo|redo/);
  });
});
