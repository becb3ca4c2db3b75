import { Route } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppStore } from '../../state/app-store.ts';
import { Button, controls } from '../../ui/controls.tsx';
import view from '../../ui/View.module.css';
import styles from './HelpView.module.css';
import { KeyTable } from './KeyTable.tsx';

const steps = ['add', 'name', 'doubts', 'edges', 'undo', 'export'] as const;

/** How to work with the program, the tour, and all keys. */
export function HelpView(): ReactElement {
  const { t } = useTranslation();
  const setView = useAppStore((state) => state.setView);
  const openOverlay = useAppStore((state) => state.openOverlay);
  return (
    <div className={view.view}>
      <div className={view.page}>
        <header>
          <div>
            <h1>{t('help.title')}</h1>
          </div>
          <Button
            onClick={() => {
              setView('review');
              openOverlay('tour');
            }}
          >
            <Route size={14} aria-hidden /> {t('help.tour')}
          </Button>
        </header>
        <section className={view.card}>
          <h2>{t('help.start')}</h2>
          <ol className={styles.steps}>
            {steps.map((step) => (
              <li key={step}>{t(`help.steps.${step}`)}</li>
            ))}
          </ol>
        </section>
        <section className={view.card}>
          <h2>{t('help.allKeys')}</h2>
          <KeyTable />
          <p className={controls.hint}>{t('keys.note')}</p>
        </section>
      </div>
    </div>
  );
}
