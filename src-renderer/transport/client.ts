import type { ApiClient } from '#shared/api/contract.ts';
import type { DiaristBridge } from '#shared/api/wire.ts';
import { IpcClient } from './ipc-client.ts';
import { socketUrl, WebSocketClient } from './ws-client.ts';

declare global {
  interface Window {
    /** Put there by the preload script of the desktop app; absent in a browser. */
    readonly diarist?: DiaristBridge;
  }
}

/** The host of this page: over the preload bridge in the desktop window, else over a WebSocket. */
export function connect(): ApiClient {
  return window.diarist ? new IpcClient(window.diarist) : new WebSocketClient({ url: socketUrl(window.location) });
}

/** Path on this machine of a dropped file; null in a browser, which does not tell. */
export function pathOfDroppedFile(file: File): string | null {
  return window.diarist?.pathForFile(file) || null;
}
