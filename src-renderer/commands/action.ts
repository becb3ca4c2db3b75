import { i18next } from '../i18n/index.ts';
import { useAppStore } from '../state/app-store.ts';
import type { AppState } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import type { ReviewState } from '../state/review-store.ts';
import type { Segment } from '#shared/domain/records.ts';

/** What a command does and when it may. `when` is asked before a key is taken from the browser. */
export interface Action {
  when?: () => boolean;
  run: () => void | Promise<unknown>;
}

export const app = (): AppState => useAppStore.getState();
export const review = (): ReviewState => useReviewStore.getState();

/** A file is open in the review view. */
export const reviewing = (): boolean => app().view === 'review' && review().loadState === 'ready';

/** The segment that keys act on; says so in the status line when there is none. */
export function focused(): Segment | undefined {
  const { selection, segment, say } = review();
  const found = selection.focusId === null ? undefined : segment(selection.focusId);
  if (!found) say(i18next.t('say.nothingSelected'));
  return found;
}

export function speakerName(speakerId: string): string {
  return review().speakers.find((speaker) => speaker.id === speakerId)?.name ?? '–';
}
