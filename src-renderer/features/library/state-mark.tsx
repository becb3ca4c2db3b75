import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { MediaItem } from '#shared/domain/media.ts';
import { activeJobOf, useAppStore } from '../../state/app-store.ts';
import { clockTime, percent } from '../../ui/format.ts';
import styles from './Library.module.css';

/** Where a file stands: a dot and words, `running 62 %`, `38 doubts · 0:24:05`. */
export function StateMark({ item, withLength }: { item: MediaItem; withLength?: boolean }): ReactElement {
  const { t } = useTranslation();
  const job = useAppStore((state) => activeJobOf(state.jobs, item.id));
  const running = job?.state === 'running';
  const state = running ? 'running' : item.state;
  const reviewable = state === 'ready' || state === 'reviewed';
  const words =
    running && job.progress
      ? `${t('files.states.running')} ${percent(job.progress.totalShare)}`
      : state === 'ready' && item.segmentCount === 0
        ? t('files.noSpeech')
        : state === 'ready' && item.doubtCount > 0
          ? t('files.withDoubts', { count: item.doubtCount })
          : t(`files.states.${state}`);
  const tone = state === 'ready' && item.doubtCount > 0 ? 'doubts' : state;
  return (
    <span className={styles.state} data-state={tone}>
      <i aria-hidden />
      {words}
      {withLength && reviewable && ` · ${clockTime(item.probe.durationSec)}`}
    </span>
  );
}
