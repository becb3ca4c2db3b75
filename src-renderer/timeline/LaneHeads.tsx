import { ChevronDown, ChevronRight } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Speaker } from '#shared/domain/records.ts';
import { digitOfLane } from '../state/derive.ts';
import { MiddleText, Swatch, classes } from '../ui/controls.tsx';
import { speakerLook } from '../ui/palette.ts';
import type { FaceLane } from './face-lanes.ts';
import type { TimelineIndex } from './lane-index.ts';
import type { GroupId, Layout, Row } from './layout.ts';
import type { Signal } from './surface-data.ts';
import styles from './Timeline.module.css';
import type { VoteLane } from './vote-lanes.ts';
import { word } from './words.ts';

export interface LaneHeadsProps {
  layout: Layout;
  index: TimelineIndex;
  votes: readonly VoteLane[];
  signals: readonly Signal[];
  faceLanes: readonly FaceLane[];
  /** What there is to say of the faces where no lanes do. */
  facesHint: string;
  open: Readonly<Record<GroupId, boolean>>;
  targetSpeakerId: string | null;
  onTarget: (speakerId: string) => void;
  onToggle: (group: GroupId) => void;
}

/** The heads of all rows: swatch, name and key of speakers; names of systems and signals; the folding groups. */
export function LaneHeads(props: LaneHeadsProps): ReactElement {
  return (
    <>
      {props.layout.rows.map((row) => (
        <RowHead key={keyOf(row)} row={row} {...props} />
      ))}
    </>
  );
}

function keyOf(row: Row): string {
  if (row.kind === 'lane') return `lane ${row.lane}`;
  if (row.kind === 'vote') return `vote ${row.vote}`;
  if (row.kind === 'face') return `face ${row.face}`;
  if (row.kind === 'talking') return 'talking';
  return row.kind === 'group' ? row.group : `signal ${row.signal}`;
}

function RowHead({ row, ...props }: LaneHeadsProps & { row: Row }): ReactElement | null {
  const place = { top: row.topPx, height: row.heightPx };
  if (row.kind === 'lane') {
    const speaker = props.index.lanes[row.lane]?.speaker;
    if (!speaker) return null;
    const isTarget = speaker.id === props.targetSpeakerId;
    return (
      <SpeakerHead speaker={speaker} lane={row.lane} place={place} isTarget={isTarget} onTarget={props.onTarget} />
    );
  }
  if (row.kind === 'group') {
    const isOpen = props.open[row.group];
    return (
      <button
        type="button"
        className={styles.group}
        style={place}
        aria-expanded={isOpen}
        onClick={() => props.onToggle(row.group)}
      >
        {isOpen ? <ChevronDown size={12} aria-hidden /> : <ChevronRight size={12} aria-hidden />}
        {word(row.group)}
        {row.group === 'faces' && props.facesHint && <span className={styles.groupHint}>{props.facesHint}</span>}
        {row.group === 'votes' && <span className={styles.groupHint}>{word('votesHint')}</span>}
      </button>
    );
  }
  if (row.kind === 'face') return <FaceHead lane={props.faceLanes[row.face]} place={place} />;
  const label =
    row.kind === 'talking'
      ? word('talkingRow')
      : row.kind === 'vote'
        ? props.votes[row.vote]?.label
        : props.signals[row.signal]?.label;
  return (
    <div className={classes(styles.head, styles.small)} style={place}>
      <MiddleText text={label ?? ''} keep={11} />
    </div>
  );
}

function FaceHead({
  lane,
  place,
}: {
  lane: FaceLane | undefined;
  place: { top: number; height: number };
}): ReactElement | null {
  if (!lane) return null;
  const label =
    lane.speaker?.name ?? (lane.person === null ? word('facesOther') : word('facePerson', { number: lane.person }));
  return (
    <div className={classes(styles.head, styles.small)} style={place}>
      <i
        className={styles.faceDot}
        style={{ background: lane.speaker ? speakerLook(lane.speaker.colour).cssColour : 'var(--faint)' }}
        aria-hidden
      />
      <MiddleText text={label} keep={8} />
    </div>
  );
}

interface SpeakerHeadProps {
  speaker: Speaker;
  lane: number;
  place: { top: number; height: number };
  isTarget: boolean;
  onTarget: (speakerId: string) => void;
}

function SpeakerHead({ speaker, lane, place, isTarget, onTarget }: SpeakerHeadProps): ReactElement {
  const key = digitOfLane(lane);
  const hints = [word('aimAt', { name: speaker.name })];
  if (key !== null) hints.push(word('assignKey', { key, name: speaker.name }));
  return (
    <button
      type="button"
      className={classes(styles.head, styles.speaker, isTarget && styles.target)}
      style={place}
      aria-pressed={isTarget}
      title={hints.join('. ')}
      onClick={() => onTarget(speaker.id)}
    >
      <Swatch speaker={speaker} size="s" />
      <MiddleText text={speaker.name} />
      {key !== null && <span className={styles.key}>{key}</span>}
    </button>
  );
}
