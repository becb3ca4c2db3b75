import { Check, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Speaker } from '#shared/domain/records.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { acceptName, dismissName, type VoiceHint } from '../../state/voices-store.ts';
import { Button, MiddleText, Tooltip } from '../../ui/controls.tsx';
import styles from './SpeakerList.module.css';

const figure = (value: number): string => value.toFixed(2);

/** Said quietly behind the time of a speaker whose voice nobody is enrolled with. */
export function UnknownVoice({ hint }: { hint: Extract<VoiceHint, { kind: 'unknown' }> }): ReactElement {
  const { t } = useTranslation();
  const { nearest, likeness } = hint;
  return (
    <>
      {' · '}
      <span className={styles.unknown} title={t('voices.unknownHint', { name: nearest, likeness: figure(likeness) })}>
        {t('voices.unknown')}
      </span>
    </>
  );
}

export interface NameProposalProps {
  speaker: Speaker;
  hint: Extract<VoiceHint, { kind: 'name' }>;
}

/** Which enrolled voice this speaker is taken for: "Katie? 0.21 ahead", to take or to dismiss. */
export function NameProposal({ speaker, hint }: NameProposalProps): ReactElement {
  const { t } = useTranslation();
  const readOnly = useReviewStore((state) => state.readOnlyReason !== null);
  const likeness = figure(hint.likeness);
  const { name, margin, mergeIntoId } = hint;
  const why =
    margin === null
      ? t('voices.alikeHint', { name, likeness })
      : t('voices.aheadHint', { name, likeness, margin: figure(margin) });
  return (
    <div className={styles.proposal}>
      <span className={styles.proposed} title={why}>
        <b>
          <MiddleText text={t('voices.proposed', { name })} keep={6} />
        </b>
        <small>
          {margin === null ? t('voices.alike', { likeness }) : t('voices.ahead', { margin: figure(margin) })}
        </small>
      </span>
      <Tooltip content={t(mergeIntoId === null ? 'voices.accept' : 'voices.acceptMerge', { name })}>
        <Button
          tone="quiet"
          icon
          disabled={readOnly}
          aria-label={t(mergeIntoId === null ? 'voices.accept' : 'voices.acceptMerge', { name })}
          onClick={() => void acceptName(speaker)}
        >
          <Check size={14} aria-hidden />
        </Button>
      </Tooltip>
      <Tooltip content={t('voices.dismiss', { name })}>
        <Button tone="quiet" icon aria-label={t('voices.dismiss', { name })} onClick={() => dismissName(speaker)}>
          <X size={14} aria-hidden />
        </Button>
      </Tooltip>
    </div>
  );
}
