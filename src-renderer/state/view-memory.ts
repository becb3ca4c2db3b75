import type { z } from 'zod';
import type { ApiClient } from '#shared/api/contract.ts';

type Json = z.infer<ReturnType<typeof z.json>>;

/**
 * Layout and position, remembered per project by the host (project.setView). Keys are dotted and free:
 * `layout.review`, `timeline.<mediaId>`. Written at most every 400 ms; a lost one costs nothing.
 */
class ViewMemory {
  #values: Record<string, Json> = {};
  #pending: Record<string, Json> = {};
  #api: ApiClient | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What the host remembers of the project that was opened. */
  load(values: Record<string, Json>, api: ApiClient, readOnly: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pending = {};
    this.#values = { ...values };
    this.#api = readOnly ? null : api;
  }

  get(key: string): Json | undefined {
    return this.#values[key];
  }

  set(key: string, value: Json): void {
    if (JSON.stringify(this.#values[key]) === JSON.stringify(value)) return;
    this.#values[key] = value;
    this.#pending[key] = value;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const patch = this.#pending;
      this.#pending = {};
      this.#api?.call('project.setView', { patch }).catch(() => undefined);
    }, 400);
  }
}

export const viewMemory = new ViewMemory();
