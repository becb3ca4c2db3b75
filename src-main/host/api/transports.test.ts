import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import type { DiaristBridge } from '#shared/api/wire.ts';
import { IpcClient } from '#renderer/transport/ipc-client.ts';
import { WebSocketClient } from '#renderer/transport/ws-client.ts';
import { attachIpc } from '../electron/ipc.ts';
import { appUrl } from '../electron/origin.ts';
import type { Host } from '../host.ts';
import { startServer } from '../serve/server.ts';
import { FakeBrowserWindow, standIn } from '../testing/electron-stand-in.ts';
import type { TestPlace } from '../testing/test-host.ts';
import { testHost, testPlace } from '../testing/test-host.ts';
import { walkContract } from '../testing/walk-contract.ts';

vi.mock('electron', async () => (await import('../testing/electron-stand-in.ts')).standIn);

let place: TestPlace;
let host: Host;
beforeEach(async () => {
  place = await testPlace();
  host = await testHost(place);
});
afterEach(async () => {
  await host.close();
  await place.remove();
});

/** A page's socket as a browser would open it: with the cookie that the token was exchanged for. */
async function signIn(url: string): Promise<(address: string) => WebSocket> {
  const { origin } = new URL(url);
  const answer = await fetch(url, { redirect: 'manual' });
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
  return (address) =>
    new NodeWebSocket(address, { headers: { Cookie: cookie, Origin: origin } }) as unknown as WebSocket;
}

describe('every method of the contract', () => {
  it('answers over the WebSocket', async () => {
    const server = await startServer({ ...host, port: 0 });
    const createSocket = await signIn(server.url);
    const client = new WebSocketClient({ url: `ws://127.0.0.1:${server.port}/api`, createSocket });
    try {
      await walkContract(client, place);
    } finally {
      client.close();
      await server.close();
    }
  });

  it('answers over IPC (stand-in for electron)', async () => {
    const window = new FakeBrowserWindow({});
    await window.loadURL(appUrl);
    const stop = attachIpc(standIn.ipcMain as never, host.dispatch, host.events, () => [window.webContents as never]);
    await import('../electron/preload.ts');
    const client = new IpcClient(standIn.recorded.exposed.get('diarist') as unknown as DiaristBridge);
    await walkContract(client, place);
    stop();
  });
});

describe('WebSocket client', () => {
  it('tells of the events of edits, and connects again after the line was cut', async () => {
    const server = await startServer({ ...host, port: 0 });
    const createSocket = await signIn(server.url);
    const sockets: WebSocket[] = [];
    const client = new WebSocketClient({
      url: `ws://127.0.0.1:${server.port}/api`,
      createSocket: (url) => {
        const socket = createSocket(url);
        sockets.push(socket);
        return socket;
      },
    });
    const seen: string[] = [];
    client.on((event) => seen.push(event.type));
    const states: boolean[] = [];
    client.onConnection((connected) => states.push(connected));

    const [item] = await client.call('media.add', { paths: [place.wav], diarize: true });
    await expect.poll(() => seen).toContain('document.changed');
    expect(seen).toEqual(expect.arrayContaining(['media.changed', 'job.changed', 'hypotheses.changed']));

    (sockets[0] as unknown as NodeWebSocket).terminate();
    await expect.poll(() => states).toEqual([false, true, false, true]);
    expect((await client.call('media.list', {}))[0]?.id).toBe(item!.id);
    client.close();
    await server.close();
    await expect(client.call('app.info', {})).rejects.toMatchObject({ data: { code: 'io' } });
  });
});
