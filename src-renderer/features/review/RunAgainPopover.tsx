import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SystemInfo } from '#shared/api/contract.ts';
import { useAppStore } from '../../state/app-store.ts';
import { askInModelsView } from '../../state/models-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { Button, Popover, controls } from '../../ui/controls.tsx';
import styles from './RunAgainPopover.module.css';

type CountMode = 'auto' | 'exact' | 'between';

const asCount = (text: string): number => Math.min(100, Math.max(1, Math.round(Number(text)) || 1));

function RunForm({ systems, onDone }: { systems: readonly SystemInfo[]; onDone: () => void }): ReactElement {
  const { t } = useTranslation();
  const api = useAppStore((state) => state.api);
  const report = useAppStore((state) => state.report);
  const putJob = useAppStore((state) => state.putJob);
  const adoptWhenDone = useAppStore((state) => state.adoptWhenDone);
  const mediaId = useReviewStore((state) => state.media?.id);
  const found = useReviewStore((state) => state.speakers.length);
  const [systemId, setSystemId] = useState(
    (systems.find((system) => system.missingModels.length === 0) ?? systems[0])?.id ?? '',
  );
  const forCount = useAppStore((state) => state.overlay === 'set-count');
  const untouched = useReviewStore((state) => state.segments.every(({ origin }) => origin !== 'human'));
  const [atOnce, setAtOnce] = useState(forCount && untouched);
  const [mode, setMode] = useState<CountMode>(forCount ? 'exact' : 'auto');
  const [exact, setExact] = useState(Math.max(1, found));
  const [range, setRange] = useState({ min: 2, max: Math.max(4, found) });
  const [params, setParams] = useState<Record<string, number>>({});
  const system = systems.find((one) => one.id === systemId);
  const missing = system?.missingModels ?? [];
  const numeric = system?.params.filter((param) => typeof param.default === 'number') ?? [];

  const start = async (): Promise<void> => {
    if (!api || mediaId === undefined) return;
    const speakers =
      mode === 'auto'
        ? null
        : mode === 'exact'
          ? { min: exact, max: exact }
          : { min: Math.min(range.min, range.max), max: Math.max(range.min, range.max) };
    onDone();
    try {
      const job = await api.call('jobs.start', { mediaId, systemId, speakers, params });
      if (atOnce) adoptWhenDone(job.id);
      putJob(job);
    } catch (thrown) {
      report(thrown);
    }
  };

  const number = (value: number, onValue: (value: number) => void, label: string): ReactElement => (
    <input
      className={controls.input}
      type="number"
      min={1}
      max={100}
      value={value}
      aria-label={label}
      data-autofocus={forCount || undefined}
      onFocus={(event) => event.target.select()}
      onChange={(event) => onValue(asCount(event.target.value))}
    />
  );
  const choice = (value: CountMode, label: string): ReactElement => (
    <label className={controls.check}>
      <input type="radio" name="count" checked={mode === value} onChange={() => setMode(value)} />
      {label}
    </label>
  );

  return (
    <form
      className={controls.form}
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <label className={controls.field}>
        <span>{t('run.system')}</span>
        <select className={controls.select} value={systemId} onChange={(event) => setSystemId(event.target.value)}>
          {systems.map((one) => (
            <option key={one.id} value={one.id}>
              {one.label}
            </option>
          ))}
        </select>
      </label>
      {system && <p className={controls.hint}>{system.description}</p>}
      {missing.length > 0 && (
        <p className={controls.danger}>
          {t('run.missingModels', { models: missing.join(', ') })}{' '}
          <Button tone="link" onClick={() => askInModelsView({ kind: 'pull', ids: missing })}>
            {t('models.getNeeded')}
          </Button>
        </p>
      )}
      <fieldset className={controls.plainFieldset}>
        <legend className={controls.hint}>{t('run.speakers')}</legend>
        {choice('auto', t('run.auto'))}
        <div className={styles.count}>
          {choice('exact', t('run.exact'))}
          {mode === 'exact' && number(exact, setExact, t('run.exact'))}
        </div>
        <div className={styles.count}>
          {choice('between', t('run.between'))}
          {mode === 'between' && (
            <>
              {number(range.min, (min) => setRange({ ...range, min }), t('run.between'))}
              {t('run.and')}
              {number(range.max, (max) => setRange({ ...range, max }), t('run.and'))}
            </>
          )}
        </div>
      </fieldset>
      {numeric.length > 0 && (
        <details>
          <summary className={controls.hint}>{t('run.settings')}</summary>
          <div className={styles.params}>
            {numeric.map((param) => (
              <ParamField
                key={param.key}
                param={param}
                value={params[param.key]}
                onValue={(value) => {
                  const { [param.key]: _old, ...rest } = params;
                  setParams(value === null ? rest : { ...rest, [param.key]: value });
                }}
              />
            ))}
          </div>
        </details>
      )}
      <label className={controls.check}>
        <input type="checkbox" checked={atOnce} onChange={(event) => setAtOnce(event.target.checked)} />
        {t('run.atOnce')}
      </label>
      <p className={controls.hint}>{t(atOnce ? 'run.noteAtOnce' : 'run.note')}</p>
      <Button type="submit" tone="primary" disabled={!system || missing.length > 0}>
        {t('run.start')}
      </Button>
    </form>
  );
}

interface ParamFieldProps {
  param: SystemInfo['params'][number];
  value: number | undefined;
  /** null = back to the default. */
  onValue: (value: number | null) => void;
}

function ParamField({ param, value, onValue }: ParamFieldProps): ReactElement {
  const id = `param-${param.key}`;
  return (
    <>
      <label htmlFor={id} title={param.key}>
        {param.label}
        {param.unit !== null && ` (${param.unit})`}
      </label>
      <input
        id={id}
        className={controls.input}
        type="number"
        step="any"
        min={param.min ?? undefined}
        max={param.max ?? undefined}
        placeholder={String(param.default)}
        value={value ?? ''}
        onChange={(event) => onValue(event.target.value === '' ? null : Number(event.target.value))}
      />
    </>
  );
}

/** Run a system on the open file once more, with another number of speakers or other settings. */
export function RunAgainPopover({ trigger }: { trigger: ReactElement }): ReactElement {
  const { t } = useTranslation();
  const systems = useAppStore((state) => state.systems);
  const open = useAppStore((state) => state.overlay === 'run-again' || state.overlay === 'set-count');
  const openOverlay = useAppStore((state) => state.openOverlay);
  const closeOverlay = useAppStore((state) => state.closeOverlay);
  return (
    <Popover
      open={open}
      onOpenChange={(next) => (next ? openOverlay('run-again') : closeOverlay())}
      title={t('run.title')}
      trigger={trigger}
    >
      {systems.length === 0 ? (
        <p className={controls.hint}>{t('run.noSystem')}</p>
      ) : (
        <RunForm systems={systems} onDone={closeOverlay} />
      )}
    </Popover>
  );
}
