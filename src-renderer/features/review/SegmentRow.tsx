import { memo } from 'react';
import type { MouseEvent, ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { isDoubtful } from '#shared/domain/doubt.ts';
import type { Segment, Speaker } from '#shared/domain/records.ts';
import { useAppStore } from '../../state/app-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { MiddleText, Swatch, classes } from '../../ui/controls.tsx';
import { exactTime } from '../../ui/format.ts';
import styles from './SegmentGrid.module.css';
import { TimeField } from './TimeField.tsx';

export const columns = ['speaker', 'start', 'end', 'length', 'confidence', 'state'] as const;

export interface SegmentRowProps {
  index: number;
  topPx: number;
  segment: Segment;
  speaker: Speaker | undefined;
  overlaps: boolean;
  selected: boolean;
  /** The active column where this is the focused row. */
  activeColumn: number | null;
  editing: boolean;
  onClick: (index: number, column: number, event: MouseEvent) => void;
  onEdit: () => void;
  onEdited: () => void;
}

/** One segment in words. */
export const SegmentRow = memo(function SegmentRow(props: SegmentRowProps): ReactElement {
  const { t } = useTranslation();
  const { index, topPx, segment, speaker, overlaps, selected, activeColumn, editing, onClick, onEdit, onEdited } =
    props;
  const limit = useAppStore((state) => state.settings.doubtLimit);
  const apply = useReviewStore((state) => state.apply);
  const doubtful = isDoubtful(segment, limit);
  const { startSec, endSec, confidence } = segment;
  const setTimes = (start: number, end: number): void => {
    void apply({ op: 'segment.setTimes', segmentId: segment.id, startSec: start, endSec: end });
  };
  const state = [
    doubtful ? t('list.doubt') : segment.review === 'accepted' ? t('inspector.review.accepted') : null,
    overlaps && t('list.overlap'),
    segment.origin === 'human' && t('list.human'),
  ].filter(Boolean);
  const cells: ReactElement[] = [
    <span key="speaker" className={styles.speaker}>
      {speaker && <Swatch speaker={speaker} size="s" />}
      <MiddleText text={speaker?.name ?? '–'} keep={4} />
    </span>,
    editing && columns[activeColumn ?? 0] === 'start' ? (
      <TimeField
        key="start"
        label={t('list.start')}
        labelled={false}
        autoFocus
        valueSec={startSec}
        onValue={(sec) => setTimes(sec, endSec)}
        onDone={onEdited}
      />
    ) : (
      <span key="start">{exactTime(startSec)}</span>
    ),
    editing && columns[activeColumn ?? 0] === 'end' ? (
      <TimeField
        key="end"
        label={t('list.end')}
        labelled={false}
        autoFocus
        valueSec={endSec}
        onValue={(sec) => setTimes(startSec, sec)}
        onDone={onEdited}
      />
    ) : (
      <span key="end">{exactTime(endSec)}</span>
    ),
    <span key="length">{(endSec - startSec).toFixed(2)} s</span>,
    <span key="confidence">{confidence === null ? '–' : confidence.toFixed(2)}</span>,
    <span
      key="state"
      title={state.length > 1 ? state.join(' · ') : undefined}
      className={classes(styles.state, doubtful && styles.doubt)}
    >
      {state.length > 0 ? state.join(' · ') : t('inspector.review.unreviewed')}
    </span>,
  ];
  return (
    <div
      className={styles.row}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-focus={activeColumn !== null}
      style={{ transform: `translateY(${topPx}px)` }}
    >
      {cells.map((cell, column) => (
        <div
          key={columns[column]}
          id={`segment-cell-${index}-${column}`}
          className={classes(styles.cell, column >= 1 && column <= 4 && styles.num)}
          role="gridcell"
          aria-colindex={column + 1}
          data-active={activeColumn === column}
          onClick={(event) => onClick(index, column, event)}
          onDoubleClick={onEdit}
        >
          {cell}
        </div>
      ))}
    </div>
  );
});
