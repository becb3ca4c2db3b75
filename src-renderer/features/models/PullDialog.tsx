import { TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { PullOffer } from '#shared/api/contract.ts';
import { toErrorData } from '#shared/api/errors.ts';
import type { AppErrorData } from '#shared/api/errors.ts';
import { useAppStore } from '../../state/app-store.ts';
import { useModels } from '../../state/models-store.ts';
import { Button } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { fileSize } from '../../ui/format.ts';
import styles from './PullDialog.module.css';

type Offered = PullOffer['models'][number];

function OfferedModel({ model }: { model: Offered }): ReactElement {
  const { t } = useTranslation();
  const size = model.sizeBytes === null ? t('models.unknown') : fileSize(model.sizeBytes);
  return (
    <li className={styles.model}>
      <h3>
        {model.id} <small>{model.stage}</small>
      </h3>
      <dl className={styles.facts}>
        <dt>{t('models.licence')}</dt>
        <dd>
          {model.licence}
          {model.nonCommercial && <span className={styles.tag}>{t('models.nonCommercial')}</span>}
        </dd>
        <dt>{t('models.bytes')}</dt>
        <dd>{model.partBytes > 0 ? t('models.bytesResume', { size, part: fileSize(model.partBytes) }) : size}</dd>
        <dt>{t('models.from')}</dt>
        <dd className={styles.place}>{model.from}</dd>
        {model.source !== null && (
          <>
            <dt>{t('models.authors')}</dt>
            <dd className={styles.place}>
              <a href={model.source} target="_blank" rel="noreferrer">
                {model.source}
              </a>
            </dd>
          </>
        )}
        <dt>{t('models.goesTo')}</dt>
        <dd className={styles.place}>{model.file}</dd>
      </dl>
      {model.licenceTexts.map(({ name, text }) => (
        <details key={name} className={styles.text}>
          <summary>{t('models.licenceText', { name })}</summary>
          <pre tabIndex={0}>{text}</pre>
        </details>
      ))}
    </li>
  );
}

/** What getting these models means, before anything is fetched: licence, size, source, place and room. */
export function PullDialog({ ids }: { ids: readonly string[] }): ReactElement {
  const { t } = useTranslation();
  const api = useAppStore((state) => state.api);
  const ask = useModels((state) => state.ask);
  const [offer, setOffer] = useState<PullOffer | null>(null);
  const [error, setError] = useState<AppErrorData | null>(null);
  const key = ids.join(' ');
  useEffect(() => {
    let current = true;
    api?.call('models.offer', { ids: key.split(' ') }).then(
      (found) => current && setOffer(found),
      (thrown: unknown) => current && setError(toErrorData(thrown)),
    );
    return () => {
      current = false;
    };
  }, [api, key]);
  const offered = offer?.models.filter((model) => model.problem === null) ?? [];
  const refused = offer?.models.filter((model) => model.problem !== null) ?? [];
  const forbidding = offered.filter((model) => model.nonCommercial);
  const isSizeKnown = offered.every((model) => model.sizeBytes !== null);
  const needBytes = offered.reduce((sum, model) => sum + Math.max(0, (model.sizeBytes ?? 0) - model.partBytes), 0);
  const hasRoom = offer?.freeBytes == null || offer.freeBytes > needBytes;
  const need = `${isSizeKnown ? '' : '≥ '}${fileSize(needBytes)}`;
  const free = fileSize(offer?.freeBytes ?? 0);
  const pull = (): void => {
    api?.call('models.pull', { ids: offered.map(({ id }) => id), agreed: true }).then(
      () => ask(null),
      (thrown: unknown) => setError(toErrorData(thrown)),
    );
  };
  const single = ids.length === 1 ? ids[0]! : null;
  return (
    <Dialog
      title={t(offer && offered.length === 0 ? 'models.pullCannot' : 'models.pullTitle', { count: ids.length })}
      onClose={() => ask(null)}
      className={styles.dialog}
      actions={
        offered.length > 0 ? (
          <>
            <p className={styles.room}>
              <span className={styles.folder} title={offer?.folder}>
                {t('models.folder', { need, folder: offer?.folder ?? '' })}
              </span>
              {offer?.freeBytes != null && <span>{t('models.free', { free })}</span>}
            </p>
            <Button tone="primary" data-autofocus disabled={!hasRoom} onClick={pull}>
              {needBytes > 0 ? t('models.pullDo', { size: need }) : t('models.pullDoUnknown')}
            </Button>
          </>
        ) : undefined
      }
    >
      {error && (
        <ErrorBox error={error}>
          <Button onClick={() => ask({ kind: 'mirror' })}>{t('models.mirrorChoose')}</Button>
        </ErrorBox>
      )}
      {!offer && !error && <p role="status">{t('models.asking')}</p>}
      {forbidding.length > 0 && (
        <div className={styles.warning} role="note">
          <TriangleAlert size={18} aria-hidden />
          <div>
            <strong>{t('models.ncTitle')}</strong>
            <p>{t('models.ncText', { models: forbidding.map(({ id }) => id).join(', ') })}</p>
          </div>
        </div>
      )}
      {!hasRoom && (
        <div className={styles.warning} role="alert">
          <TriangleAlert size={18} aria-hidden />
          <p>{t('models.noRoom', { need, free })}</p>
        </div>
      )}
      {offered.length > 0 && (
        <ul className={styles.list}>
          {offered.map((model) => (
            <OfferedModel key={model.id} model={model} />
          ))}
        </ul>
      )}
      {refused.length > 0 && offered.length > 0 && <p>{t('models.cannot', { count: refused.length })}</p>}
      {refused.map((model) => (
        <ErrorBox key={model.id} error={model.problem!}>
          <Button onClick={() => ask({ kind: 'add', id: model.id })}>
            {single === null ? `${t('models.addFile')} (${model.id})` : t('models.addFile')}
          </Button>
          <Button onClick={() => ask({ kind: 'mirror' })}>{t('models.mirrorChoose')}</Button>
        </ErrorBox>
      ))}
    </Dialog>
  );
}
