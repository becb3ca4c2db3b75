import { useEffect, useRef, useState } from 'react';
import type { ModelCheck } from '#shared/api/contract.ts';
import { useAppStore } from '../../state/app-store.ts';

export interface Verification {
  /** By model id; what was found until the models changed. */
  checks: ReadonlyMap<string, ModelCheck>;
  /** Share of the reading that is done; null = nothing is under way. */
  share: number | null;
  /** null = all that are there. */
  start: (ids: string[] | null) => Promise<readonly ModelCheck[] | null>;
  cancel: () => void;
}

/** Reads model files and compares them; what is under way ends with the view. */
export function useVerify(): Verification {
  const api = useAppStore((state) => state.api);
  const report = useAppStore((state) => state.report);
  const [checks, setChecks] = useState<ReadonlyMap<string, ModelCheck>>(new Map());
  const [share, setShare] = useState<number | null>(null);
  const taskId = useRef<string | null>(null);
  const cancel = (): void => {
    if (taskId.current !== null) void api?.call('tasks.cancel', { taskId: taskId.current });
  };
  const cancelLast = useRef(cancel);
  useEffect(() => {
    cancelLast.current = cancel;
  });
  useEffect(() => () => cancelLast.current(), []);
  // What was found of a file says nothing of the one that took its place.
  useEffect(() => api?.on((event) => event.type === 'models.changed' && setChecks(new Map())), [api]);
  const start: Verification['start'] = async (ids) => {
    if (!api || taskId.current !== null) return null;
    const id = crypto.randomUUID();
    taskId.current = id;
    const stopListening = api.on((event) => {
      if (event.type === 'task.progress' && event.taskId === id) setShare(event.share);
    });
    setShare(0);
    try {
      const found = await api.call('models.verify', { ids, taskId: id });
      setChecks((before) => new Map([...before, ...found.map((check) => [check.id, check] as const)]));
      return found;
    } catch (thrown) {
      report(thrown);
      return null;
    } finally {
      stopListening();
      taskId.current = null;
      setShare(null);
    }
  };
  return { checks, share, start, cancel };
}
