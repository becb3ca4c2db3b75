import { parentPort, workerData } from 'node:worker_threads';
import { AppError, toErrorData } from '#shared/api/errors.ts';
import type { Provider } from '#shared/engine/protocol.ts';
import { crashIfAsked } from './crash-trigger.ts';
import { kernelLoaders } from './kernels.ts';
import type { Kernel, KernelContext } from './kernel.ts';
import { SessionCache, createWith, openSession } from './session.ts';
import type { FromWorker, ToWorker, WorkerSettings } from './worker-messages.ts';

/** One worker thread of the engine: loads onnxruntime once, then runs kernels one after another. */
const port = parentPort;
if (!port) throw new Error('onnx-worker runs only as a worker thread');
const settings = workerData as WorkerSettings;
const send = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

crashIfAsked('load');
const ort = await import('onnxruntime-node');
const create = createWith(ort);
const sessions = new SessionCache(async (modelPath, rewrite) => {
  const report = (now: { provider: Provider; reason: string | null }): void =>
    send({ type: 'session', modelPath, provider: now.provider, reason: now.reason });
  const opened = await openSession(create, modelPath, { ...settings, ...(rewrite ? { rewrite } : {}) }, report);
  report(opened);
  return opened;
});

async function run(task: Extract<ToWorker, { type: 'run' }>): Promise<void> {
  const flag = new Int32Array(task.cancelFlag);
  const context: KernelContext = {
    session: (modelPath, rewrite) => sessions.get(modelPath, rewrite),
    checkCancelled: () => {
      if (Atomics.load(flag, 0) !== 0) throw new AppError('cancelled', 'Cancelled.');
    },
  };
  try {
    context.checkCancelled();
    crashIfAsked(task.kernel);
    const kernel = (await kernelLoaders[task.kernel]()) as Kernel<unknown, unknown>;
    const { output, transfer } = await kernel(context, task.input);
    send({ type: 'done', taskId: task.taskId, output }, transfer);
  } catch (error) {
    send({ type: 'failed', taskId: task.taskId, error: toErrorData(error) });
  }
}

let last: Promise<void> = Promise.resolve();
port.on('message', (message: ToWorker) => {
  last = last.then(async () => {
    if (message.type === 'run') return run(message);
    await sessions.releaseAll();
    port.close();
  });
});
send({ type: 'loaded' });
