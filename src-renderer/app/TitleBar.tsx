import {
  ChevronRight,
  CircleHelp,
  Database,
  Download,
  FileStack,
  RotateCcw,
  Settings,
  SlidersHorizontal,
  SquareStack,
} from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ExportPopover } from '../features/export/ExportPopover.tsx';
import { JobsPopover } from '../features/review/JobsPopover.tsx';
import { RunAgainPopover } from '../features/review/RunAgainPopover.tsx';
import { useAppStore, views } from '../state/app-store.ts';
import type { View } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import { Button, MiddleText, Tooltip, classes, controls } from '../ui/controls.tsx';
import { Chord, CommandButton, CommandHint } from '../ui/keys.tsx';
import { command } from '../commands/registry.ts';
import styles from './TitleBar.module.css';

const icons: Record<View, LucideIcon> = {
  library: FileStack,
  review: SlidersHorizontal,
  curate: SquareStack,
  models: Database,
  settings: Settings,
  help: CircleHelp,
};

/** project ▸ file, the views, jobs, export, and the way into all commands. */
export function TitleBar(): ReactElement {
  const { t } = useTranslation();
  const project = useAppStore((state) => state.project);
  const view = useAppStore((state) => state.view);
  const fileName = useReviewStore((state) => state.media?.name);
  const canRun = useReviewStore((state) => state.loadState === 'ready' && state.readOnlyReason === null);
  const hasFile = useReviewStore((state) => state.loadState === 'ready');
  return (
    <header className={styles.bar}>
      <div className={styles.crumb}>
        {project && <MiddleText text={project.name} />}
        {project?.isSample && project.name !== t('app.sample') && <span className={styles.tag}>{t('app.sample')}</span>}
        {project && view === 'review' && (
          <>
            <ChevronRight size={13} aria-hidden />
            <h1>
              <MiddleText text={fileName ?? t('app.noFile')} keep={10} />
            </h1>
          </>
        )}
      </div>
      <nav className={classes(controls.segmented, styles.nav)} aria-label={t('app.views')}>
        {views.map((one) => {
          const Icon = icons[one];
          return (
            <Tooltip key={one} content={<CommandHint id={`view.${one}`} />}>
              <button
                type="button"
                aria-current={one === view ? 'page' : undefined}
                aria-label={command(`view.${one}`).title()}
                onClick={() => command(`view.${one}`).run()}
              >
                <Icon size={14} aria-hidden />
                <span>{command(`view.${one}`).title()}</span>
              </button>
            </Tooltip>
          );
        })}
      </nav>
      <div className={styles.right}>
        <JobsPopover />
        {view === 'review' && canRun && (
          <RunAgainPopover
            trigger={
              <Button tone="quiet" data-tour="run">
                <RotateCcw size={14} aria-hidden />
                <span className={styles.wordy}>{t('run.title')}</span>
              </Button>
            }
          />
        )}
        {view === 'review' && hasFile && (
          <ExportPopover
            trigger={
              <Button>
                <Download size={14} aria-hidden />
                {t('exporting.title')}
              </Button>
            }
          />
        )}
        <CommandButton id="view.palette" tone="quiet" data-tour="palette">
          <span className="visually-hidden">{command('view.palette').title()}</span>
          <Chord chord="$mod+KeyK" />
        </CommandButton>
      </div>
    </header>
  );
}
