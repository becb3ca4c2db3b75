import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SystemInfo } from '#shared/api/contract.ts';
import { substituteOf } from '#shared/engine/systems.ts';
import { useAppStore } from '../../state/app-store.ts';
import { askInModelsView } from '../../state/models-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { Button, Popover, controls } from '../../ui/controls.tsx';
import { SpeakerCountFields, speakersOf, type CountDraft } from './SpeakerCountFields.tsx';
import styles from './RunAgainPopover.module.css';

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
  const [count, setCount] = useState<CountDraft>({
    mode: forCount ? 'exact' : 'auto',
    exact: String(Math.max(1, found)),
    min: '2',
    max: String(Math.max(4, found)),
  });
  const speakers = speakersOf(count);
  const [params, setParams] = useState<Record<string, number>>({});
  const system = systems.find((one) => one.id === systemId);
  const missing = system?.missingModels ?? [];
  const substitute = substituteOf(systemId);
  const numeric = system?.params.filter((param) => typeof param.default === 'number') ?? [];

  const start = async (): Promise<void> => {
    if (!api || mediaId === undefined || !system || speakers === 'invalid') return;
    // Settings of a system that was chosen before this one are none of it.
    const own = new Set(system.params.map(({ key }) => key));
    const given = Object.fromEntries(Object.entries(params).filter(([key]) => own.has(key)));
    onDone();
    try {
      const job = await api.call('jobs.start', { mediaId, systemId, speakers, params: given });
      if (atOnce) adoptWhenDone(job.id);
      putJob(job);
    } catch (thrown) {
      report(thrown);
    }
  };

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
          {substitute !== null && (
            <>
              {' '}
              <Button tone="link" onClick={() => setSystemId(substitute)}>
                {t('run.substitute')}
              </Button>
            </>
          )}
        </p>
      )}
      <SpeakerCountFields draft={count} onDraft={setCount} focused={forCount} />
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
      <Button type="submit" tone="primary" disabled={!system || missing.length > 0 || speakers === 'invalid'}>
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
