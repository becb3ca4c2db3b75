import { Database } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelInfo, SystemInfo } from '#shared/api/contract.ts';
import { AUTO_SYSTEM } from '#shared/engine/systems.ts';
import { useAppStore } from '../../state/app-store.ts';
import { Empty, classes, controls } from '../../ui/controls.tsx';
import { fileSize } from '../../ui/format.ts';
import view from '../../ui/View.module.css';
import styles from './ModelsView.module.css';

/** `Diarist audio, Diarist AV + 3`. */
function fewOf(labels: readonly string[]): string {
  const shown = labels.slice(0, 2).join(', ');
  return labels.length > 2 ? `${shown} + ${labels.length - 2}` : shown;
}

function pictureUse({ id, needsVideo }: SystemInfo): 'video' | 'sound' | 'either' {
  if (id === AUTO_SYSTEM.id) return 'either';
  return needsVideo ? 'video' : 'sound';
}

function ModelRow({ model }: { model: ModelInfo }): ReactElement {
  const { t } = useTranslation();
  const state = model.bundled ? 'bundled' : model.installed ? 'installed' : 'absent';
  return (
    <tr>
      <td>
        <span className={styles.id} title={`sha256 ${model.sha256}`}>
          {model.id}
        </span>
        <span className={styles.source} title={model.source}>
          {model.source}
        </span>
      </td>
      <td>{model.stage}</td>
      <td>
        <span title={model.neededBy.join(', ')}>{fewOf(model.neededBy)}</span>
        {model.helps.length > 0 && (
          <span className={styles.helps} title={model.helps.join(', ')}>
            {t('models.helps', { systems: fewOf(model.helps) })}
          </span>
        )}
        {model.neededBy.length + model.helps.length === 0 && '–'}
      </td>
      <td>
        {model.licence}
        {model.nonCommercial && <span className={styles.tag}>{t('models.nonCommercial')}</span>}
      </td>
      <td className={view.num}>{model.sizeBytes > 0 ? fileSize(model.sizeBytes) : '–'}</td>
      <td>
        {t(`models.${state}`)}
        {state === 'absent' && (
          <span className={styles.pull}>
            {t('models.pull')} <code>npx diarist models pull {model.id}</code>
          </span>
        )}
      </td>
    </tr>
  );
}

/** What lies on the disk: with the app, and added by the person. */
function diskUse(models: readonly ModelInfo[]): Record<string, string | number> {
  const total = (some: readonly ModelInfo[]): string =>
    fileSize(some.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  const bundled = models.filter((model) => model.bundled);
  const added = models.filter((model) => model.installed && !model.bundled);
  return {
    bundled: bundled.length,
    bundledSize: total(bundled),
    added: added.length,
    addedSize: total(added),
    absent: models.length - bundled.length - added.length,
  };
}

/** Models and systems: what is there, where it comes from, under which licence. */
export function ModelsView(): ReactElement {
  const { t } = useTranslation();
  const api = useAppStore((state) => state.api);
  const report = useAppStore((state) => state.report);
  const systems = useAppStore((state) => state.systems);
  const [models, setModels] = useState<readonly ModelInfo[] | null>(null);
  useEffect(() => {
    api?.call('models.list', {}).then(setModels, report);
  }, [api, report]);
  return (
    // Nothing in it takes the focus, so that it must itself to be scrolled by keys.
    <div className={view.view} tabIndex={0}>
      <div className={view.page}>
        <header>
          <div>
            <h1>{t('models.title')}</h1>
            <p>{t('models.text')}</p>
            {models !== null && <p>{t('models.diskUse', diskUse(models))}</p>}
          </div>
        </header>
        {systems.length > 0 && (
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
                  <p>{system.description}</p>
                  {system.missingOptionalModels.length > 0 && (
                    <details className={styles.better}>
                      <summary>{t('models.betterWith', { count: system.missingOptionalModels.length })}</summary>
                      {system.missingOptionalModels.join(', ')}
                    </details>
                  )}
                </li>
              ))}
            </ul>
          </section>
        )}
        {models?.length === 0 && (
          <Empty icon={<Database size={36} aria-hidden />} title={t('models.none')} text={t('models.noneText')} />
        )}
        {models !== null && models.length > 0 && (
          <div className={classes(view.framed, styles.frame)}>
            <table className={classes(view.table, styles.models)}>
              <thead>
                <tr>
                  <th scope="col">{t('models.id')}</th>
                  <th scope="col">{t('models.stage')}</th>
                  <th scope="col">{t('models.usedBy')}</th>
                  <th scope="col">{t('models.licence')}</th>
                  <th scope="col" className={view.num}>
                    {t('models.size')}
                  </th>
                  <th scope="col">{t('models.state')}</th>
                </tr>
              </thead>
              <tbody>
                {models.map((model) => (
                  <ModelRow key={model.id} model={model} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </div>
  );
}
