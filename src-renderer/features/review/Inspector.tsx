import { ChevronRight } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { viewMemory } from '../../state/view-memory.ts';
import { HistoryList } from './HistoryList.tsx';
import styles from './Inspector.module.css';
import { QualityList } from './QualityList.tsx';
import { SegmentCard } from './SegmentCard.tsx';
import { SpeakerList } from './SpeakerList.tsx';
import { VersionList } from './VersionList.tsx';

function Fold({ id, title, children }: { id: string; title: string; children: ReactNode }): ReactElement {
  const key = `inspector.${id}`;
  const [open, setOpen] = useState(viewMemory.get(key) === true);
  return (
    <details
      className={styles.fold}
      open={open}
      onToggle={(event) => {
        const details = event.currentTarget;
        setOpen(details.open);
        // What was asked for comes into sight, once it is there.
        if (details.open && !open) requestAnimationFrame(() => details.scrollIntoView({ block: 'nearest' }));
        viewMemory.set(key, details.open);
      }}
    >
      <summary>
        <ChevronRight size={12} aria-hidden />
        {title}
      </summary>
      {open && children}
    </details>
  );
}

/** What is selected, who speaks, which systems answered, what was done. */
export function Inspector(): ReactElement {
  const { t } = useTranslation();
  return (
    <aside className={styles.inspector} aria-label={t('inspector.title')}>
      <SegmentCard />
      <SpeakerList />
      <Fold id="versions" title={t('versions.title')}>
        <VersionList />
      </Fold>
      <Fold id="quality" title={t('quality.title')}>
        <QualityList />
      </Fold>
      <Fold id="history" title={t('history.title')}>
        <HistoryList />
      </Fold>
    </aside>
  );
}
