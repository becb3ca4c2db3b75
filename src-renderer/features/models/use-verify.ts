import { useEffect, useState } from 'react';
import type { ModelCheck } from '#shared/api/contract.ts';
import { useAppStore } from '../../state/app-store.ts';
import { useLongTask } from '../../state/use-long-task.ts';

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
  const { share, run, cancel } = useLongTask();
  const [checks, setChecks] = useState<ReadonlyMap<string, ModelCheck>>(new Map());
  // What was found of a file says nothing of the one that took its place.
  useEffect(() => api?.on((event) => event.type === 'models.changed' && setChecks(new Map())), [api]);
  const start: Verification['start'] = async (ids) => {
    try {
      const found = await run((host, taskId) => host.call('models.verify', { ids, taskId }));
      if (found) setChecks((before) => new Map([...before, ...found.map((check) => [check.id, check] as const)]));
      return found;
    } catch (thrown) {
      report(thrown);
      return null;
    }
  };
  return { checks, share, start, cancel };
}
