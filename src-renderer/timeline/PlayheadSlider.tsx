import { useEffect, useRef, type ReactElement, type ReactNode } from 'react';
import { player } from '../player/player.ts';
import { useReviewStore } from '../state/review-store.ts';
import { clockTime } from '../ui/format.ts';
import styles from './Timeline.module.css';
import { viewport } from './viewport.ts';
import { word } from './words.ts';

export interface PlayheadSliderProps {
  onElement: (element: HTMLDivElement | null) => void;
  children: ReactNode;
}

/** The waveform as a slider: arrows move the playhead, screen readers hear “0:30 of 2:00” (once a second, not per frame). */
export function PlayheadSlider({ onElement, children }: PlayheadSliderProps): ReactElement {
  const element = useRef<HTMLDivElement | null>(null);
  const durationSec = useReviewStore((state) => state.media?.probe.durationSec ?? 0);
  useEffect(() => {
    let shown = -1;
    const tell = (sec: number) => {
      const whole = Math.floor(sec);
      if (whole === shown || !element.current) return;
      shown = whole;
      element.current.setAttribute('aria-valuenow', String(whole));
      const text = word('positionText', { now: clockTime(whole), all: clockTime(durationSec) });
      element.current.setAttribute('aria-valuetext', text);
    };
    tell(player.currentSec());
    return player.onTime(tell);
  }, [durationSec]);
  const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };
  return (
    <div
      className={styles.wave}
      ref={(made) => {
        element.current = made;
        onElement(made);
      }}
      role="slider"
      tabIndex={0}
      aria-label={word('position')}
      aria-valuemin={0}
      aria-valuemax={Math.ceil(durationSec)}
      aria-valuenow={0}
      data-own-keys="ArrowLeft ArrowRight PageUp PageDown Home End"
      onKeyDown={(event) => {
        const step = steps[event.key];
        const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
        if (!plain || (step === undefined && event.key !== 'Home' && event.key !== 'End')) return;
        event.preventDefault();
        if (event.key === 'Home') player.seek(0);
        else if (event.key === 'End') player.seek(durationSec);
        else player.seek(player.currentSec() + step! * (event.shiftKey ? 5 : 1));
        viewport.getState().scrollTo(player.currentSec());
      }}
    >
      {children}
    </div>
  );
}
