import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SystemInfo } from '#shared/api/contract.ts';
import { AUTO_SYSTEM } from '#shared/engine/systems.ts';
import { useModels } from '../../state/models-store.ts';
import { Button, controls } from '../../ui/controls.tsx';
import view from '../../ui/View.module.css';
import styles from './ModelsView.module.css';

function pictureUse({ id, needsVideo }: SystemInfo): 'video' | 'sound' | 'either' {
  if (id === AUTO_SYSTEM.id) return 'either';
  return needsVideo ? 'video' : 'sound';
}

/** Which systems there are, what each lacks, and the way to it. */
export function SystemsCard({ systems }: { systems: readonly SystemInfo[] }): ReactElement {
  const { t } = useTranslation();
  const ask = useModels((state) => state.ask);
  const offer = (label: string, ids: readonly string[]): ReactElement => (
    <Button tone="link" onClick={() => ask({ kind: 'pull', ids })}>
      {t(`models.${label === '' ? 'getHelpful' : 'getNeeded'}`)}
      <span className="visually-hidden">{label}</span>
    </Button>
  );
  return (
    <section className={view.card}>
      <h2>{t('models.systems')}</h2>
      <ul className={styles.systems}>
        {systems.map((system) => (
          <li key={system.id}>
            <b>{system.label}</b>
            <span className={controls.hint}>
              {system.version} · {t(`models.${pictureUse(system)}`)} ·{' '}
              {system.missingModels.length === 0
                ? t('models.ready')
                : t('models.needs', { models: system.missingModels.join(', ') })}
            </span>
            {system.missingModels.length > 0 && (
              <span className={styles.get}>{offer(system.label, system.missingModels)}</span>
            )}
            <p>{system.description}</p>
            {system.missingOptionalModels.length > 0 && (
              <details className={styles.better}>
                <summary>{t('models.betterWith', { count: system.missingOptionalModels.length })}</summary>
                {system.missingOptionalModels.join(', ')} · {offer('', system.missingOptionalModels)}
              </details>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
