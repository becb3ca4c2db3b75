import { useEffect, useState } from 'react';
import type { ApiOutput, SubsetChoice } from '#shared/api/contract.ts';
import { toErrorData } from '#shared/api/errors.ts';
import type { AppErrorData } from '#shared/api/errors.ts';
import type { Speaker } from '#shared/domain/records.ts';
import { useAppStore } from '../../state/app-store.ts';

export type SubsetCounts = ApiOutput<'export.subsetPreview'>;

const settleMs = 150;

/** What a choice would give, counted by the host shortly after the last change. */
export function useSubsetPreview(choice: SubsetChoice | null): {
  counts: SubsetCounts | null;
  error: AppErrorData | null;
} {
  const api = useAppStore((state) => state.api);
  const key = JSON.stringify(choice);
  const [result, setResult] = useState<{ key: string; counts: SubsetCounts | null; error: AppErrorData | null }>();
  useEffect(() => {
    const asked = JSON.parse(key) as SubsetChoice | null;
    if (!asked || !api) return undefined;
    let current = true;
    const timer = setTimeout(() => {
      api.call('export.subsetPreview', asked).then(
        (counts) => current && setResult({ key, counts, error: null }),
        (thrown: unknown) => current && setResult({ key, counts: null, error: toErrorData(thrown) }),
      );
    }, settleMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [api, key]);
  if (choice === null || !result) return { counts: null, error: null };
  // The last counts stay while the next are on their way: numbers do not flicker.
  return { counts: result.counts, error: result.error };
}

/** Speakers of a file once it is asked for. */
export function useSpeakersOf(mediaId: string, wanted: boolean): readonly Speaker[] | null {
  const api = useAppStore((state) => state.api);
  const report = useAppStore((state) => state.report);
  const [speakers, setSpeakers] = useState<readonly Speaker[] | null>(null);
  useEffect(() => {
    if (!wanted || !api) return undefined;
    let current = true;
    api.call('document.get', { mediaId }).then((document) => {
      if (!current) return;
      const found = document.records.filter((record) => record.kind === 'speaker');
      setSpeakers(found.sort((a, b) => a.order - b.order));
    }, report);
    return () => {
      current = false;
    };
  }, [api, mediaId, wanted, report]);
  return speakers;
}
