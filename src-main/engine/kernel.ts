import type { InferenceSession } from 'onnxruntime-node';

/** Makes another net of a model file before it is loaded: the same weights in a graph that suits the kernel. */
export interface NetRewrite {
  /** Tells sessions of one file apart. */
  readonly name: string;
  /** @throws Error for a model it does not know */
  apply(model: Uint8Array): Uint8Array;
}

/** What a kernel's worker gives it. */
export interface KernelContext {
  /** Session for a model file, or for what `rewrite` makes of it; cached per worker. */
  session(modelPath: string, rewrite?: NetRewrite): Promise<InferenceSession>;
  /** Throws `cancelled` if the job was cancelled; call it between runs of ≤ 100 ms. */
  checkCancelled(): void;
}

export type Kernel<Input, Output> = (
  context: KernelContext,
  input: Input,
) => Promise<{ output: Output; transfer?: ArrayBuffer[] }>;
