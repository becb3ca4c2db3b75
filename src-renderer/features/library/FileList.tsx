import { AudioLines, Film, Plus } from 'lucide-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppStore } from '../../state/app-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { Button, MiddleText, SectionHead, controls } from '../../ui/controls.tsx';
import { CommandButton } from '../../ui/keys.tsx';
import styles from './Library.module.css';
import { StateMark } from './state-mark.tsx';

/** A filter is worth its place from this many files. */
const filterFrom = 8;

/** The files of the project beside the picture: open one, see how far each is. */
export function FileList(): ReactElement {
  const { t } = useTranslation();
  const media = useAppStore((state) => state.media);
  const readOnly = useAppStore((state) => state.project?.readOnly !== false);
  const openOverlay = useAppStore((state) => state.openOverlay);
  const openId = useReviewStore((state) => state.media?.id);
  const open = useReviewStore((state) => state.open);
  const [filter, setFilter] = useState('');
  const wanted = filter.trim().toLocaleLowerCase();
  const shown = media.filter((item) => item.name.toLocaleLowerCase().includes(wanted));
  const missing = media.filter((item) => item.state === 'missing').length;
  return (
    <nav className={styles.side} aria-label={t('files.title')} data-tour="files">
      <SectionHead title={`${t('files.title')} · ${media.length}`}>
        <CommandButton id="file.add" tone="quiet" icon disabled={readOnly}>
          <Plus size={15} aria-hidden />
        </CommandButton>
      </SectionHead>
      {media.length >= filterFrom && (
        <div className={styles.filter}>
          <input
            className={controls.input}
            type="search"
            value={filter}
            placeholder={t('files.filter')}
            aria-label={t('files.filter')}
            onChange={(event) => setFilter(event.target.value)}
          />
        </div>
      )}
      <ul className={styles.list}>
        {shown.map((item) => {
          const Icon = item.probe.video.length > 0 ? Film : AudioLines;
          return (
            <li key={item.id}>
              <button
                type="button"
                className={styles.file}
                aria-current={item.id === openId}
                onClick={() => void open(item.id)}
              >
                <span className={styles.kind}>
                  <Icon size={15} aria-hidden />
                </span>
                <span className={styles.text}>
                  <MiddleText text={item.name} />
                  <StateMark item={item} withLength />
                </span>
              </button>
            </li>
          );
        })}
        {shown.length === 0 && media.length > 0 && (
          <p className={styles.none}>{t('files.noMatch', { text: filter })}</p>
        )}
      </ul>
      {missing > 0 && (
        <div className={styles.none}>
          <p>{t('files.missing', { count: missing })}</p>
          <Button tone="link" onClick={() => openOverlay('relink')}>
            {t('files.find')}
          </Button>
        </div>
      )}
    </nav>
  );
}
