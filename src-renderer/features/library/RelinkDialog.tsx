import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { toErrorData } from '#shared/api/errors.ts';
import type { AppErrorData } from '#shared/api/errors.ts';
import { useAppStore } from '../../state/app-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { Button, controls } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FolderBrowser } from './FolderBrowser.tsx';

/** Find files that were moved, by their content, below a folder. */
export function RelinkDialog(): ReactElement {
  const { t } = useTranslation();
  const close = useAppStore((state) => state.closeOverlay);
  const api = useAppStore((state) => state.api);
  const missing = useAppStore((state) => state.media.find((item) => item.state === 'missing')?.path);
  // Where it was, if that is still there: most files are only renamed or moved nearby.
  const start = missing?.replace(/[\\/][^\\/]*$/u, '') ?? null;
  const [folder, setFolder] = useState('');
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<string | null>(null);
  const [error, setError] = useState<AppErrorData | null>(null);

  const search = async (): Promise<void> => {
    if (!api) return;
    setBusy(true);
    setError(null);
    try {
      const { relinked, stillMissing } = await api.call('media.relink', { folder });
      useAppStore.setState({ media: await api.call('media.list', {}) });
      setResult(t('files.found', { found: relinked.length, missing: stillMissing.length }));
      const { media, open } = useReviewStore.getState();
      if (media && relinked.includes(media.id)) await open(media.id);
      if (stillMissing.length === 0) close();
    } catch (thrown) {
      setError(toErrorData(thrown));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={t('files.findTitle')}
      onClose={close}
      actions={
        <Button tone="primary" disabled={folder === '' || busy} onClick={() => void search()}>
          {t('files.findDo')}
        </Button>
      }
    >
      <p className={controls.hint}>{t('files.findText')}</p>
      {error && <ErrorBox error={error} />}
      <FolderBrowser start={start === '' ? null : start} onFolder={setFolder} />
      {result !== null && <p role="status">{result}</p>}
    </Dialog>
  );
}
