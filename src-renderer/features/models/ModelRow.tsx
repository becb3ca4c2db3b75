import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelCheck, ModelInfo } from '#shared/api/contract.ts';
import { optionFor } from '#shared/engine/system-variants.ts';
import { useAppStore } from '../../state/app-store.ts';
import { isPulling, useModels } from '../../state/models-store.ts';
import { Button } from '../../ui/controls.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { fileSize } from '../../ui/format.ts';
import { MoreMenu } from '../../ui/Menu.tsx';
import type { MenuItem } from '../../ui/Menu.tsx';
import view from '../../ui/View.module.css';
import styles from './ModelsView.module.css';
import { PullProgress } from './PullProgress.tsx';

/** `Diarist audio, Diarist AV + 3`. */
function fewOf(labels: readonly string[]): string {
  const shown = labels.slice(0, 2).join(', ');
  return labels.length > 2 ? `${shown} + ${labels.length - 2}` : shown;
}

export interface ModelRowProps {
  model: ModelInfo;
  /** What the last verification found; undefined = none was made. */
  check: ModelCheck | undefined;
  onVerify: () => void;
  /** true while files are read. */
  verifying: boolean;
}

/** A model, what is known of it and what can be done; under it what went wrong with it. */
export function ModelRow({ model, check, onVerify, verifying }: ModelRowProps): ReactElement {
  const { t } = useTranslation();
  const ask = useModels((state) => state.ask);
  const mirror = useAppStore((state) => state.settings.modelMirror);
  const { id, bundled, installed, hasAddress, partBytes } = model;
  const option = optionFor(id);
  const damaged = model.damaged || check?.state === 'wrong';
  const state = damaged ? 'damaged' : bundled ? 'bundled' : installed ? 'installed' : 'absent';
  const canPull = !bundled && (hasAddress || mirror !== null);
  const pull = (): void => ask({ kind: 'pull', ids: [id] });
  const add = (): void => ask({ kind: 'add', id });
  const items: MenuItem[] = [
    ...(bundled || installed || damaged
      ? [{ label: t('models.verify'), onSelect: onVerify, disabled: verifying }]
      : []),
    ...(bundled ? [] : [{ label: t('models.addFile'), onSelect: add }]),
    ...(model.removable
      ? [{ label: t('models.remove'), onSelect: () => ask({ kind: 'remove', id }), danger: true }]
      : []),
  ];
  const problem = (model.pull?.state === 'failed' && model.pull.error) || check?.error || null;
  return (
    <>
      <tr data-model={id} className={problem ? styles.failing : undefined}>
        <td>
          <span className={styles.id} title={model.sha256 === '' ? id : `sha256 ${model.sha256}`}>
            {id}
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
          {option !== null && <code className={styles.helps}>{option}</code>}
          {model.neededBy.length + model.helps.length === 0 && option === null && '–'}
        </td>
        <td>
          <span className={styles.licence}>
            {model.licence}
            {model.nonCommercial && <span className={styles.tag}>{t('models.nonCommercial')}</span>}
          </span>
        </td>
        <td className={view.num}>{model.sizeBytes > 0 ? fileSize(model.sizeBytes) : '–'}</td>
        <td>
          {isPulling(model) ? (
            <PullProgress model={model} />
          ) : (
            <div className={styles.state}>
              <div className={styles.words}>
                {(state !== 'absent' || !(canPull || items.length > 0)) && (
                  <span data-state={state}>{t(`models.${state}`)}</span>
                )}
                {!bundled &&
                  (state === 'absent' || state === 'damaged') &&
                  (canPull ? (
                    <Button onClick={pull}>
                      {t(damaged ? 'models.again' : partBytes > 0 ? 'models.resume' : 'models.pull')}
                      <span className="visually-hidden">{id}</span>
                    </Button>
                  ) : (
                    <Button tone="quiet" className={styles.add} onClick={add}>
                      {t('models.addFile')}
                      <span className="visually-hidden">{id}</span>
                    </Button>
                  ))}
                {partBytes > 0 && !installed && (
                  <small>
                    {t('models.partHere', {
                      part: fileSize(partBytes),
                      size: model.sizeBytes > 0 ? fileSize(model.sizeBytes) : '?',
                    })}
                  </small>
                )}
                {check?.error === null && (
                  <small data-check={check.state} title={check.sha256 ?? ''}>
                    {t(check.state === 'right' ? 'models.right' : 'models.unlisted')}
                  </small>
                )}
              </div>
              {items.length > 0 && <MoreMenu label={t('models.more', { name: id })} items={items} />}
            </div>
          )}
        </td>
      </tr>
      {problem && !isPulling(model) && (
        <tr>
          <td colSpan={6}>
            <ErrorBox error={problem}>
              {canPull && <Button onClick={pull}>{t(damaged ? 'models.again' : 'models.tryAgain')}</Button>}
              {!bundled && <Button onClick={add}>{t('models.addFile')}</Button>}
              {!bundled && <Button onClick={() => ask({ kind: 'mirror' })}>{t('models.mirrorChoose')}</Button>}
            </ErrorBox>
          </td>
        </tr>
      )}
    </>
  );
}
