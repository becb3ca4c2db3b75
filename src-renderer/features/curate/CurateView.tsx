import { ChevronRight, SquareStack } from 'lucide-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { MediaItem } from '#shared/domain/media.ts';
import { StateMark } from '../library/state-mark.tsx';
import { useAppStore } from '../../state/app-store.ts';
import { Button, Empty, MiddleText, Swatch, controls } from '../../ui/controls.tsx';
import { clockTime } from '../../ui/format.ts';
import { CommandButton } from '../../ui/keys.tsx';
import view from '../../ui/View.module.css';
import styles from './CurateView.module.css';
import { SubsetBuilder } from './SubsetBuilder.tsx';
import { useSpeakersOf } from './use-subset.ts';

interface FileRowProps {
  item: MediaItem;
  chosen: boolean;
  /** Chosen speakers; undefined = all. */
  speakerIds: readonly string[] | undefined;
  onChosen: (chosen: boolean) => void;
  onSpeakers: (ids: readonly string[] | undefined) => void;
}

function FileRow({ item, chosen, speakerIds, onChosen, onSpeakers }: FileRowProps): ReactElement {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const speakers = useSpeakersOf(item.id, open);
  const toggle = (id: string, on: boolean): void => {
    if (!speakers) return;
    const now = new Set(speakerIds ?? speakers.map((speaker) => speaker.id));
    if (on) now.add(id);
    else now.delete(id);
    onSpeakers(now.size === speakers.length ? undefined : [...now]);
  };
  return (
    <li className={styles.file}>
      <div className={styles.head}>
        <input
          type="checkbox"
          checked={chosen}
          aria-label={t('curate.include', { name: item.name })}
          onChange={(event) => onChosen(event.target.checked)}
        />
        <span>
          <MiddleText text={item.name} />
        </span>
        <StateMark item={item} />
        <small>{clockTime(item.probe.durationSec)}</small>
        <Button tone="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          {speakerIds === undefined
            ? t('curate.all')
            : t('curate.some', { count: speakerIds.length, total: item.speakerCount })}
          <span className="visually-hidden">{t('curate.speakersOf', { name: item.name })}</span>
          <ChevronRight size={13} aria-hidden className={open ? controls.turned : undefined} />
        </Button>
      </div>
      {open && (
        <div className={styles.speakers}>
          {speakers?.map((speaker) => (
            <label key={speaker.id} className={controls.check}>
              <input
                type="checkbox"
                disabled={!chosen}
                checked={speakerIds === undefined || speakerIds.includes(speaker.id)}
                onChange={(event) => toggle(speaker.id, event.target.checked)}
              />
              <Swatch speaker={speaker} size="s" />
              <MiddleText text={speaker.name} />
            </label>
          ))}
        </div>
      )}
    </li>
  );
}

/** Choose files and speakers; the builder beside it holds the rules, the preview and the button. */
export function CurateView(): ReactElement {
  const { t } = useTranslation();
  const media = useAppStore((state) => state.media);
  const openOverlay = useAppStore((state) => state.openOverlay);
  const usable = media.filter((item) => item.segmentCount > 0 && item.state !== 'missing');
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [speakers, setSpeakers] = useState<Readonly<Record<string, readonly string[]>>>({});
  if (usable.length === 0 && media.some((item) => item.segmentCount > 0)) {
    return (
      <div className={view.view}>
        <Empty icon={<SquareStack size={36} aria-hidden />} title={t('curate.missing')} text={t('curate.missingText')}>
          <Button tone="primary" onClick={() => openOverlay('relink')}>
            {t('files.find')}
          </Button>
        </Empty>
      </div>
    );
  }
  if (usable.length === 0) {
    return (
      <div className={view.view}>
        <Empty icon={<SquareStack size={36} aria-hidden />} title={t('curate.none')} text={t('curate.noneText')}>
          <CommandButton id="view.review">{t('commands.view.review')}</CommandButton>
        </Empty>
      </div>
    );
  }
  const mediaIds = usable.map((item) => item.id).filter((id) => !left.has(id));
  const speakerIds = Object.fromEntries(
    Object.entries(speakers)
      .filter(([id]) => mediaIds.includes(id))
      .map(([id, ids]) => [id, [...ids]]),
  );
  return (
    <div className={view.view}>
      <div className={view.page}>
        <header>
          <div>
            <h1>{t('curate.title')}</h1>
            <p>{t('curate.text')}</p>
          </div>
        </header>
        <div className={styles.columns}>
          <section className={view.framed} aria-label={t('curate.files')}>
            <ul>
              {usable.map((item) => (
                <FileRow
                  key={item.id}
                  item={item}
                  chosen={!left.has(item.id)}
                  speakerIds={speakers[item.id]}
                  onChosen={(chosen) => {
                    const next = new Set(left);
                    if (chosen) next.delete(item.id);
                    else next.add(item.id);
                    setLeft(next);
                  }}
                  onSpeakers={(ids) => {
                    const { [item.id]: _old, ...rest } = speakers;
                    setSpeakers(ids === undefined ? rest : { ...rest, [item.id]: ids });
                  }}
                />
              ))}
            </ul>
          </section>
          <SubsetBuilder mediaIds={mediaIds} speakerIds={speakerIds} />
        </div>
      </div>
    </div>
  );
}
