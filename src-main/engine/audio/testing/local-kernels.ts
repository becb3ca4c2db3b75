import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import type { KernelContext } from '../../kernel.ts';

/** The bundled models folder. */
export const modelsDir = path.resolve(import.meta.dirname, '../../../../models');

/** A kernel context in this process, never cancelled. */
export function localKernelContext(): KernelContext {
  const sessions = new Map<string, Promise<InferenceSession>>();
  return {
    session: (modelPath, rewrite) => {
      const key = `${modelPath}\n${rewrite?.name ?? ''}`;
      let session = sessions.get(key);
      if (!session) {
        session = readFile(modelPath).then((bytes) =>
          InferenceSession.create(rewrite ? rewrite.apply(bytes) : bytes, {
            intraOpNumThreads: 1,
            interOpNumThreads: 1,
            logSeverityLevel: 3,
          }),
        );
        sessions.set(key, session);
      }
      return session;
    },
    checkCancelled: () => undefined,
  };
}
