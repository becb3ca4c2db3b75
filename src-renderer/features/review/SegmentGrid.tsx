import { useVirtualizer } from '@tanstack/react-virtual';
import { ListTree } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, MouseEvent, ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ports } from '../../commands/ports.ts';
import { runCommand } from '../../commands/registry.ts';
import { overlappingIds } from '../../state/derive.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { Empty, classes } from '../../ui/controls.tsx';
import { SegmentRow, columns } from './SegmentRow.tsx';
import styles from './SegmentGrid.module.css';

const rowHeightPx = 28;
const headHeightPx = 26;
/** Up and Down are the commands that select the neighbour, here as in the timeline. */
const ownKeys = 'ArrowLeft ArrowRight Home End PageUp PageDown F2';

/**
 * The timeline as a table: everything it says in words, for screen readers and for those who like tables. One selection
 * with the timeline. The grid has the focus; the active cell is told by aria-activedescendant.
 */
export function SegmentGrid(): ReactElement {
  const { t } = useTranslation();
  const segments = useReviewStore((state) => state.segments);
  const speakers = useReviewStore((state) => state.speakers);
  const selection = useReviewStore((state) => state.selection);
  const select = useReviewStore((state) => state.select);
  const toggleSelected = useReviewStore((state) => state.toggleSelected);
  const readOnly = useReviewStore((state) => state.readOnlyReason !== null);
  const [column, setColumn] = useState(0);
  const [editing, setEditing] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const speakerById = useMemo(() => new Map(speakers.map((speaker) => [speaker.id, speaker])), [speakers]);
  const overlapping = overlappingIds(segments);
  const focusIndex = useMemo(
    () => segments.findIndex((segment) => segment.id === selection.focusId),
    [segments, selection.focusId],
  );
  // The compiler cannot memoise what this returns; nothing here is memoised by it.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count: segments.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 12,
    // The head sticks to the top of the same scroller.
    scrollMargin: headHeightPx,
    scrollPaddingStart: headHeightPx,
  });
  useEffect(() => {
    if (focusIndex >= 0) virtual.scrollToIndex(focusIndex, { align: 'auto' });
    setEditing(false);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only a new focus scrolls
  }, [focusIndex]);

  const focusRow = (index: number): void => {
    const segment = segments[Math.max(0, Math.min(segments.length - 1, index))];
    if (!segment) return;
    select([segment.id]);
    ports.timeline.scrollTo(segment);
  };

  const edit = (): void => {
    if (readOnly || focusIndex < 0) return;
    if (columns[column] === 'speaker') runCommand('speaker.pick');
    else if (columns[column] === 'start' || columns[column] === 'end') setEditing(true);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== scroller.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeightPx) - 1);
    if (event.key === 'ArrowRight') setColumn(Math.min(columns.length - 1, column + 1));
    else if (event.key === 'ArrowLeft') setColumn(Math.max(0, column - 1));
    else if (event.key === 'Home') focusRow(0);
    else if (event.key === 'End') focusRow(segments.length - 1);
    else if (event.key === 'PageDown' && !event.shiftKey) focusRow(focusIndex + page);
    else if (event.key === 'PageUp' && !event.shiftKey) focusRow(focusIndex - page);
    else if (event.key === 'F2') edit();
    else return;
    event.preventDefault();
  };

  const onClick = (index: number, cell: number, event: MouseEvent): void => {
    const segment = segments[index]!;
    setColumn(cell);
    if (event.ctrlKey || event.metaKey) toggleSelected(segment.id);
    else if (event.shiftKey && focusIndex >= 0) {
      const [from, to] = [Math.min(focusIndex, index), Math.max(focusIndex, index)];
      select(
        segments.slice(from, to + 1).map((one) => one.id),
        { focusId: segment.id, play: false },
      );
    } else focusRow(index);
  };

  return (
    <section className={styles.panel} aria-label={t('list.title')} data-testid="segment-list">
      <div
        ref={scroller}
        className={styles.grid}
        role="grid"
        tabIndex={0}
        aria-label={t('list.label')}
        aria-rowcount={segments.length + 1}
        aria-colcount={columns.length}
        aria-multiselectable
        aria-describedby="segment-list-hint"
        aria-activedescendant={focusIndex >= 0 ? `segment-cell-${focusIndex}-${column}` : undefined}
        data-own-keys={ownKeys}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (event.target === scroller.current && focusIndex < 0 && segments[0]) {
            select([segments[0].id], { play: false });
          }
        }}
      >
        <div className={styles.head} role="row" aria-rowindex={1}>
          {columns.map((name, at) => (
            <span key={name} role="columnheader" className={classes(at >= 1 && at <= 4 && styles.num)}>
              {t(`list.${name}`)}
            </span>
          ))}
        </div>
        <div className={styles.body} role="rowgroup">
          {segments.length === 0 ? (
            <Empty icon={<ListTree size={28} aria-hidden />} title={t('list.title')} text={t('list.none')} />
          ) : (
            <div className={styles.rows} role="presentation" style={{ height: virtual.getTotalSize() }}>
              {virtual.getVirtualItems().map(({ index, start }) => {
                const segment = segments[index]!;
                return (
                  <SegmentRow
                    key={segment.id}
                    index={index}
                    topPx={start - headHeightPx}
                    segment={segment}
                    speaker={speakerById.get(segment.speakerId)}
                    overlaps={overlapping.has(segment.id)}
                    selected={selection.segmentIds.has(segment.id)}
                    activeColumn={index === focusIndex ? column : null}
                    editing={index === focusIndex && editing}
                    onClick={onClick}
                    onEdit={edit}
                    onEdited={() => {
                      setEditing(false);
                      scroller.current?.focus();
                    }}
                  />
                );
              })}
            </div>
          )}
        </div>
      </div>
      <p id="segment-list-hint" className={styles.hint}>
        {t('list.hint')}
      </p>
    </section>
  );
}
