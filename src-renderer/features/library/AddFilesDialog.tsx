import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { toErrorData } from '#shared/api/errors.ts';
import type { AppErrorData } from '#shared/api/errors.ts';
import { useAppStore } from '../../state/app-store.ts';
import { Button, controls } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { addFiles } from './add-files.ts';
import { FolderBrowser } from './FolderBrowser.tsx';
import { useFilePicker } from './use-file-picker.ts';

/** Choose media of the host's machine by keys or pointer. All are added, or none with the reason. */
export function AddFilesDialog(): ReactElement {
  const { t } = useTranslation();
  const close = useAppStore((state) => state.closeOverlay);
  const { ticked, browser } = useFilePicker('library.folder');
  const [diarize, setDiarize] = useState(true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<AppErrorData | null>(null);

  const add = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await addFiles([...ticked], diarize);
      close();
    } catch (thrown) {
      setError(toErrorData(thrown));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={t('browse.addTitle')}
      onClose={close}
      actions={
        <>
          <label className={controls.check}>
            <input type="checkbox" checked={diarize} onChange={(event) => setDiarize(event.target.checked)} />
            {t('browse.diarize')}
          </label>
          <span className={controls.grow} />
          <Button tone="primary" disabled={ticked.size === 0 || busy} onClick={() => void add()}>
            {t('browse.addDo', { count: ticked.size })}
          </Button>
        </>
      }
    >
      {error && <ErrorBox error={error} />}
      <FolderBrowser {...browser} />
      <p className={controls.hint}>{t('browse.hint')}</p>
    </Dialog>
  );
}
