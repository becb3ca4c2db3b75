import path from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import type { KernelContext } from '../../kernel.ts';

/** The bundled models folder. */
export const modelsDir = path.resolve(import.meta.dirname, '../../../../models');

/** A kernel context in this process, never cancelled. */
export function localKernelContext(): KernelContext {
  const sessions = new Map<string, Promise<InferenceSession>>();
  return {
    session: (modelPath) => {
      let session = sessions.get(modelPath);
      if (!session) {
        session = InferenceSession.create(modelPath, {
          intraOpNumThreads: 1,
          interOpNumThreads: 1,
          logSeverityLevel: 3,
        });
        sessions.set(modelPath, session);
      }
      return session;
    },
    checkCancelled: () => undefined,
  };
}
