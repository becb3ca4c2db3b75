import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { ApiEvent, ApiMethod, ApiResult } from '#shared/api/contract.ts';
import type { DiaristBridge } from '#shared/api/wire.ts';
import { ipcChannels } from '#shared/api/wire.ts';

/** All that a page can reach of the host. Runs sandboxed; scripts/build.ts makes one CommonJS file of it. */
const bridge: DiaristBridge = {
  call: (method, input) => ipcRenderer.invoke(ipcChannels.call, method, input) as Promise<ApiResult<ApiMethod>>,
  onEvent: (listener) => {
    // The Electron event stays here: it would hand ipcRenderer to the page.
    const forward = (_event: unknown, event: ApiEvent): void => listener(event);
    ipcRenderer.on(ipcChannels.event, forward);
    return () => {
      ipcRenderer.off(ipcChannels.event, forward);
    };
  },
  pathForFile: (file) => webUtils.getPathForFile(file as Parameters<typeof webUtils.getPathForFile>[0]),
};

contextBridge.exposeInMainWorld('diarist', bridge);
