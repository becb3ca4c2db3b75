import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelInfo } from '#shared/api/contract.ts';
import { toErrorData } from '#shared/api/errors.ts';
import type { AppErrorData } from '#shared/api/errors.ts';
import { useAppStore } from '../../state/app-store.ts';
import { useModels } from '../../state/models-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { Button, controls } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { fileSize } from '../../ui/format.ts';
import { FolderBrowser } from '../library/FolderBrowser.tsx';
import { useFilePicker } from '../library/use-file-picker.ts';

/** One call that ends the dialog, or says in it why it could not be done. */
function useDeed(): {
  error: AppErrorData | null;
  busy: boolean;
  run: (work: () => Promise<unknown>, words: string | null) => void;
} {
  const ask = useModels((state) => state.ask);
  const say = useReviewStore((state) => state.say);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<AppErrorData | null>(null);
  const run = (work: () => Promise<unknown>, words: string | null): void => {
    setBusy(true);
    setError(null);
    work().then(
      () => {
        if (words !== null) say(words);
        ask(null);
      },
      (thrown: unknown) => {
        setBusy(false);
        setError(toErrorData(thrown));
      },
    );
  };
  return { error, busy, run };
}

/** A person's own ONNX file into the slot of a model. */
export function AddModelDialog({ model }: { model: ModelInfo }): ReactElement {
  const { t } = useTranslation();
  const api = useAppStore((state) => state.api);
  const ask = useModels((state) => state.ask);
  const { ticked, browser } = useFilePicker('models.folder', { single: true });
  const { error, busy, run } = useDeed();
  const [file] = ticked;
  return (
    <Dialog
      title={t('models.addTitle', { name: model.id })}
      onClose={() => ask(null)}
      actions={
        <Button
          tone="primary"
          disabled={file === undefined || busy}
          onClick={() =>
            api &&
            run(() => api.call('models.add', { id: model.id, file: file! }), t('models.added', { name: model.id }))
          }
        >
          {file === undefined ? t('models.addNone') : t('models.addDo', { name: file.split(/[\\/]/u).at(-1) })}
        </Button>
      }
    >
      <p className={controls.hint}>{t('models.addText', { takes: model.takes })}</p>
      {error && <ErrorBox error={error} />}
      <FolderBrowser {...browser} fileKind="model" />
    </Dialog>
  );
}

/** Deletes a file: asked first, because only fetching it again brings it back. */
export function RemoveModelDialog({ model }: { model: ModelInfo }): ReactElement {
  const { t } = useTranslation();
  const api = useAppStore((state) => state.api);
  const ask = useModels((state) => state.ask);
  const { error, busy, run } = useDeed();
  return (
    <Dialog
      title={t('models.removeTitle', { name: model.id })}
      onClose={() => ask(null)}
      actions={
        <>
          <Button data-autofocus onClick={() => ask(null)}>
            {t('models.keep')}
          </Button>
          <Button
            tone="danger"
            disabled={busy}
            onClick={() =>
              api && run(() => api.call('models.remove', { id: model.id }), t('models.removed', { name: model.id }))
            }
          >
            {t('models.removeDo')}
          </Button>
        </>
      }
    >
      <p>{t('models.removeText', { size: fileSize(model.sizeBytes) })}</p>
      {model.neededBy.length > 0 && <p>{t('models.removeNeeded', { systems: model.neededBy.join(', ') })}</p>}
      {error && <ErrorBox error={error} />}
    </Dialog>
  );
}

/** The folder that takes the place of the network. */
export function MirrorDialog(): ReactElement {
  const { t } = useTranslation();
  const api = useAppStore((state) => state.api);
  const set = useAppStore((state) => state.settings.modelMirror);
  const ask = useModels((state) => state.ask);
  const { error, busy, run } = useDeed();
  const [folder, setFolder] = useState('');
  const use = async (): Promise<void> => {
    if (api) useAppStore.setState({ settings: await api.call('settings.set', { modelMirror: folder }) });
  };
  return (
    <Dialog
      title={t('models.mirrorField')}
      onClose={() => ask(null)}
      actions={
        <>
          <span className={`${controls.grow} ${controls.hint}`}>{folder}</span>
          <Button tone="primary" disabled={folder === '' || busy} onClick={() => run(use, null)}>
            {t('models.mirrorUse')}
          </Button>
        </>
      }
    >
      <p className={controls.hint}>{t('models.mirrorText')}</p>
      {error && <ErrorBox error={error} />}
      <FolderBrowser start={set} onFolder={setFolder} />
    </Dialog>
  );
}
