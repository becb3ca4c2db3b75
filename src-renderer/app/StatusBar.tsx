import { List } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { isDoubtful } from '#shared/domain/doubt.ts';
import { runCommand } from '../commands/registry.ts';
import { player } from '../player/player.ts';
import { useAppStore } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import { Button, MiddleText, Tooltip } from '../ui/controls.tsx';
import { exactTime, lengthText, providerName } from '../ui/format.ts';
import { CommandButton, CommandHint } from '../ui/keys.tsx';
import styles from './StatusBar.module.css';

/** The playhead's time, written straight into the page: no React render per frame. */
function Playhead(): ReactElement {
  const { t } = useTranslation();
  const ref = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const show = (sec: number): void => {
      if (ref.current) ref.current.textContent = exactTime(sec);
    };
    show(player.currentSec());
    return player.onTime(show);
  }, []);
  return <span ref={ref} className={styles.time} role="timer" aria-live="off" aria-label={t('app.playhead')} />;
}

function SelectionText(): ReactElement {
  const { t } = useTranslation();
  const selection = useReviewStore((state) => state.selection);
  const focus = useReviewStore((state) =>
    state.selection.focusId ? state.segment(state.selection.focusId) : undefined,
  );
  const speakers = useReviewStore((state) => state.speakers);
  const segment = useReviewStore((state) => state.segment);
  if (!focus) return <span>{t('app.nothingSelected')}</span>;
  if (selection.segmentIds.size > 1) {
    const sum = [...selection.segmentIds].reduce((total, id) => {
      const one = segment(id);
      return one ? total + one.endSec - one.startSec : total;
    }, 0);
    return <span>{t('app.manySelected', { count: selection.segmentIds.size, length: lengthText(sum) })}</span>;
  }
  const name = speakers.find((speaker) => speaker.id === focus.speakerId)?.name ?? '–';
  return (
    <span className={styles.selection}>
      <b>
        <MiddleText text={name} keep={4} />
      </b>
      {exactTime(focus.startSec)} – {exactTime(focus.endSec)} · {lengthText(focus.endSec - focus.startSec)}
    </span>
  );
}

function LastActionText(): ReactElement {
  const { t } = useTranslation();
  const action = useReviewStore((state) => state.lastAction);
  const canUndo = useReviewStore((state) => state.undoLabel !== null && state.readOnlyReason === null);
  const inReview = useAppStore((state) => state.view === 'review');
  const undoable = inReview && action && canUndo && (action.tone === 'edit' || action.tone === 'redo');
  return (
    <>
      <div className={styles.action} data-tone={action?.tone} data-testid="last-action">
        {action && <span title={action.label}>{action.label}</span>}
        {undoable && (
          <Tooltip content={<CommandHint id="edit.undo" />} side="top">
            <Button tone="link" onClick={() => runCommand('edit.undo')}>
              {t('app.undo')}
            </Button>
          </Tooltip>
        )}
      </div>
      {/* The key makes the same words twice two announcements. */}
      <div className="visually-hidden" role="status" aria-live="polite">
        <span key={action?.serial}>{action?.label}</span>
      </div>
    </>
  );
}

function Doubts(): ReactElement | null {
  const { t } = useTranslation();
  const segments = useReviewStore((state) => state.segments);
  const limit = useAppStore((state) => state.settings.doubtLimit);
  const count = useMemo(() => segments.filter((segment) => isDoubtful(segment, limit)).length, [segments, limit]);
  if (segments.length === 0) return null;
  if (count === 0) return <span>{t('app.doubts', { count })}</span>;
  return (
    <Tooltip content={<CommandHint id="doubt.next" />} side="top">
      <Button tone="link" data-tour="doubt" onClick={() => runCommand('doubt.next')}>
        {t('app.doubts', { count })}
      </Button>
    </Tooltip>
  );
}

/** Time, selection, what the last key did with Undo, where models run, whether all is saved. */
export function StatusBar(): ReactElement {
  const { t } = useTranslation();
  const view = useAppStore((state) => state.view);
  const provider = useAppStore((state) => state.info?.provider);
  const listShown = useAppStore((state) => state.listShown);
  const saveState = useReviewStore((state) => state.saveState);
  const open = useReviewStore((state) => state.loadState === 'ready');
  const words = {
    saved: 'app.saved',
    saving: 'app.saving',
    failed: 'app.notSaved',
    'read-only': 'app.readOnly',
  } as const;
  return (
    <footer className={styles.bar}>
      {view === 'review' && open && (
        <>
          <Playhead />
          <SelectionText />
        </>
      )}
      <LastActionText />
      {view === 'review' && open && <Doubts />}
      {view === 'review' && open && (
        <CommandButton id="view.list" tone="quiet" icon aria-pressed={listShown} className={styles.toggle}>
          <List size={14} aria-hidden />
        </CommandButton>
      )}
      {provider !== undefined && (
        <span className={styles.provider} title={t('app.provider', { provider })}>
          {providerName(provider)}
        </span>
      )}
      <span className={styles.save} data-state={saveState} data-testid="save-state">
        {t(words[saveState])} <i aria-hidden />
      </span>
    </footer>
  );
}
