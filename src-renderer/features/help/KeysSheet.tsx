import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppStore } from '../../state/app-store.ts';
import { controls } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { KeyTable } from './KeyTable.tsx';
import styles from './KeyTable.module.css';

/** The `?` sheet. */
export function KeysSheet(): ReactElement {
  const { t } = useTranslation();
  const close = useAppStore((state) => state.closeOverlay);
  const [filter, setFilter] = useState('');
  return (
    <Dialog title={t('keys.title')} onClose={close} className={styles.sheet}>
      <input
        className={controls.input}
        placeholder={t('keys.filter')}
        aria-label={t('keys.filter')}
        value={filter}
        data-autofocus
        onChange={(event) => setFilter(event.target.value)}
      />
      <KeyTable filter={filter} />
      <p className={controls.hint}>{t('keys.note')}</p>
    </Dialog>
  );
}
