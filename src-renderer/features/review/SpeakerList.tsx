import { AudioLines, Plus } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { Speaker } from '#shared/domain/records.ts';
import { renameRequest } from '../../commands/actions/speakers.ts';
import { useAppStore } from '../../state/app-store.ts';
import { digitOfLane, speakerTotals } from '../../state/derive.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { useVoices, voiceHint } from '../../state/voices-store.ts';
import { MiddleText, SectionHead, Swatch, classes, controls } from '../../ui/controls.tsx';
import { clockTime } from '../../ui/format.ts';
import { CommandButton } from '../../ui/keys.tsx';
import { MoreMenu } from '../../ui/Menu.tsx';
import { NameProposal, UnknownVoice } from './NameProposal.tsx';
import { SpeakerCountNote } from './SpeakerCountNote.tsx';
import styles from './SpeakerList.module.css';

function NameField({ speaker, onDone }: { speaker: Speaker; onDone: () => void }): ReactElement {
  const { t } = useTranslation();
  const apply = useReviewStore((state) => state.apply);
  const ref = useRef<HTMLInputElement>(null);
  const ended = useRef(false);
  useLayoutEffect(() => {
    ref.current?.focus();
    ref.current?.select();
  }, []);
  const finish = (take: boolean): void => {
    if (ended.current) return;
    ended.current = true;
    const name = ref.current?.value.trim() ?? '';
    onDone();
    if (take && name !== '' && name !== speaker.name) void apply({ op: 'speaker.rename', speakerId: speaker.id, name });
  };
  return (
    <input
      ref={ref}
      className={classes(controls.input, styles.field)}
      defaultValue={speaker.name}
      maxLength={200}
      dir="auto"
      aria-label={t('speakers.renameField', { name: speaker.name })}
      onBlur={() => finish(true)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') finish(true);
        else if (event.key === 'Escape') {
          event.stopPropagation();
          finish(false);
        }
      }}
    />
  );
}

interface RowProps {
  speaker: Speaker;
  lane: number;
  isTarget: boolean;
  renaming: boolean;
  onRename: (speakerId: string | null) => void;
}

function SpeakerRow({ speaker, lane, isTarget, renaming, onRename }: RowProps): ReactElement {
  const { t } = useTranslation();
  const segments = useReviewStore((state) => state.segments);
  const setTarget = useReviewStore((state) => state.setTargetSpeaker);
  const readOnly = useReviewStore((state) => state.readOnlyReason !== null);
  const hasSelection = useReviewStore((state) => state.selection.segmentIds.size > 0);
  const alone = useReviewStore((state) => state.speakers.length < 2);
  const apply = useReviewStore((state) => state.apply);
  const select = useReviewStore((state) => state.select);
  const selectedIds = useReviewStore((state) => state.selection.segmentIds);
  const openOverlay = useAppStore((state) => state.openOverlay);
  const { timeSec, turns } = speakerTotals(segments).get(speaker.id) ?? { timeSec: 0, turns: 0 };
  const speakers = useReviewStore((state) => state.speakers);
  const proposals = useVoices((state) => state.proposals);
  const dismissed = useVoices((state) => state.dismissed);
  const hint = voiceHint(speaker, speakers, { proposals, dismissed });
  const key = digitOfLane(lane);
  const mine = (): string[] => segments.filter((one) => one.speakerId === speaker.id).map((one) => one.id);
  return (
    <li className={styles.row} data-target={isTarget} data-testid="speaker-row">
      <button
        type="button"
        className={styles.choose}
        aria-pressed={isTarget}
        aria-label={t('speakers.target', { name: speaker.name })}
        onClick={() => setTarget(speaker.id)}
        onDoubleClick={() => !readOnly && onRename(speaker.id)}
      />
      <Swatch speaker={speaker} />
      <div className={styles.text}>
        {renaming ? (
          <NameField speaker={speaker} onDone={() => onRename(null)} />
        ) : (
          <>
            <b>
              <MiddleText text={speaker.name} />
            </b>
            <small>
              {t('speakers.totals', { time: clockTime(timeSec), count: turns })}
              {hint?.kind === 'unknown' && <UnknownVoice hint={hint} />}
            </small>
            {hint?.kind === 'name' && <NameProposal speaker={speaker} hint={hint} />}
          </>
        )}
      </div>
      <div className={styles.end}>
        <MoreMenu
          className={styles.more}
          label={t('speakers.more', { name: speaker.name })}
          items={[
            { label: t('speakers.rename'), disabled: readOnly, onSelect: () => setTimeout(() => onRename(speaker.id)) },
            {
              label: t('speakers.assignSelection'),
              disabled: readOnly || !hasSelection,
              onSelect: () => void apply({ op: 'segment.assign', segmentIds: [...selectedIds], speakerId: speaker.id }),
            },
            { label: t('speakers.selectAll'), disabled: turns === 0, onSelect: () => select(mine(), { play: false }) },
            {
              label: t('speakers.merge'),
              disabled: readOnly || alone,
              onSelect: () => {
                setTarget(speaker.id);
                openOverlay('merge-speakers');
              },
            },
            {
              label: t('speakers.enrol'),
              disabled: turns === 0,
              onSelect: () => {
                setTarget(speaker.id);
                openOverlay('voices');
              },
            },
            {
              label: t('speakers.delete'),
              disabled: readOnly,
              danger: true,
              onSelect: () => void apply({ op: 'speaker.delete', speakerId: speaker.id }),
            },
          ]}
        />
        {key !== null && (
          <kbd className={controls.kbd} title={t('speakers.key', { key })}>
            {key}
          </kbd>
        )}
      </div>
    </li>
  );
}

/** Everyone in this file: swatch, name (renamed in place), time, turns and key. The outlined one gets new segments. */
export function SpeakerList(): ReactElement {
  const { t } = useTranslation();
  const speakers = useReviewStore((state) => state.speakers);
  const targetId = useReviewStore((state) => state.targetSpeakerId);
  const readOnly = useReviewStore((state) => state.readOnlyReason !== null);
  const comparing = useVoices((state) => state.comparing);
  const [renamingId, setRenamingId] = useState<string | null>(null);
  useEffect(() => {
    // At once: the next key that is typed already belongs to the field.
    const onRequest = (event: Event): void => flushSync(() => setRenamingId((event as CustomEvent<string>).detail));
    renameRequest.addEventListener('rename', onRequest);
    return () => renameRequest.removeEventListener('rename', onRequest);
  }, []);
  return (
    <section aria-label={t('speakers.title')} data-tour="speakers">
      <SectionHead title={`${t('speakers.title')} · ${speakers.length}`}>
        <span className={styles.headEnd}>
          <CommandButton id="speaker.voices" tone="quiet" icon>
            <AudioLines size={15} aria-hidden />
          </CommandButton>
          <CommandButton id="speaker.add" tone="quiet" icon disabled={readOnly}>
            <Plus size={15} aria-hidden />
          </CommandButton>
        </span>
      </SectionHead>
      <SpeakerCountNote />
      {speakers.length === 0 && <p className={styles.none}>{t('speakers.none')}</p>}
      <ul>
        {speakers.map((speaker, lane) => (
          <SpeakerRow
            key={speaker.id}
            speaker={speaker}
            lane={lane}
            isTarget={speaker.id === targetId}
            renaming={speaker.id === renamingId && !readOnly}
            onRename={setRenamingId}
          />
        ))}
      </ul>
      {comparing && (
        <p className={styles.none} role="status">
          {t('voices.comparing')}
        </p>
      )}
    </section>
  );
}
