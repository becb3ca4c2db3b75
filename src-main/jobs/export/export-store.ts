import type { ReadableStore } from '#store/protocol.ts';

type Promised<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never;
};

/** What exports read of a project; an open Store has it. */
export type ExportStore = Promised<Pick<ReadableStore, 'project' | 'getMedia' | 'getDocument' | 'listHypotheses'>>;
