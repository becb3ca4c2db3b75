import { Check, CircleHelp, Pen, Trash2 } from 'lucide-react';
import { useId, useMemo } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { isDoubtful } from '#shared/domain/doubt.ts';
import type { Segment } from '#shared/domain/records.ts';
import type { CommandId } from '../../commands/catalogue.ts';
import { command } from '../../commands/registry.ts';
import { useAppStore } from '../../state/app-store.ts';
import { useFaces } from '../../faces/face-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { Bar, MiddleText, SectionHead, Swatch, controls } from '../../ui/controls.tsx';
import { lengthText } from '../../ui/format.ts';
import { Chord, CommandButton } from '../../ui/keys.tsx';
import styles from './SegmentCard.module.css';
import { TimeField } from './TimeField.tsx';

const firstKeys: CommandId[] = ['segment.next', 'doubt.next', 'overlapping.next', 'segment.add'];

function NoSelection(): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={styles.none}>
      <p>{t('inspector.noneText')}</p>
      <ul>
        {firstKeys.map((id) => (
          <li key={id}>
            {command(id).title()}
            <Chord chord={command(id).keys[0]!} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Actions({ disabled }: { disabled: boolean }): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={styles.actions}>
      <CommandButton id="segment.accept" disabled={disabled}>
        <Check size={14} aria-hidden /> {t('inspector.accept')}
      </CommandButton>
      <CommandButton id="segment.doubt" disabled={disabled}>
        <CircleHelp size={14} aria-hidden /> {t('inspector.doubtful')}
      </CommandButton>
      <CommandButton id="segment.delete" icon disabled={disabled}>
        <Trash2 size={14} aria-hidden />
      </CommandButton>
    </div>
  );
}

function OneSegment({ segment }: { segment: Segment }): ReactElement {
  const { t } = useTranslation();
  const titleId = useId();
  const speakers = useReviewStore((state) => state.speakers);
  const segments = useReviewStore((state) => state.segments);
  const apply = useReviewStore((state) => state.apply);
  const readOnly = useReviewStore((state) => state.readOnlyReason !== null);
  const versions = useReviewStore((state) => state.hypotheses);
  const limit = useAppStore((state) => state.settings.doubtLimit);
  const speech = useFaces((state) => state.speech);
  const evidence = useMemo(() => speech?.of(segment) ?? null, [speech, segment]);
  const speaker = speakers.find((one) => one.id === segment.speakerId);
  const { startSec, endSec, confidence } = segment;
  const others = useMemo(() => {
    const ids = new Set<string>();
    for (const other of segments) {
      if (other.startSec >= endSec) break;
      if (other.endSec > startSec && other.speakerId !== segment.speakerId) ids.add(other.speakerId);
    }
    return speakers.filter((one) => ids.has(one.id)).map((one) => one.name);
  }, [segments, speakers, segment.speakerId, startSec, endSec]);
  const madeBy =
    segment.origin === 'human'
      ? t('inspector.person')
      : (versions.find((lane) => lane.info.id === segment.hypothesisId)?.info.label ?? t('inspector.unknown'));
  const setTimes = (start: number, end: number): void => {
    void apply({ op: 'segment.setTimes', segmentId: segment.id, startSec: start, endSec: end });
  };
  return (
    <article className={styles.card} aria-labelledby={titleId}>
      <div className={styles.head}>
        {speaker && <Swatch speaker={speaker} size="s" />}
        <b id={titleId}>
          <MiddleText text={speaker?.name ?? '–'} />
        </b>
        {segment.origin === 'human' && <Pen size={13} aria-hidden />}
        <span className={controls.hint}>{lengthText(endSec - startSec)}</span>
      </div>
      <div className={styles.times}>
        <TimeField
          label={t('inspector.start')}
          valueSec={startSec}
          disabled={readOnly}
          onValue={(sec) => setTimes(sec, endSec)}
        />
        <TimeField
          label={t('inspector.end')}
          valueSec={endSec}
          disabled={readOnly}
          onValue={(sec) => setTimes(startSec, sec)}
        />
      </div>
      {confidence !== null && (
        <Bar
          share={confidence}
          label={t('inspector.confidence')}
          tone={isDoubtful(segment, limit) ? 'warn' : 'good'}
          wide
        />
      )}
      <dl className={styles.rows}>
        <dt>{t('inspector.confidence')}</dt>
        <dd>{confidence === null ? t('inspector.unknown') : confidence.toFixed(2)}</dd>
        {evidence && (
          <>
            <dt>{t('inspector.heardAndSeen')}</dt>
            <dd>{t(`inspector.sources.${evidence.source}`)}</dd>
            <dt>{t('inspector.faceAndVoice')}</dt>
            <dd title={t('inspector.faceAndVoiceHint')}>
              {evidence.faceProbability?.toFixed(2) ?? t('inspector.unknown')} ·{' '}
              {evidence.voiceMargin?.toFixed(2) ?? t('inspector.unknown')}
            </dd>
          </>
        )}
        {others.length > 0 && (
          <>
            <dt>{t('inspector.overlaps')}</dt>
            <dd title={others.join(', ')}>{others.join(', ')}</dd>
          </>
        )}
        <dt>{t('inspector.madeBy')}</dt>
        <dd title={madeBy}>
          {madeBy} · {t(`inspector.review.${segment.review}`)}
        </dd>
      </dl>
      <Actions disabled={readOnly} />
    </article>
  );
}

function ManySegments({ segments }: { segments: readonly Segment[] }): ReactElement {
  const { t } = useTranslation();
  const speakers = useReviewStore((state) => state.speakers);
  const readOnly = useReviewStore((state) => state.readOnlyReason !== null);
  const ids = new Set(segments.map((segment) => segment.speakerId));
  const one = ids.size === 1 ? speakers.find((speaker) => ids.has(speaker.id)) : undefined;
  const sumSec = segments.reduce((sum, segment) => sum + segment.endSec - segment.startSec, 0);
  return (
    <article className={styles.card}>
      <div className={styles.head}>
        {one && <Swatch speaker={one} size="s" />}
        <b>{t('inspector.many', { count: segments.length })}</b>
        <span className={controls.hint}>{lengthText(sumSec)}</span>
      </div>
      <p className={controls.hint}>{one ? one.name : t('inspector.mixed')}</p>
      <Actions disabled={readOnly} />
    </article>
  );
}

/** What is selected: its times to edit, how sure the system was and why, and the keys that decide. */
export function SegmentCard(): ReactElement {
  const { t } = useTranslation();
  const selection = useReviewStore((state) => state.selection);
  const all = useReviewStore((state) => state.segments);
  const find = useReviewStore((state) => state.segment);
  const chosen = useMemo(
    // `all` changes with every edit; the ids alone would show old values.
    () => (all.length > 0 ? [...selection.segmentIds].map(find).filter((one) => one !== undefined) : []),
    [selection, all, find],
  );
  const [first] = chosen;
  return (
    <section aria-label={t('inspector.segment')} data-tour="segment">
      <SectionHead title={t('inspector.segment')}>
        {first && (
          <span className={styles.hint}>
            <Chord chord={command('segment.accept').keys[0]!} /> {t('inspector.accept')}
          </span>
        )}
      </SectionHead>
      {!first ? (
        <NoSelection />
      ) : chosen.length > 1 ? (
        <ManySegments segments={chosen} />
      ) : (
        <OneSegment segment={first} />
      )}
    </section>
  );
}
