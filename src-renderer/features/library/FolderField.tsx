import { useState } from 'react';
import type { ReactElement } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { Button, controls } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { FolderBrowser } from './FolderBrowser.tsx';
import styles from './FolderBrowser.module.css';

export interface FolderFieldProps {
  label: string;
  value: string;
  onValue: (path: string) => void;
  /** Where the browser begins; null = home. */
  start?: string | null;
  /** What a chosen folder becomes, e.g. with a name for a new one below it. */
  complete?: (folder: string) => string;
}

/** A path as text, with a browser beside it. */
export function FolderField({ label, value, onValue, start = null, complete }: FolderFieldProps): ReactElement {
  const { t } = useTranslation();
  const [browsing, setBrowsing] = useState(false);
  const [folder, setFolder] = useState('');
  return (
    <div className={controls.field}>
      <span>{label}</span>
      <div className={styles.path}>
        <input
          className={controls.input}
          value={value}
          aria-label={label}
          spellCheck={false}
          onChange={(event) => onValue(event.target.value)}
        />
        <Button onClick={() => setBrowsing(true)}>…</Button>
      </div>
      {browsing &&
        createPortal(
          <Dialog
            title={t('exporting.chooseFolder')}
            onClose={() => setBrowsing(false)}
            actions={
              <Button
                tone="primary"
                disabled={folder === ''}
                onClick={() => {
                  onValue(complete ? complete(folder) : folder);
                  setBrowsing(false);
                }}
              >
                {t('browse.useFolder')}
              </Button>
            }
          >
            <FolderBrowser start={start} onFolder={setFolder} />
            <p className={controls.hint}>{folder}</p>
          </Dialog>,
          document.body,
        )}
    </div>
  );
}
