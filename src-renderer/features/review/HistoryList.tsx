import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { JournalEntry } from '#shared/domain/document.ts';
import { useReviewStore } from '../../state/review-store.ts';
import styles from './Inspector.module.css';

const shownEntries = 100;

/** The journal, newest first; what was taken back is struck through. */
export function HistoryList(): ReactElement {
  const { t, i18n } = useTranslation();
  const api = useReviewStore((state) => state.api);
  const mediaId = useReviewStore((state) => state.media?.id);
  const revision = useReviewStore((state) => state.revision);
  const [entries, setEntries] = useState<readonly JournalEntry[]>([]);
  useEffect(() => {
    if (mediaId === undefined) return undefined;
    let current = true;
    api.call('edit.history', { mediaId, limit: shownEntries }).then(
      (found) => {
        if (current) setEntries(found.toSorted((a, b) => b.seq - a.seq));
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [api, mediaId, revision]);
  if (entries.length === 0) return <p className={styles.none}>{t('history.none')}</p>;
  const clock = new Intl.DateTimeFormat(i18n.language, { hour: '2-digit', minute: '2-digit' });
  return (
    <ol className={styles.foot}>
      {entries.map((entry) => (
        <li key={entry.seq} className={styles.entry} data-undone={entry.undone}>
          <span>
            {entry.label}
            {entry.undone && <span className="visually-hidden"> ({t('history.undone')})</span>}
          </span>
          <time dateTime={new Date(entry.atMs).toISOString()}>{clock.format(entry.atMs)}</time>
        </li>
      ))}
    </ol>
  );
}
