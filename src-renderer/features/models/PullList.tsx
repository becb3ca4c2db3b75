import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { isPulling, useModels } from '../../state/models-store.ts';
import { MiddleText } from '../../ui/controls.tsx';
import styles from './ModelsView.module.css';
import { PullProgress } from './PullProgress.tsx';

/** Models that are being fetched, wherever one is in the app. */
export function PullList(): ReactElement | null {
  const { t } = useTranslation();
  const pulling = useModels((state) => state.models)?.filter(isPulling) ?? [];
  if (pulling.length === 0) return null;
  return (
    <ul aria-label={t('models.pulling')} className={styles.pulls}>
      {pulling.map((model) => (
        <li key={model.id}>
          <MiddleText text={model.id} />
          <PullProgress model={model} />
        </li>
      ))}
    </ul>
  );
}
