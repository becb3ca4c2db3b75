import { Check, ListTodo, TriangleAlert, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Job } from '#shared/domain/job.ts';
import { useAppStore } from '../../state/app-store.ts';
import { isPulling, useModels } from '../../state/models-store.ts';
import { Bar, Button, MiddleText, Popover, controls } from '../../ui/controls.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { percent, roughTime } from '../../ui/format.ts';
import { PullList } from '../models/PullList.tsx';
import styles from './JobsPopover.module.css';

const shownDone = 20;

function JobRow({ job }: { job: Job }): ReactElement {
  const { t } = useTranslation();
  const api = useAppStore((state) => state.api);
  const putJob = useAppStore((state) => state.putJob);
  const report = useAppStore((state) => state.report);
  const name = useAppStore((state) => state.media.find((item) => item.id === job.mediaId)?.name ?? '–');
  const { progress, state } = job;
  const ask = (method: 'jobs.cancel' | 'jobs.retry'): void => {
    api?.call(method, { jobId: job.id }).then(putJob, report);
  };
  const active = state === 'running' || state === 'queued';
  const failed = state === 'failed' || state === 'quarantined';
  const words =
    state === 'running'
      ? [
          progress?.stageLabel ?? t(`jobs.${job.kind}`),
          progress && percent(progress.totalShare),
          progress?.etaSec != null && t('jobs.eta', { time: roughTime(progress.etaSec) }),
        ]
          .filter(Boolean)
          .join(' · ')
      : t(`jobs.${state}`);
  return (
    <li className={styles.job} data-state={state}>
      <MiddleText text={name} />
      {active ? (
        <Button tone="quiet" icon aria-label={t('jobs.cancel', { name })} onClick={() => ask('jobs.cancel')}>
          <X size={14} aria-hidden />
        </Button>
      ) : state === 'done' ? (
        <Check size={14} aria-hidden />
      ) : state === 'cancelled' ? (
        <Button onClick={() => ask('jobs.retry')}>{t('jobs.retry')}</Button>
      ) : (
        <span />
      )}
      <span className={styles.what}>{words}</span>
      {state === 'running' && (
        <span className={styles.wide}>
          <Bar share={progress?.totalShare ?? 0} label={words} wide progress />
        </span>
      )}
      {failed && (
        <div className={styles.wide}>
          {job.error ? (
            <ErrorBox error={job.error}>
              <Button onClick={() => ask('jobs.retry')}>{t('jobs.retry')}</Button>
            </ErrorBox>
          ) : (
            <Button onClick={() => ask('jobs.retry')}>{t('jobs.retry')}</Button>
          )}
        </div>
      )}
    </li>
  );
}

/** What is under way: in the title bar as one line, opened as the whole queue with cancel and retry. */
export function JobsPopover(): ReactElement {
  const { t } = useTranslation();
  const jobs = useAppStore((state) => state.jobs);
  const media = useAppStore((state) => state.media);
  const open = useAppStore((state) => state.overlay === 'jobs');
  const openOverlay = useAppStore((state) => state.openOverlay);
  const closeOverlay = useAppStore((state) => state.closeOverlay);
  const running = jobs.find((job) => job.state === 'running');
  const waiting = jobs.filter((job) => job.state === 'queued');
  const failed = jobs.filter((job) => job.state === 'failed' || job.state === 'quarantined');
  const ended = jobs.filter((job) => job.state === 'done' || job.state === 'cancelled').slice(-shownDone);
  const shown = [...(running ? [running] : []), ...waiting, ...failed.toReversed(), ...ended.toReversed()];
  const name = media.find((item) => item.id === running?.mediaId)?.name;
  const share = running?.progress?.totalShare ?? 0;
  const pulls = useModels((state) => state.models?.filter(isPulling).length ?? 0);
  return (
    <Popover
      open={open}
      onOpenChange={(next) => (next ? openOverlay('jobs') : closeOverlay())}
      title={t('jobs.title')}
      trigger={
        <Button tone="quiet" className={styles.trigger} aria-label={t('jobs.button')} data-testid="jobs-button">
          {running ? (
            <>
              <span className={styles.stage}>
                {t('jobs.running', { name, stage: running.progress?.stageLabel ?? t(`jobs.${running.kind}`) })}
              </span>
              <Bar share={share} label={t('jobs.title')} progress />
              {percent(share)}
            </>
          ) : (
            <ListTodo size={15} aria-hidden />
          )}
          {!running && waiting.length > 0 && waiting.length}
          {pulls > 0 && <span className={styles.pulls}>{t('jobs.pulls', { count: pulls })}</span>}
          {failed.length > 0 && (
            <span className={styles.failed}>
              <TriangleAlert size={14} aria-hidden />
              {t('jobs.failedCount', { count: failed.length })}
            </span>
          )}
        </Button>
      }
    >
      <PullList />
      {shown.length === 0 && pulls > 0 ? null : shown.length === 0 ? (
        <p className={controls.hint}>
          {t('jobs.none')} {t('jobs.noneText')}
        </p>
      ) : (
        <ul className={styles.list}>
          {shown.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </ul>
      )}
    </Popover>
  );
}
