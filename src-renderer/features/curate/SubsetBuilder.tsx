import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SubsetChoice } from '#shared/api/contract.ts';
import { toErrorData } from '#shared/api/errors.ts';
import type { AppErrorData } from '#shared/api/errors.ts';
import { FolderField } from '../library/FolderField.tsx';
import { useAppStore } from '../../state/app-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { Bar, Button, classes, controls } from '../../ui/controls.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { clockTime } from '../../ui/format.ts';
import view from '../../ui/View.module.css';
import styles from './CurateView.module.css';
import { exportNotes } from '../export/notes.ts';
import { useOutputFolder } from '../export/use-output-folder.ts';
import { useSubsetPreview } from './use-subset.ts';

export interface SubsetBuilderProps {
  mediaIds: string[];
  /** Chosen speakers per file; a file that is absent gives all of its speakers. */
  speakerIds: Record<string, string[]>;
}

const newFolderIn = (folder: string): string => `${folder.replace(/[\\/]$/u, '')}/subset`;

/** The rules of a subset, what they give, and the folder it is written to. */
export function SubsetBuilder({ mediaIds, speakerIds }: SubsetBuilderProps): ReactElement {
  const { t } = useTranslation();
  const api = useAppStore((state) => state.api);
  const say = useReviewStore((state) => state.say);
  const [reviewedOnly, setReviewedOnly] = useState(false);
  const [withOverlap, setWithOverlap] = useState(true);
  const [minTurnSec, setMinTurnSec] = useState(0);
  const [cuts, setCuts] = useState<SubsetChoice['cuts']>('turns');
  const { offered, remember } = useOutputFolder('curate.folder', mediaIds);
  const [typed, setTyped] = useState<string | null>(null);
  const folder = typed ?? offered?.newFolder ?? '';
  const [task, setTask] = useState<{ id: string; share: number } | null>(null);
  const [failure, setFailure] = useState<AppErrorData | null>(null);
  const [written, setWritten] = useState<readonly string[]>([]);

  const choice: SubsetChoice | null =
    mediaIds.length === 0
      ? null
      : {
          mediaIds,
          reviewedOnly,
          minTurnSec,
          withOverlap,
          cuts,
          ...(Object.keys(speakerIds).length > 0 ? { speakerIds } : {}),
        };
  const { counts, error } = useSubsetPreview(choice);
  const empty = choice === null || counts?.turns === 0;

  const write = async (): Promise<void> => {
    if (!api || !choice) return;
    const taskId = crypto.randomUUID();
    const stopListening = api.on((event) => {
      if (event.type === 'task.progress' && event.taskId === taskId) setTask({ id: taskId, share: event.share });
    });
    setTask({ id: taskId, share: 0 });
    setFailure(null);
    setWritten([]);
    try {
      const result = await api.call('export.subset', { choice, folder, taskId });
      const words = t('curate.written', { ...result.counts, count: result.counts.files, folder: result.folder });
      setWritten([words, ...exportNotes(result.warnings)]);
      setTyped(null);
      remember(folder.replace(/[\\/]+[^\\/]*[\\/]*$/u, ''));
      say(words);
    } catch (thrown) {
      const problem = toErrorData(thrown);
      if (problem.code === 'cancelled') say(t('curate.cancelled'));
      else setFailure(problem);
    } finally {
      stopListening();
      setTask(null);
    }
  };

  const cutChoice = (value: SubsetChoice['cuts']): ReactElement => (
    <label className={controls.check}>
      <input type="radio" name="cuts" checked={cuts === value} onChange={() => setCuts(value)} />
      {t(`curate.${value}`)}
    </label>
  );

  return (
    <form
      className={styles.side}
      onSubmit={(event) => {
        event.preventDefault();
        void write();
      }}
    >
      <section className={view.card}>
        <h2>{t('curate.rules')}</h2>
        <label className={controls.check}>
          <input type="checkbox" checked={reviewedOnly} onChange={(event) => setReviewedOnly(event.target.checked)} />
          {t('curate.reviewedOnly')}
        </label>
        <label className={controls.check}>
          <input type="checkbox" checked={withOverlap} onChange={(event) => setWithOverlap(event.target.checked)} />
          {t('curate.withOverlap')}
        </label>
        <label className={view.setting}>
          <span>{t('curate.minTurn')} (s)</span>
          <input
            className={classes(controls.input, styles.number)}
            type="number"
            min={0}
            step={0.1}
            value={minTurnSec}
            onChange={(event) => setMinTurnSec(Math.max(0, Number(event.target.value) || 0))}
          />
        </label>
        <fieldset className={controls.plainFieldset}>
          <legend className={controls.hint}>{t('curate.cuts')}</legend>
          {cutChoice('turns')}
          {cutChoice('whole')}
        </fieldset>
      </section>
      <section className={view.card} aria-live="polite">
        <h2>{t('curate.preview')}</h2>
        {error ? (
          <ErrorBox error={error} />
        ) : empty ? (
          <p className={controls.hint}>{t('curate.nothing')}</p>
        ) : (
          <dl className={styles.counts}>
            <dt>{t('curate.previewFiles')}</dt>
            <dd>{counts?.files ?? '–'}</dd>
            <dt>{t('curate.previewSpeakers')}</dt>
            <dd>{counts?.speakers ?? '–'}</dd>
            <dt>{t('curate.previewTurns')}</dt>
            <dd>{counts?.turns ?? '–'}</dd>
            <dt>{t('curate.previewSpeech')}</dt>
            <dd>{counts ? clockTime(counts.speechSec) : '–'}</dd>
          </dl>
        )}
        <FolderField
          label={t('curate.folder')}
          value={folder}
          start={offered?.folder ?? null}
          onValue={setTyped}
          complete={newFolderIn}
        />
        <p className={controls.hint}>{t('curate.folderHint')}</p>
        {failure && <ErrorBox error={failure} />}
        <div role="status">
          {written.map((line, at) => (
            <p key={line} className={at > 0 ? controls.hint : undefined}>
              {line}
            </p>
          ))}
        </div>
        {task ? (
          <>
            <Bar wide progress share={task.share} label={t('curate.writing')} />
            <Button onClick={() => void api?.call('tasks.cancel', { taskId: task.id })}>{t('curate.cancel')}</Button>
          </>
        ) : (
          <Button type="submit" tone="primary" disabled={empty || folder === ''}>
            {t('curate.write')}
          </Button>
        )}
      </section>
    </form>
  );
}
