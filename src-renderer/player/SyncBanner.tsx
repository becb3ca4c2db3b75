import { AudioLines, X } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { useFaces } from '../faces/face-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import { word } from '../timeline/words.ts';
import { Button } from '../ui/controls.tsx';
import styles from './Player.module.css';

/** Nobody sees less than two frames of 1/25 s. */
const noticeableSec = 0.08;

/**
 * Offered where the engine is sure that sound and picture lie two frames or more apart and nobody has corrected it. One
 * click corrects it; undo takes it back. Labels keep their times.
 */
export function SyncBanner(): ReactElement | null {
  const sync = useFaces((state) => state.sync);
  const mediaId = useFaces((state) => state.mediaId);
  const corrected = useReviewStore((state) => state.offset !== null);
  const readOnly = useReviewStore((state) => state.readOnlyReason !== null);
  const apply = useReviewStore((state) => state.apply);
  const [dismissedFor, setDismissedFor] = useState<string | null>(null);
  const offsetSec = sync?.offsetSec ?? null;
  if (offsetSec === null || Math.abs(offsetSec) < noticeableSec - 1e-6) return null;
  if (corrected || readOnly || dismissedFor === mediaId) return null;
  const millis = Math.round(Math.abs(offsetSec) * 1000);
  return (
    <div className={styles.sync} role="status">
      <AudioLines size={15} aria-hidden />
      <span>{word(offsetSec > 0 ? 'soundLate' : 'soundEarly', { frames: Math.round(Math.abs(offsetSec) * 25) })}</span>
      <Button onClick={() => void apply({ op: 'sync.correct', offsetSec })}>{word('correctSync', { millis })}</Button>
      <Button tone="quiet" icon aria-label={word('dismissSync')} onClick={() => setDismissedFor(mediaId)}>
        <X size={13} aria-hidden />
      </Button>
    </div>
  );
}
