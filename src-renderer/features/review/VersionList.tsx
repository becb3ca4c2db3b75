import { FileInput } from 'lucide-react';
import { useRef } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { HypothesisInfo, Provenance } from '#shared/domain/hypothesis.ts';
import { useAppStore } from '../../state/app-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { Button, MiddleText, Tooltip } from '../../ui/controls.tsx';
import { MoreMenu } from '../../ui/Menu.tsx';
import styles from './Inspector.module.css';

function How({ provenance }: { provenance: Provenance }): ReactElement {
  const { t } = useTranslation();
  const rows: [string, string][] = [
    [t('versions.system'), `${provenance.systemId} ${provenance.systemVersion}`],
    [t('versions.provider'), provenance.provider],
    [t('versions.decoder'), provenance.decoder],
    [t('versions.models'), provenance.models.map(({ id, sha256 }) => `${id} ${sha256.slice(0, 12)}`).join('\n')],
    [
      t('versions.params'),
      Object.entries(provenance.params)
        .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
        .join('\n'),
    ],
    [
      t('versions.stages'),
      provenance.stages
        .map((stage) => `${stage.id} ${stage.fromCache ? t('versions.cached') : `${stage.wallSec.toFixed(1)} s`}`)
        .join('\n'),
    ],
  ];
  return (
    <details className={styles.how}>
      <summary>{t('versions.how')}</summary>
      <dl>
        {rows
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name} className={styles.howRow}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </details>
  );
}

function Version({ info }: { info: HypothesisInfo }): ReactElement {
  const { t, i18n } = useTranslation();
  const api = useReviewStore((state) => state.api);
  const apply = useReviewStore((state) => state.apply);
  const readOnly = useReviewStore((state) => state.readOnlyReason !== null);
  const refresh = useReviewStore((state) => state.refreshHypotheses);
  const report = useAppStore((state) => state.report);
  const inUse = useReviewStore((state) => state.segments.some((segment) => segment.hypothesisId === info.id));
  const remove = (): void => {
    api.call('hypothesis.remove', { hypothesisId: info.id }).then(refresh, report).catch(report);
  };
  const made = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'short', timeStyle: 'short' }).format(
    info.createdMs,
  );
  return (
    <li className={styles.version}>
      <header>
        <b>
          <MiddleText text={info.label} keep={11} />
        </b>
        <Tooltip content={t('versions.adoptHint')}>
          <Button
            disabled={readOnly}
            aria-label={t('versions.adoptThis', { name: info.label })}
            onClick={() => void apply({ op: 'hypothesis.adopt', hypothesisId: info.id })}
          >
            {t('versions.adopt')}
          </Button>
        </Tooltip>
        <MoreMenu
          label={t('versions.more', { name: info.label })}
          items={[{ label: t('versions.remove'), danger: true, disabled: readOnly, onSelect: remove }]}
        />
      </header>
      <small>
        {t('versions.counts', { speakers: info.speakerCount, segments: info.segmentCount })} ·{' '}
        {info.origin === 'import' ? t('versions.imported') : made}
        {inUse && ` · ${t('versions.inUse')}`}
      </small>
      {info.warnings.map((warning) => (
        <small key={warning}>{warning}</small>
      ))}
      {info.provenance && <How provenance={info.provenance} />}
    </li>
  );
}

/** Every system's answer on this file, never overwritten; and RTTM files brought in as further lanes. */
export function VersionList(): ReactElement {
  const { t } = useTranslation();
  const lanes = useReviewStore((state) => state.hypotheses);
  const mediaId = useReviewStore((state) => state.media?.id);
  const api = useReviewStore((state) => state.api);
  const readOnly = useReviewStore((state) => state.readOnlyReason !== null);
  const refresh = useReviewStore((state) => state.refreshHypotheses);
  const report = useAppStore((state) => state.report);
  const input = useRef<HTMLInputElement>(null);
  const importFile = async (file: File): Promise<void> => {
    if (mediaId === undefined) return;
    try {
      await api.call('hypothesis.import', { mediaId, fileName: file.name, text: await file.text() });
      await refresh();
    } catch (thrown) {
      report(thrown);
    }
  };
  return (
    <>
      {lanes.length === 0 && <p className={styles.none}>{t('versions.none')}</p>}
      <ul>
        {lanes.map((lane) => (
          <Version key={lane.info.id} info={lane.info} />
        ))}
      </ul>
      <div className={styles.foot}>
        <Button disabled={readOnly} onClick={() => input.current?.click()}>
          <FileInput size={14} aria-hidden /> {t('versions.import')}
        </Button>
        <input
          ref={input}
          type="file"
          accept=".rttm,.txt"
          hidden
          data-testid="import-rttm"
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            if (file) void importFile(file);
            event.target.value = '';
          }}
        />
      </div>
    </>
  );
}
