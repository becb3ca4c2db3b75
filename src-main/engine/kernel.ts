import type { InferenceSession } from 'onnxruntime-node';

/** What a kernel's worker gives it. */
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
