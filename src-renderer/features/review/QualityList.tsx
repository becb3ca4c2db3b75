import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiOutput } from '#shared/api/contract.ts';
import { qualityMetrics, type QualityMetric } from '#shared/quality/quality.ts';
import { useAppStore } from '../../state/app-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { classes, controls } from '../../ui/controls.tsx';
import styles from './QualityList.module.css';

/** A number as people write it for this measure; unknown is “–”, never 0. */
export function qualityText(metric: QualityMetric, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  const { unit } = qualityMetrics.find(({ id }) => id === metric)!;
  if (unit === 'dB') return `${value.toFixed(1)} dB`;
  // Clipping of a thousandth is heard.
  if (unit === 'share') return `${(100 * value).toFixed(value > 0 && value < 0.1 ? 2 : 0)} %`;
  if (unit === 'px') return `${Math.round(value)} px`;
  return value.toFixed(2);
}

/** How good sound and picture are: of the file, and of the selected segment beside it. What is missing says why. */
export function QualityList(): ReactElement {
  const { t } = useTranslation();
  const api = useReviewStore((state) => state.api);
  const mediaId = useReviewStore((state) => state.media?.id ?? null);
  const mediaState = useReviewStore((state) => state.media?.state);
  const revision = useReviewStore((state) => state.revision);
  const focusId = useReviewStore((state) => state.selection.focusId);
  const report = useAppStore((state) => state.report);
  const [quality, setQuality] = useState<ApiOutput<'quality.get'>>(null);
  useEffect(() => {
    let isCurrent = true;
    if (mediaId !== null) {
      api.call('quality.get', { mediaId }).then((found) => isCurrent && setQuality(found), report);
    }
    return () => {
      isCurrent = false;
    };
    // Values of segments follow their times.
  }, [api, mediaId, mediaState, revision, report]);
  if (!quality) return <p className={classes(controls.hint, styles.none)}>{t('quality.none')}</p>;
  const segment = quality.segments.find(({ segmentId }) => segmentId === focusId)?.values;
  return (
    <table className={styles.quality}>
      <thead>
        <tr>
          <td />
          <th scope="col">{t('quality.file')}</th>
          {segment && <th scope="col">{t('quality.segment')}</th>}
        </tr>
      </thead>
      <tbody>
        {qualityMetrics.map(({ id }) => {
          const { value, reason } = quality.file[id];
          return (
            <tr key={id}>
              <th scope="row">
                {t(`quality.metrics.${id}`)}
                {reason !== null && <small>{reason}</small>}
              </th>
              <td>{qualityText(id, value)}</td>
              {segment && <td>{qualityText(id, segment[id])}</td>}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
