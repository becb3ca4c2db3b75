import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppStore } from '../../state/app-store.ts';
import { Button } from '../../ui/controls.tsx';
import styles from './Tour.module.css';

/** Step and the part of the window it rings (`data-tour`). */
const steps = [
  ['timeline', 'timeline'],
  ['picture', 'picture'],
  ['doubt', 'doubt'],
  ['fix', 'segment'],
  ['names', 'speakers'],
  ['more', 'palette'],
] as const;
const cardPx = { width: 320, height: 150 };
const gapPx = 12;

interface Place {
  left: number;
  top: number;
}

/** Beside the part where there is room, else over its middle; never outside the window. */
function placeBeside(box: DOMRect): Place {
  const { innerWidth, innerHeight } = window;
  const within = (value: number, max: number): number => Math.max(gapPx, Math.min(max, value));
  const maxLeft = innerWidth - cardPx.width - gapPx;
  const maxTop = innerHeight - cardPx.height - gapPx;
  if (box.left - cardPx.width - gapPx > 0)
    return { left: box.left - cardPx.width - gapPx, top: within(box.top, maxTop) };
  if (box.top - cardPx.height - gapPx > 0) {
    return { left: within(box.left + gapPx, maxLeft), top: box.top - cardPx.height - gapPx };
  }
  return { left: within(box.left + gapPx, maxLeft), top: within(box.bottom + gapPx, maxTop) };
}

/** Six steps over the real window, offered at first start and from Help. The window stays usable throughout. */
export function Tour(): ReactElement {
  const { t } = useTranslation();
  const isSample = useAppStore((state) => state.project?.isSample ?? false);
  const close = useAppStore((state) => state.closeOverlay);
  const save = useAppStore((state) => state.saveSettings);
  const [at, setAt] = useState(-1);
  const [box, setBox] = useState<DOMRect | null>(null);
  const cardRef = useRef<HTMLDivElement>(null);
  const step = steps[at];

  const end = useCallback((): void => {
    void save({ tourSeen: true });
    close();
  }, [save, close]);

  useLayoutEffect(() => {
    const measure = (): void => {
      const part = step && document.querySelector(`[data-tour="${step[1]}"]`);
      setBox(part?.getBoundingClientRect() ?? null);
    };
    measure();
    // The offer takes nothing away; the tour itself is read out and steered by keys.
    if (step) cardRef.current?.focus();
    window.addEventListener('resize', measure);
    return () => window.removeEventListener('resize', measure);
  }, [step]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') end();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [end]);

  const place = step && box ? placeBeside(box) : null;
  return (
    <>
      {step && box && (
        <div
          className={styles.ring}
          style={{ left: box.left, top: box.top, width: box.width, height: box.height }}
          aria-hidden
        />
      )}
      <div
        ref={cardRef}
        className={styles.card}
        style={place ?? { right: 16, bottom: 42 }}
        role="dialog"
        aria-label={t('help.tour')}
        tabIndex={-1}
      >
        <h2>{step ? t(`tour.steps.${step[0]}.title`) : t('tour.offerTitle')}</h2>
        <p aria-live="polite">
          {step ? t(`tour.steps.${step[0]}.text`) : t(isSample ? 'tour.offerText' : 'tour.offerOwn')}
        </p>
        <div className={styles.foot}>
          <span>{step ? t('tour.step', { at: at + 1, of: steps.length }) : ''}</span>
          {step ? (
            <>
              {at > 0 && <Button onClick={() => setAt(at - 1)}>{t('tour.back')}</Button>}
              <Button tone="primary" onClick={() => (at + 1 < steps.length ? setAt(at + 1) : end())}>
                {t(at + 1 < steps.length ? 'tour.next' : 'tour.done')}
              </Button>
            </>
          ) : (
            <>
              <Button onClick={end}>{t('tour.later')}</Button>
              <Button tone="primary" onClick={() => setAt(0)}>
                {t('tour.start')}
              </Button>
            </>
          )}
        </div>
      </div>
    </>
  );
}
