import { Database } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelInfo } from '#shared/api/contract.ts';
import { useAppStore } from '../../state/app-store.ts';
import { loadModels, useModels } from '../../state/models-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { Bar, Button, Empty, MiddleText, classes, controls } from '../../ui/controls.tsx';
import { fileSize } from '../../ui/format.ts';
import view from '../../ui/View.module.css';
import { AddModelDialog, MirrorDialog, RemoveModelDialog } from './ModelDialogs.tsx';
import { ModelRow } from './ModelRow.tsx';
import styles from './ModelsView.module.css';
import { PullDialog } from './PullDialog.tsx';
import { SystemsCard } from './SystemsCard.tsx';
import { useVerify } from './use-verify.ts';

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

/** Where models are taken from: their authors, or a folder instead of the network. */
function MirrorCard(): ReactElement {
  const { t } = useTranslation();
  const mirror = useAppStore((state) => state.settings.modelMirror);
  const save = useAppStore((state) => state.saveSettings);
  const ask = useModels((state) => state.ask);
  return (
    <section className={classes(view.card, styles.mirror)}>
      <div className={controls.grow}>
        <h2>{t('models.mirror')}</h2>
        <p className={controls.hint}>{t(mirror === null ? 'models.mirrorText' : 'models.mirrorIs')}</p>
        {mirror !== null && <MiddleText text={mirror} keep={24} />}
      </div>
      {mirror !== null && <Button onClick={() => void save({ modelMirror: null })}>{t('models.mirrorUnset')}</Button>}
      <Button onClick={() => ask({ kind: 'mirror' })}>{t('models.mirrorChoose')}</Button>
    </section>
  );
}

function QuestionDialog({ models }: { models: readonly ModelInfo[] }): ReactElement | null {
  const question = useModels((state) => state.question);
  if (question === null) return null;
  if (question.kind === 'pull') return <PullDialog ids={question.ids} />;
  if (question.kind === 'mirror') return <MirrorDialog />;
  const model = models.find(({ id }) => id === question.id);
  if (!model) return null;
  return question.kind === 'add' ? <AddModelDialog model={model} /> : <RemoveModelDialog model={model} />;
}

const isHere = (model: ModelInfo): boolean => model.bundled || model.installed || model.damaged;
const filters = { all: () => true, here: isHere, absent: (model: ModelInfo) => !isHere(model) };

/** Models and systems: what is there, where it comes from, under which licence; getting, checking, removing and adding. */
export function ModelsView(): ReactElement {
  const { t } = useTranslation();
  const api = useAppStore((state) => state.api);
  const report = useAppStore((state) => state.report);
  const systems = useAppStore((state) => state.systems);
  const models = useModels((state) => state.models);
  const say = useReviewStore((state) => state.say);
  const [listed, setListed] = useState<'models' | 'systems'>('models');
  const [filter, setFilter] = useState<keyof typeof filters>('all');
  const { checks, share, start, cancel } = useVerify();
  useEffect(() => {
    if (api) loadModels(api).catch(report);
    return () => useModels.getState().ask(null);
  }, [api, report]);
  const verifyAll = async (): Promise<void> => {
    const found = await start(null);
    if (!found) return;
    const wrong = found.filter(({ state }) => state === 'wrong').length;
    say(
      wrong === 0
        ? t('models.allRight', { count: found.length })
        : t('models.someWrong', { count: wrong, of: found.length }),
      wrong === 0 ? undefined : 'problem',
    );
  };
  const shown = models?.filter(filters[filter]) ?? [];
  const choice = (value: keyof typeof filters, label: 'showAll' | 'showHere' | 'showAbsent'): ReactElement => (
    <button type="button" role="radio" aria-checked={filter === value} onClick={() => setFilter(value)}>
      {t(`models.${label}`, { count: models?.filter(filters[value]).length ?? 0 })}
    </button>
  );
  return (
    <div className={view.view} tabIndex={0}>
      <div className={classes(view.page, styles.page)}>
        <header>
          <div>
            <h1>{t('models.title')}</h1>
            <p>{t('models.text')}</p>
            {models !== null && <p>{t('models.diskUse', diskUse(models))}</p>}
          </div>
          <div className={controls.segmented} role="radiogroup" aria-label={t('models.view')}>
            {(['models', 'systems'] as const).map((one) => (
              <button key={one} type="button" role="radio" aria-checked={listed === one} onClick={() => setListed(one)}>
                {one === 'models'
                  ? t('models.viewModels', { count: models?.length ?? 0 })
                  : t('models.viewSystems', { count: systems.length })}
              </button>
            ))}
          </div>
        </header>
        {listed === 'systems' && <SystemsCard systems={systems} />}
        {listed === 'models' && <MirrorCard />}
        {listed === 'models' && models?.length === 0 && (
          <Empty icon={<Database size={36} aria-hidden />} title={t('models.none')} text={t('models.noneText')} />
        )}
        {listed === 'models' && models !== null && models.length > 0 && (
          <section className={styles.listed} aria-label={t('models.title')}>
            <div className={styles.tools}>
              <div className={controls.segmented} role="radiogroup" aria-label={t('models.show')}>
                {choice('all', 'showAll')}
                {choice('here', 'showHere')}
                {choice('absent', 'showAbsent')}
              </div>
              <span className={controls.grow} />
              {share === null ? (
                <Button onClick={() => void verifyAll()}>{t('models.verifyAll')}</Button>
              ) : (
                <>
                  <Bar progress share={share} label={t('models.verifying')} />
                  <Button onClick={cancel}>{t('app.cancel')}</Button>
                </>
              )}
            </div>
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
                  {shown.map((model) => (
                    <ModelRow
                      key={model.id}
                      model={model}
                      check={checks.get(model.id)}
                      verifying={share !== null}
                      onVerify={() => void start([model.id])}
                    />
                  ))}
                </tbody>
              </table>
              {shown.length === 0 && <p className={styles.noneShown}>{t('models.noneShown')}</p>}
            </div>
          </section>
        )}
      </div>
      {models !== null && <QuestionDialog models={models} />}
    </div>
  );
}
