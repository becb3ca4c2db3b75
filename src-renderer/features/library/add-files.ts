import { useAppStore } from '../../state/app-store.ts';
import { useReviewStore } from '../../state/review-store.ts';

/** Add media by path and open the first of them. Rejects, with nothing added, when one is no media. */
export async function addFiles(paths: string[], diarize: boolean): Promise<void> {
  const { api } = useAppStore.getState();
  if (!api || paths.length === 0) return;
  const added = await api.call('media.add', { paths, diarize });
  useAppStore.setState({ media: await api.call('media.list', {}) });
  const first = added[0];
  if (!first) return;
  useAppStore.getState().setView('review');
  await useReviewStore.getState().open(first.id);
}
