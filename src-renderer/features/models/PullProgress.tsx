import { X } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelInfo } from '#shared/api/contract.ts';
import { useAppStore } from '../../state/app-store.ts';
import { Bar, Button } from '../../ui/controls.tsx';
import { fileSize, roughTime } from '../../ui/format.ts';
import styles from './ModelsView.module.css';

/** How far the getting of a model is, in words and as a bar. */
export function PullProgress({ model }: { model: ModelInfo }): ReactElement {
  const { t } = useTranslation();
  const api = useAppStore((state) => state.api);
  const report = useAppStore((state) => state.report);
  const { state, doneBytes, totalBytes, etaSec } = model.pull!;
  const words =
    state === 'running'
      ? totalBytes === null
        ? t('models.runningUnknown', { done: fileSize(doneBytes) })
        : t('models.running', { done: fileSize(doneBytes), total: fileSize(totalBytes) })
      : t(state === 'queued' ? 'models.queued' : 'models.checking');
  const share = state === 'checking' ? 1 : totalBytes ? Math.min(1, doneBytes / totalBytes) : 0;
  return (
    <div className={styles.progress}>
      <div>
        <Bar wide progress share={share} label={t('models.progress', { name: model.id })} />
        <small>
          {words}
          {etaSec !== null && ` · ${t('models.eta', { time: roughTime(etaSec) })}`}
        </small>
      </div>
      <Button
        tone="quiet"
        icon
        aria-label={t('models.cancelPull', { name: model.id })}
        onClick={() => api?.call('models.cancelPull', { id: model.id }).catch(report)}
      >
        <X size={14} aria-hidden />
      </Button>
    </div>
  );
}
