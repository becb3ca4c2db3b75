import { useEffect, useState } from 'react';
import type { ApiOutput } from '#shared/api/contract.ts';
import { useAppStore } from '../../state/app-store.ts';
import { viewMemory } from '../../state/view-memory.ts';

export interface OutputFolder {
  /** null until the host has told. */
  offered: ApiOutput<'export.defaultFolder'> | null;
  /** What was written to is offered from now on. */
  remember: (folder: string) => void;
}

/**
 * The folder that is offered for writing: the last one of this project, else what the host proposes for these media.
 * @param key under which the folder is remembered
 */
export function useOutputFolder(key: string, mediaIds: readonly string[]): OutputFolder {
  const api = useAppStore((state) => state.api);
  const report = useAppStore((state) => state.report);
  const [offered, setOffered] = useState<OutputFolder['offered']>(null);
  const [last, setLast] = useState(() => viewMemory.get(key));
  const asked = JSON.stringify(mediaIds);
  useEffect(() => {
    if (!api) return undefined;
    let current = true;
    const input = { mediaIds: JSON.parse(asked) as string[], last: typeof last === 'string' ? last : null };
    api.call('export.defaultFolder', input).then(
      (found) => current && setOffered(found),
      (thrown: unknown) => current && report(thrown),
    );
    return () => {
      current = false;
    };
  }, [api, asked, last, report]);
  const remember = (folder: string): void => {
    viewMemory.set(key, folder);
    setLast(folder);
  };
  return { offered, remember };
}
