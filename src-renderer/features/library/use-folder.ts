import { useCallback, useEffect, useRef, useState } from 'react';
import type { ApiOutput } from '#shared/api/contract.ts';
import { toErrorData } from '#shared/api/errors.ts';
import type { AppErrorData } from '#shared/api/errors.ts';
import { useAppStore } from '../../state/app-store.ts';

export type Folder = ApiOutput<'files.browse'>;

/**
 * One folder of the host's machine at a time, told to `onFolder`; an error leaves the last one in place. `null` is home, which
 * also takes the place of a folder to start in that is gone.
 */
export function useFolder(
  start: string | null,
  onFolder: (folder: Folder) => void,
): {
  folder: Folder | null;
  error: AppErrorData | null;
  go: (path: string | null) => void;
} {
  const api = useAppStore((state) => state.api);
  const [wanted, setWanted] = useState<{ path: string | null; isStart?: true }>({ path: start, isStart: true });
  const [folder, setFolder] = useState<Folder | null>(null);
  const [error, setError] = useState<AppErrorData | null>(null);
  const told = useRef(onFolder);
  useEffect(() => {
    told.current = onFolder;
  }, [onFolder]);
  useEffect(() => {
    let current = true;
    api?.call('files.browse', { path: wanted.path }).then(
      (found) => {
        if (!current) return;
        setFolder(found);
        setError(null);
        told.current(found);
      },
      (thrown: unknown) => {
        if (!current) return;
        if (wanted.isStart && wanted.path !== null) setWanted({ path: null });
        else setError(toErrorData(thrown));
      },
    );
    return () => {
      current = false;
    };
  }, [api, wanted]);
  const go = useCallback((path: string | null) => setWanted({ path }), []);
  return { folder, error, go };
}
