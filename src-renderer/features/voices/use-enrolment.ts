import { useState } from 'react';
import type { ApiInput, EnrolledVoiceInfo } from '#shared/api/contract.ts';
import { toErrorData } from '#shared/api/errors.ts';
import type { AppErrorData } from '#shared/api/errors.ts';
import { useLongTask } from '../../state/use-long-task.ts';

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
  const { share, run, cancel } = useLongTask();
  const [error, setError] = useState<AppErrorData | null>(null);
  const start: Enrolment['start'] = async (name, source, replace) => {
    try {
      return await run((host, taskId) => {
        setError(null);
        return host.call('voices.enrol', { name, source, replace, taskId });
      });
    } catch (thrown) {
      const problem = toErrorData(thrown);
      if (problem.code !== 'cancelled') setError(problem);
      return null;
    }
  };
  return { share, error, start, cancel };
}
