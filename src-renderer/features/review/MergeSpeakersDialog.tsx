import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppStore } from '../../state/app-store.ts';
import { speakerTotals } from '../../state/derive.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { Button, MiddleText, Swatch, controls } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { clockTime } from '../../ui/format.ts';
import styles from './MergeSpeakersDialog.module.css';

/** Two or more that are one person: who stays, who goes into them. One edit, one undo. */
export function MergeSpeakersDialog(): ReactElement {
  const { t } = useTranslation();
  const close = useAppStore((state) => state.closeOverlay);
  const speakers = useReviewStore((state) => state.speakers);
  const segments = useReviewStore((state) => state.segments);
  const targetId = useReviewStore((state) => state.targetSpeakerId);
  const apply = useReviewStore((state) => state.apply);
  const [intoId, setIntoId] = useState(targetId ?? speakers[0]?.id ?? '');
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const into = speakers.find((speaker) => speaker.id === intoId);
  const fromIds = speakers.map((speaker) => speaker.id).filter((id) => ticked.has(id) && id !== intoId);
  const totals = speakerTotals(segments);
  const merge = (): void => {
    close();
    void apply({ op: 'speaker.merge', fromIds, intoId });
  };
  return (
    <Dialog
      title={t('speakers.mergeTitle')}
      onClose={close}
      actions={
        <Button tone="primary" disabled={fromIds.length === 0} onClick={merge}>
          {t('speakers.mergeDo', { count: fromIds.length, name: into?.name ?? '' })}
        </Button>
      }
    >
      <p className={controls.hint}>{t('speakers.mergeText')}</p>
      <ul className={styles.list}>
        {speakers.map((speaker) => {
          const total = totals.get(speaker.id) ?? { timeSec: 0, turns: 0 };
          const stays = speaker.id === intoId;
          return (
            <li key={speaker.id} className={styles.row}>
              <input
                type="checkbox"
                checked={!stays && ticked.has(speaker.id)}
                disabled={stays}
                data-autofocus={!stays || undefined}
                aria-label={`${speaker.name}: ${t('speakers.goes', { name: into?.name ?? '' })}`}
                onChange={(event) => {
                  const next = new Set(ticked);
                  if (event.target.checked) next.add(speaker.id);
                  else next.delete(speaker.id);
                  setTicked(next);
                }}
              />
              <Swatch speaker={speaker} />
              <MiddleText text={speaker.name} />
              <small>{t('speakers.totals', { time: clockTime(total.timeSec), count: total.turns })}</small>
              <label className={controls.check}>
                <input type="radio" name="into" checked={stays} onChange={() => setIntoId(speaker.id)} />
                {t('speakers.keep')}
              </label>
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}
