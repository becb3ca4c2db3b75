import { Info, Lock, TriangleAlert, Unplug, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppStore } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import { Button } from '../ui/controls.tsx';
import { ErrorBox } from '../ui/ErrorBox.tsx';
import { percent } from '../ui/format.ts';
import styles from './Banners.module.css';

/** What one has to know before working on: it stays until it is over or dismissed. */
export function Banners(): ReactElement {
  const { t } = useTranslation();
  const connected = useAppStore((state) => state.connected);
  const booted = useAppStore((state) => state.booted);
  const notices = useAppStore((state) => state.notices);
  const dismiss = useAppStore((state) => state.dismiss);
  const openOverlay = useAppStore((state) => state.openOverlay);
  const view = useAppStore((state) => state.view);
  const readOnlyReason = useReviewStore((state) => state.readOnlyReason);
  const saveError = useReviewStore((state) => state.saveError);
  const media = useReviewStore((state) => state.media);
  const undecoded = media?.undecodedShare ?? 0;
  return (
    <div className={styles.stack}>
      {booted && !connected && (
        <div className={styles.banner} data-level="warning" role="alert">
          <Unplug size={16} aria-hidden />
          <p>{t('app.lost')}</p>
        </div>
      )}
      {saveError && (
        <div className={styles.error}>
          <ErrorBox error={saveError} />
        </div>
      )}
      {readOnlyReason !== null && (
        <div className={styles.banner} data-level="warning" role="status">
          <Lock size={16} aria-hidden />
          <p>{t('app.readOnlyBanner', { reason: readOnlyReason })}</p>
        </div>
      )}
      {view === 'review' && media?.state === 'missing' && (
        <div className={styles.banner} data-level="warning" role="status">
          <TriangleAlert size={16} aria-hidden />
          <p>
            {t('app.missing')} <span dir="auto">{media.path}</span>
          </p>
          <Button onClick={() => openOverlay('relink')}>{t('app.findIt')}</Button>
        </div>
      )}
      {view === 'review' && undecoded >= 0.005 && (
        <div className={styles.banner} data-level="warning" role="status">
          <TriangleAlert size={16} aria-hidden />
          <p>{t('app.undecoded', { share: percent(undecoded) })}</p>
        </div>
      )}
      {notices.map((notice) =>
        notice.error ? (
          <div key={notice.id} className={styles.error}>
            <ErrorBox error={notice.error}>
              <Button onClick={() => dismiss(notice.id)}>{t('app.dismiss')}</Button>
            </ErrorBox>
          </div>
        ) : (
          <div
            key={notice.id}
            className={styles.banner}
            data-level={notice.level === 'info' ? 'info' : 'warning'}
            role="status"
          >
            {notice.level === 'info' ? <Info size={16} aria-hidden /> : <TriangleAlert size={16} aria-hidden />}
            <p>{notice.text}</p>
            <Button tone="quiet" icon aria-label={t('app.dismiss')} onClick={() => dismiss(notice.id)}>
              <X size={14} aria-hidden />
            </Button>
          </div>
        ),
      )}
    </div>
  );
}
