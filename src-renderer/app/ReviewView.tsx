import { FileStack } from 'lucide-react';
import { useMemo } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Group, Panel, Separator } from 'react-resizable-panels';
import type { Layout, LayoutChangedMeta } from 'react-resizable-panels';
import { z } from 'zod';
import { command } from '../commands/registry.ts';
import { FileList } from '../features/library/FileList.tsx';
import { Inspector } from '../features/review/Inspector.tsx';
import { SegmentGrid } from '../features/review/SegmentGrid.tsx';
import { PlayerView } from '../player/PlayerView.tsx';
import { useAppStore } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import { viewMemory } from '../state/view-memory.ts';
import { Timeline } from '../timeline/Timeline.tsx';
import { Empty, classes } from '../ui/controls.tsx';
import { ErrorBox } from '../ui/ErrorBox.tsx';
import { Chord, CommandButton } from '../ui/keys.tsx';
import styles from './ReviewView.module.css';

const layoutSchema = z.record(z.string(), z.number());

/** Where the splitters stood in this project; undefined = the first time. */
function remembered(key: string): {
  defaultLayout?: Layout;
  onLayoutChanged: (layout: Layout, meta: LayoutChangedMeta) => void;
} {
  const kept = layoutSchema.safeParse(viewMemory.get(key));
  return {
    ...(kept.success ? { defaultLayout: kept.data } : {}),
    // Only what a person did: the first layout and that of another window size are not worth remembering.
    onLayoutChanged: (layout, meta) => {
      if (meta.isUserInteraction) viewMemory.set(key, layout);
    },
  };
}

function Splitter({ direction }: { direction: 'vertical' | 'horizontal' }): ReactElement {
  const { t } = useTranslation();
  return <Separator className={classes(styles.separator, styles[direction])} aria-label={t('app.resize')} />;
}

function focusStartField(): void {
  document.querySelector<HTMLInputElement>('[data-tour="segment"] input')?.focus();
}

/** Files, picture and inspector above; timeline, and beside it the list, below. */
export function ReviewView(): ReactElement {
  const { t } = useTranslation();
  const listShown = useAppStore((state) => state.listShown);
  const loadState = useReviewStore((state) => state.loadState);
  const loadError = useReviewStore((state) => state.loadError);
  const projectId = useAppStore((state) => state.project?.id);
  // Read once per project: afterwards the panels know their sizes themselves.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const layouts = useMemo(() => ({ rows: remembered('layout.rows'), top: remembered('layout.top') }), [projectId]);
  const lower = useMemo(() => remembered('layout.list'), []);
  if (loadState === 'empty') {
    return (
      <Empty icon={<FileStack size={36} aria-hidden />} title={t('files.none')} text={t('files.noneText')}>
        <CommandButton id="file.add" tone="primary">
          {t('files.add')}
        </CommandButton>
        <Chord chord={command('file.add').keys[0]!} />
      </Empty>
    );
  }
  return (
    <Group orientation="vertical" className={styles.group} key={projectId} {...layouts.rows}>
      <Panel id="top" className={styles.panel} minSize={180} defaultSize="54%">
        <Group orientation="horizontal" className={styles.group} {...layouts.top}>
          <Panel
            id="files"
            className={styles.panel}
            defaultSize={240}
            minSize={160}
            maxSize={420}
            collapsible
            groupResizeBehavior="preserve-pixel-size"
          >
            <FileList />
          </Panel>
          <Splitter direction="vertical" />
          <Panel id="picture" className={styles.panel} minSize={280}>
            <div className={styles.slot} data-tour="picture">
              {loadError ? <ErrorBox error={loadError} /> : <PlayerView />}
            </div>
          </Panel>
          <Splitter direction="vertical" />
          <Panel
            id="inspector"
            className={styles.panel}
            defaultSize={300}
            minSize={260}
            maxSize={460}
            groupResizeBehavior="preserve-pixel-size"
          >
            <Inspector />
          </Panel>
        </Group>
      </Panel>
      <Splitter direction="horizontal" />
      <Panel id="bottom" className={styles.panel} minSize={180}>
        <Group orientation="horizontal" className={styles.group} {...lower}>
          <Panel id="timeline" className={styles.panel} minSize={320}>
            <div className={styles.slot} data-tour="timeline">
              <Timeline onOpenSegment={focusStartField} />
            </div>
          </Panel>
          {listShown && <Splitter direction="vertical" />}
          {listShown && (
            <Panel
              id="list"
              className={styles.panel}
              defaultSize={590}
              minSize={380}
              groupResizeBehavior="preserve-pixel-size"
            >
              <SegmentGrid />
            </Panel>
          )}
        </Group>
      </Panel>
    </Group>
  );
}
