import type { ApiClient, ApiEvent, ApiInput, ApiMethod, ApiOutput } from '#shared/api/contract.ts';
import { AppError, fromErrorData } from '#shared/api/errors.ts';
import type { CallFrame, HostFrame } from '#shared/api/wire.ts';
import { beatMs, socketPath } from '#shared/api/wire.ts';

interface Pending {
  resolve(value: unknown): void;
  reject(error: AppError): void;
}

export interface WebSocketClientOptions {
  /** Full address of the socket. */
  url: string;
  /** For tests outside a browser. */
  createSocket?: (url: string) => WebSocket;
  /** How long a call made while the line is down waits for it to come back. Milliseconds. */
  patienceMs?: number;
}

/** Address of the host's socket for the page that is open. */
export function socketUrl(location: { protocol: string; host: string }): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${socketPath}`;
}

const lost = (): AppError =>
  new AppError('io', 'The connection to Diarist was lost before it answered.', {
    fix: 'Check that Diarist still runs in its terminal; the page connects again by itself.',
  });

/**
 * The contract over one WebSocket. The line is made again when it breaks (0.25 s, doubling to 5 s). A call that was on
 * the way is rejected, never sent twice: an edit may already have been made.
 */
export class WebSocketClient implements ApiClient {
  readonly #url: string;
  readonly #createSocket: (url: string) => WebSocket;
  readonly #patienceMs: number;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: ApiEvent) => void>();
  readonly #connectionListeners = new Set<(connected: boolean) => void>();
  #socket: WebSocket | null = null;
  #connected = false;
  #closed = false;
  #nextId = 1;
  #retryMs = 250;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #beatTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: WebSocketClientOptions) {
    this.#url = options.url;
    this.#createSocket = options.createSocket ?? ((url) => new WebSocket(url));
    this.#patienceMs = options.patienceMs ?? 10_000;
    this.#open();
  }

  async call<M extends ApiMethod>(method: M, input: ApiInput<M>): Promise<ApiOutput<M>> {
    if (!this.#connected) await this.#waitForLine();
    const socket = this.#socket;
    if (!socket || !this.#connected) throw lost();
    const id = this.#nextId++;
    const frame: CallFrame = { id, method, input };
    return new Promise<ApiOutput<M>>((resolve, reject) => {
      this.#pending.set(id, { resolve: (value) => resolve(value as ApiOutput<M>), reject });
      socket.send(JSON.stringify(frame));
    });
  }

  on(listener: (event: ApiEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onConnection(listener: (connected: boolean) => void): () => void {
    this.#connectionListeners.add(listener);
    listener(this.#connected);
    return () => this.#connectionListeners.delete(listener);
  }

  /** Ends the connection for good. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#beatTimer);
    this.#socket?.close();
    this.#lineLost();
  }

  #open(): void {
    const socket = this.#createSocket(this.#url);
    this.#socket = socket;
    // A line that never opens also has to be noticed.
    this.#expectBeat(socket);
    socket.addEventListener('open', () => {
      this.#retryMs = 250;
      this.#setConnected(true);
    });
    socket.addEventListener('message', (message: MessageEvent) => {
      this.#expectBeat(socket);
      this.#receive(JSON.parse(String(message.data)) as HostFrame);
    });
    socket.addEventListener('close', () => {
      if (this.#socket !== socket) return;
      this.#lineLost();
      if (this.#closed) return;
      this.#retryTimer = setTimeout(() => this.#open(), this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, 5000);
    });
    // `close` follows every `error`.
    socket.addEventListener('error', () => {});
  }

  #expectBeat(socket: WebSocket): void {
    clearTimeout(this.#beatTimer);
    this.#beatTimer = setTimeout(() => socket.close(), beatMs * 3);
  }

  #receive(frame: HostFrame): void {
    if ('event' in frame) {
      for (const listener of [...this.#listeners]) listener(frame.event);
    } else if ('id' in frame && frame.id !== null) {
      const pending = this.#pending.get(frame.id);
      this.#pending.delete(frame.id);
      if (frame.result.ok) pending?.resolve(frame.result.value);
      else pending?.reject(fromErrorData(frame.result.error));
    }
  }

  #lineLost(): void {
    clearTimeout(this.#beatTimer);
    this.#socket = null;
    this.#setConnected(false);
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of pending) call.reject(lost());
  }

  #setConnected(connected: boolean): void {
    if (this.#connected === connected) return;
    this.#connected = connected;
    for (const listener of [...this.#connectionListeners]) listener(connected);
  }

  #waitForLine(): Promise<void> {
    if (this.#closed) return Promise.reject(lost());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stop();
        reject(
          new AppError('io', 'Diarist cannot be reached.', {
            fix: 'Start it again with `npm start -- --serve` and open the address it prints.',
          }),
        );
      }, this.#patienceMs);
      // Not through onConnection: that would call back at once, before `stop` exists.
      const listener = (connected: boolean) => {
        if (!connected) return;
        clearTimeout(timer);
        stop();
        resolve();
      };
      const stop = () => this.#connectionListeners.delete(listener);
      this.#connectionListeners.add(listener);
    });
  }
}
