import { AppError, toErrorData } from '#shared/api/errors.ts';
import { parentPort, workerData } from 'node:worker_threads';
import type { OpenRequest } from './open-project.ts';
import type { FromStoreWorker, StoreMethod, StoreRequest } from './protocol.ts';
import { openSession } from './session.ts';
import type { Session } from './session.ts';
import { explainSqlite } from './sqlite.ts';
import { hasLoneSurrogate } from './text.ts';

/** The store's thread: opens the project named by `workerData` and answers one request after the other. */

/** A request that takes longer is reported. */
const slowMs = 40;

type Area = 'read' | 'write' | 'maintenance';
const areas: Record<StoreMethod, Area> = {
  project: 'read',
  getView: 'read',
  listMedia: 'read',
  getMedia: 'read',
  getDocument: 'read',
  history: 'read',
  hasHumanEdits: 'read',
  hasEditedCuts: 'read',
  faceEdits: 'read',
  listHypotheses: 'read',
  getHypothesis: 'read',
  hypothesisSegments: 'read',
  listJobs: 'read',
  getJob: 'read',
  setView: 'write',
  addMedia: 'write',
  updateMedia: 'write',
  removeMedia: 'write',
  apply: 'write',
  undo: 'write',
  redo: 'write',
  addHypothesis: 'write',
  removeHypothesis: 'write',
  insertJob: 'write',
  updateJob: 'write',
  completeJob: 'write',
  backupTo: 'maintenance',
  close: 'maintenance',
};

if (!parentPort) throw new Error('The store worker is started by openStore.');
const port = parentPort;
const post = (message: FromStoreWorker) => {
  port.postMessage(message);
};
const request = workerData as OpenRequest;

try {
  const session = openSession(request, (state) => {
    post({ type: 'state', ...state });
  });
  port.on('message', (message: StoreRequest) => {
    answer(session, message);
  });
  post({ type: 'opened', notices: session.notices, ...session.state() });
} catch (error) {
  post({ type: 'refused', error: toErrorData(error) });
}

function answer(session: Session, { seq, method, args }: StoreRequest): void {
  const startMs = performance.now();
  try {
    const value = call(session, method, args);
    post({ type: 'answer', seq, ok: true, value });
  } catch (error) {
    post({ type: 'answer', seq, ok: false, error: toErrorData(explainSqlite(error, request.path)) });
  }
  const millis = performance.now() - startMs;
  if (millis > slowMs) post({ type: 'slow', method, millis });
  if (method === 'close') port.close();
}

function call(session: Session, method: StoreMethod, args: unknown[]): unknown {
  if (hasLoneSurrogate(args)) {
    throw new AppError('bad-input', 'A text holds half of a character, which no file can keep.', {
      fix: 'Type the text again.',
    });
  }
  switch (areas[method]) {
    case 'read':
      return session.read((reader) => invoke(reader, method, args));
    case 'write':
      return session.write((writer) => invoke(writer, method, args));
    case 'maintenance':
      return invoke(session.maintenance, method, args);
  }
}

/** The client is typed by the same interfaces, so name and arguments fit. */
function invoke(target: object, method: string, args: unknown[]): unknown {
  return (target as Record<string, (...given: unknown[]) => unknown>)[method]!(...args);
}
