import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExportFormat } from '#shared/api/contract.ts';
import type { AppErrorData } from '#shared/api/errors.ts';
import { toErrorData } from '#shared/api/errors.ts';
import { useAppStore } from '../../state/app-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { Button, Popover, controls } from '../../ui/controls.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FolderField } from '../library/FolderField.tsx';
import { downloadText } from './download.ts';
import { exportNotes } from './notes.ts';
import { useOutputFolder } from './use-output-folder.ts';

const formats: readonly ExportFormat[] = ['rttm', 'via3', 'uem'];

function ExportForm(): ReactElement {
  const { t } = useTranslation();
  const api = useAppStore((state) => state.api);
  const files = useAppStore((state) => state.media);
  const setView = useAppStore((state) => state.setView);
  const mediaId = useReviewStore((state) => state.media?.id);
  const say = useReviewStore((state) => state.say);
  const [all, setAll] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<ExportFormat>>(new Set(['rttm']));
  const { offered, remember } = useOutputFolder('export.folder', mediaId === undefined ? [] : [mediaId]);
  const [typed, setTyped] = useState<string | null>(null);
  const folder = typed ?? offered?.folder ?? '';
  const [overwrite, setOverwrite] = useState(false);
  const [busy, setBusy] = useState(false);
  const [notes, setNotes] = useState<readonly string[]>([]);
  const [failure, setFailure] = useState<AppErrorData | null>(null);

  const download = async (format: ExportFormat): Promise<void> => {
    if (!api || mediaId === undefined) return;
    setFailure(null);
    setNotes([]);
    try {
      const { fileName, text, warnings } = await api.call('export.text', { mediaId, format });
      downloadText(fileName, text);
      setNotes([t('exporting.downloaded', { name: fileName }), ...exportNotes(warnings)]);
      say(t('exporting.downloaded', { name: fileName }));
    } catch (thrown) {
      setFailure(toErrorData(thrown));
    }
  };

  const write = async (replace = overwrite): Promise<void> => {
    if (!api || mediaId === undefined || folder === '') return;
    setBusy(true);
    setFailure(null);
    setNotes([]);
    const mediaIds = all ? files.map((item) => item.id) : [mediaId];
    try {
      const input = { mediaIds, formats: formats.filter((format) => chosen.has(format)), folder, overwrite: replace };
      const { written, warnings } = await api.call('export.files', input);
      const done = t('exporting.written', { count: written.length, folder });
      setNotes([done, ...exportNotes(warnings)]);
      remember(folder);
      say(done);
    } catch (thrown) {
      setFailure(toErrorData(thrown));
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <section className={controls.field}>
        <h3 className={controls.hint}>{t('exporting.download')}</h3>
        <div className={controls.actions}>
          {formats.map((format) => (
            <Button key={format} onClick={() => void download(format)}>
              {t(`exporting.${format}`)}
            </Button>
          ))}
        </div>
      </section>
      <form
        className={controls.form}
        onSubmit={(event) => {
          event.preventDefault();
          void write();
        }}
      >
        <h3 className={controls.hint}>{t('exporting.toFolder')}</h3>
        <div className={controls.actions}>
          {formats.map((format) => (
            <label key={format} className={controls.check}>
              <input
                type="checkbox"
                checked={chosen.has(format)}
                onChange={(event) => {
                  const next = new Set(chosen);
                  if (event.target.checked) next.add(format);
                  else next.delete(format);
                  setChosen(next);
                }}
              />
              {t(`exporting.${format}`)}
            </label>
          ))}
        </div>
        {files.length > 1 && (
          <label className={controls.check}>
            <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
            {t('exporting.allFiles', { count: files.length })}
          </label>
        )}
        <FolderField label={t('exporting.folder')} value={folder} start={offered?.folder ?? null} onValue={setTyped} />
        <label className={controls.check}>
          <input type="checkbox" checked={overwrite} onChange={(event) => setOverwrite(event.target.checked)} />
          {t('exporting.overwrite')}
        </label>
        {failure && (
          <ErrorBox error={failure}>
            {failure.code === 'conflict' && failure.file?.startsWith(folder) && (
              <Button disabled={busy} onClick={() => void write(true)}>
                {t('exporting.replace')}
              </Button>
            )}
          </ErrorBox>
        )}
        <div role="status" className={controls.hint}>
          {notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </div>
        <Button type="submit" tone="primary" disabled={folder === '' || chosen.size === 0 || busy}>
          {t('exporting.write')}
        </Button>
      </form>
      <section className={controls.field}>
        <p className={controls.hint}>{t('exporting.subsetText')}</p>
        <Button onClick={() => setView('curate')}>{t('exporting.subset')}</Button>
      </section>
    </>
  );
}

/** Labels of the open file as a download, of this or all files into a folder, and the way to a curated subset. */
export function ExportPopover({ trigger }: { trigger: ReactElement }): ReactElement {
  const { t } = useTranslation();
  const open = useAppStore((state) => state.overlay === 'export');
  const openOverlay = useAppStore((state) => state.openOverlay);
  const closeOverlay = useAppStore((state) => state.closeOverlay);
  return (
    <Popover
      open={open}
      onOpenChange={(next) => (next ? openOverlay('export') : closeOverlay())}
      title={t('exporting.title')}
      trigger={trigger}
    >
      <ExportForm />
    </Popover>
  );
}
