import type { ApiClient, ApiEvent, ApiInput, ApiMethod, ApiOutput } from '#shared/api/contract.ts';
import { fromErrorData } from '#shared/api/errors.ts';
import type { DiaristBridge } from '#shared/api/wire.ts';

/** The contract over the preload bridge of the desktop window. The line lives as long as the window. */
export class IpcClient implements ApiClient {
  readonly #bridge: DiaristBridge;

  constructor(bridge: DiaristBridge) {
    this.#bridge = bridge;
  }

  async call<M extends ApiMethod>(method: M, input: ApiInput<M>): Promise<ApiOutput<M>> {
    const result = await this.#bridge.call(method, input);
    if (!result.ok) throw fromErrorData(result.error);
    return result.value as ApiOutput<M>;
  }

  on(listener: (event: ApiEvent) => void): () => void {
    return this.#bridge.onEvent(listener);
  }

  onConnection(listener: (connected: boolean) => void): () => void {
    listener(true);
    return () => {};
  }
}
