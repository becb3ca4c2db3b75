/**
 * Kernels: the heavy inner work that runs on the engine's worker threads, by name. A kernel gets ONNX sessions and a
 * cancel flag from its worker and is otherwise a function of its input. Payloads cross threads by structured clone;
 * large arrays are transferred.
 */
import type { InferenceSession } from 'onnxruntime-node';

export interface KernelContext {
  /** Session for a model file; cached per worker. */
  session(modelPath: string): Promise<InferenceSession>;
  /** Throws `cancelled` if the job was cancelled; call it between runs of ≤ 100 ms. */
  checkCancelled(): void;
}

export type Kernel<Input, Output> = (
  context: KernelContext,
  input: Input,
) => Promise<{ output: Output; transfer?: ArrayBuffer[] }>;

/** name → module below; loaded on first use inside the worker. */
export interface Kernels {
  /** For tests of the pool: returns its input after `millis`, checking for cancel each 10 ms. */
  'sleep-echo': Kernel<{ millis: number; value: number }, number>;
}

export type KernelName = keyof Kernels;
export type KernelInput<N extends KernelName> = Kernels[N] extends Kernel<infer I, infer _O> ? I : never;
export type KernelOutput<N extends KernelName> = Kernels[N] extends Kernel<infer _I, infer O> ? O : never;
