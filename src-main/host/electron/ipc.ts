import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron';
import type { ApiMethod, ApiResult } from '#shared/api/contract.ts';
import { ipcChannels } from '#shared/api/wire.ts';
import type { Dispatch } from '../api/dispatch.ts';
import type { EventBus } from '../api/events.ts';
import { isAppUrl } from './origin.ts';

/** S5: only the main frame of a page of ours may call. */
function isOwnPage(event: IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame === event.sender.mainFrame && isAppUrl(frame.url);
}

/** Carries the contract over Electron's IPC. `pages` are those that events go to. Returns the function that ends it. */
export function attachIpc(
  ipc: IpcMain,
  dispatch: Dispatch,
  events: EventBus,
  pages: () => readonly WebContents[],
): () => void {
  ipc.handle(ipcChannels.call, async (event, method: unknown, input: unknown): Promise<ApiResult<ApiMethod>> => {
    if (!isOwnPage(event))
      return { ok: false, error: { code: 'bad-input', message: 'This page may not call Diarist.' } };
    return dispatch(method, input);
  });
  const stopEvents = events.on((event) => {
    for (const page of pages()) if (!page.isDestroyed()) page.send(ipcChannels.event, event);
  });
  return () => {
    stopEvents();
    ipc.removeHandler(ipcChannels.call);
  };
}
