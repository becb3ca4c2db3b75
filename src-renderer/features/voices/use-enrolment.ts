import { useEffect, useRef, useState } from 'react';
import type { ApiInput, EnrolledVoiceInfo } from '#shared/api/contract.ts';
import { toErrorData } from '#shared/api/errors.ts';
import type { AppErrorData } from '#shared/api/errors.ts';
import { useAppStore } from '../../state/app-store.ts';

export type EnrolmentSource = ApiInput<'voices.enrol'>['source'];

export interface Enrolment {
  /** Share of the listening that is done; null = nothing is under way. */
  share: number | null;
  error: AppErrorData | null;
  /** Resolves with the voice, or with null when it failed or was cancelled. */
  start: (name: string, source: EnrolmentSource, replace: boolean) => Promise<EnrolledVoiceInfo | null>;
  cancel: () => void;
}

/** Enrols one voice at a time; what is under way ends with the component that asked for it. */
export function useEnrolment(): Enrolment {
  const api = useAppStore((state) => state.api);
  const [share, setShare] = useState<number | null>(null);
  const [error, setError] = useState<AppErrorData | null>(null);
  const taskId = useRef<string | null>(null);
  const cancel = (): void => {
    if (taskId.current !== null) void api?.call('tasks.cancel', { taskId: taskId.current });
  };
  const cancelLast = useRef(cancel);
  useEffect(() => {
    cancelLast.current = cancel;
  });
  useEffect(() => () => cancelLast.current(), []);
  const start: Enrolment['start'] = async (name, source, replace) => {
    if (!api || taskId.current !== null) return null;
    const id = crypto.randomUUID();
    taskId.current = id;
    const stopListening = api.on((event) => {
      if (event.type === 'task.progress' && event.taskId === id) setShare(event.share);
    });
    setShare(0);
    setError(null);
    try {
      return await api.call('voices.enrol', { name, source, replace, taskId: id });
    } catch (thrown) {
      const problem = toErrorData(thrown);
      if (problem.code !== 'cancelled') setError(problem);
      return null;
    } finally {
      stopListening();
      taskId.current = null;
      setShare(null);
    }
  };
  return { share, error, start, cancel };
}
