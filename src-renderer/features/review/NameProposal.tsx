import { Check, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Speaker } from '#shared/domain/records.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { acceptName, dismissName, type VoiceHint } from '../../state/voices-store.ts';
import { Button, MiddleText, Tooltip } from '../../ui/controls.tsx';
import styles from './SpeakerList.module.css';

const figure = (value: number): string => value.toFixed(2);

/** What an enrolled voice is taken for, in the row of the speaker: "Katie? 0.21 ahead", or quietly that it is unknown. */
export function NameProposal({ speaker, hint }: { speaker: Speaker; hint: VoiceHint }): ReactElement {
  const { t } = useTranslation();
  const readOnly = useReviewStore((state) => state.readOnlyReason !== null);
  const likeness = figure(hint.likeness);
  if (hint.kind === 'unknown') {
    return (
      <small className={styles.unknown} title={t('voices.unknownHint', { name: hint.nearest, likeness })}>
        {t('voices.unknown')}
      </small>
    );
  }
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
