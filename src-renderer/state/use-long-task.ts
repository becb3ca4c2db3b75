import { useEffect, useRef, useState } from 'react';
import type { ApiClient } from '#shared/api/contract.ts';
import { useAppStore } from './app-store.ts';

export interface LongTask {
  /** Share that is done; null = nothing is under way. */
  share: number | null;
  /** One at a time: null at once while another is under way, or without a host. Rejects as the call does. */
  run: <T>(call: (api: ApiClient, taskId: string) => Promise<T>) => Promise<T | null>;
  cancel: () => void;
}

/** A call of the host that tells how far it is and can be cancelled; what is under way ends with the component. */
export function useLongTask(): LongTask {
  const api = useAppStore((state) => state.api);
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
  const run: LongTask['run'] = async (call) => {
    if (!api || taskId.current !== null) return null;
    const id = crypto.randomUUID();
    taskId.current = id;
    const stopListening = api.on((event) => {
      if (event.type === 'task.progress' && event.taskId === id) setShare(event.share);
    });
    setShare(0);
    try {
      return await call(api, id);
    } finally {
      stopListening();
      taskId.current = null;
      setShare(null);
    }
  };
  return { share, run, cancel };
}
