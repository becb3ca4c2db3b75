import { cleanup, render } from '@testing-library/react';
import type { RenderResult } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import type { ReactElement } from 'react';
import { afterEach } from 'vitest';
import { defaultSettings, useAppStore } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import type { MemoryApi } from './memory-api.ts';

afterEach(cleanup);

/** Both stores on this host, with the file open, as after a start. */
export async function openApp(api: MemoryApi, mediaId: string): Promise<void> {
  useAppStore.setState({
    api,
    booted: true,
    view: 'review',
    overlay: null,
    notices: [],
    jobs: api.jobs,
    settings: { ...defaultSettings, playOnSelect: false },
    media: await api.call('media.list', {}),
    project: await api.call('project.get', {}),
  });
  useReviewStore.setState({ readOnlyReason: null, playOnSelect: false, lastAction: null, saveState: 'saved' });
  useReviewStore.getState().connect(api);
  await useReviewStore.getState().open(mediaId);
}

/** Render inside what App puts around everything. */
export function show(element: ReactElement): RenderResult {
  return render(<Tooltip.Provider>{element}</Tooltip.Provider>);
}
