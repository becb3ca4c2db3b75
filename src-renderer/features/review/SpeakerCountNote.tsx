import { useMemo } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SpeakerCount } from '#shared/domain/hypothesis.ts';
import { runCommand } from '../../commands/registry.ts';
import { useReviewStore, type ReviewState } from '../../state/review-store.ts';
import { Button, Tooltip } from '../../ui/controls.tsx';
import { percent } from '../../ui/format.ts';
import { CommandHint } from '../../ui/keys.tsx';
import styles from './SpeakerList.module.css';

/** How sure the number of speakers is that the labels come from; `none` where the run made no estimate, null without a run. */
function countOf({ hypotheses, segments }: Pick<ReviewState, 'hypotheses' | 'segments'>): SpeakerCount | 'none' | null {
  const used = new Set(segments.map(({ hypothesisId }) => hypothesisId));
  const provenance = hypotheses.findLast(({ info }) => used.has(info.id))?.info.provenance;
  return provenance ? (provenance.speakerCount ?? 'none') : null;
}

/** The estimated number of speakers with its uncertainty, and the way to set it: the voices are then grouped anew. */
export function SpeakerCountNote(): ReactElement | null {
  const { t } = useTranslation();
  const hypotheses = useReviewStore((state) => state.hypotheses);
  const segments = useReviewStore((state) => state.segments);
  const count = useMemo(() => countOf({ hypotheses, segments }), [hypotheses, segments]);
  const readOnly = useReviewStore((state) => state.readOnlyReason !== null);
  if (!count) return null;
  return (
    <p className={styles.count}>
      {count === 'none' ? <span>{t('speakers.countNone')}</span> : <Estimate count={count} />}
      <Tooltip content={<CommandHint id="speaker.count" />}>
        <Button tone="link" disabled={readOnly} onClick={() => runCommand('speaker.count')}>
          {t('speakers.countSet')}
        </Button>
      </Tooltip>
    </p>
  );
}

function Estimate({ count }: { count: SpeakerCount }): ReactElement {
  const { t } = useTranslation();
  const { found, low, high, probabilities } = count;
  const all = probabilities
    .filter(({ probability }) => probability >= 0.01)
    .map(({ count: number, probability }) => `${number}: ${percent(probability)}`)
    .join(', ');
  const share = probabilities.find(({ count: number }) => number === found)?.probability ?? 0;
  return (
    <span title={t('speakers.countHint', { found, all })}>
      {high > low
        ? t('speakers.countUnsure', { low, high })
        : t('speakers.countSure', { found, share: percent(share) })}
    </span>
  );
}
